import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Locator, type Page } from '@playwright/test';

/**
 * Every journey runs under this watch: no request leaves the origin, nothing breaks the Content-Security-Policy, no
 * uncaught error, no console error. It is checked when the test ends, whatever the test did.
 */
export interface Watch {
  /** Console errors that a test expects, by part of their text. */
  readonly allowed: string[];
}

export const test = base.extend<{ watch: Watch }>({
  watch: [
    async ({ page, baseURL }, use) => {
      const origin = new URL(baseURL!).origin;
      const foreign: string[] = [];
      const problems: string[] = [];
      const watch: Watch = { allowed: [] };
      page.context().on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(origin) && !url.startsWith('blob:') && !url.startsWith('data:')) foreign.push(url);
      });
      page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error' || (message.type() === 'warning' && /Content.Security|Vega|WARN/i.test(message.text())))
          problems.push(message.text());
      });
      await page.addInitScript(() => {
        addEventListener('securitypolicyviolation', (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
      });
      await use(watch);
      expect(foreign, 'requests to other origins').toEqual([]);
      expect(
        problems.filter((text) => !watch.allowed.some((part) => text.includes(part))),
        'console errors',
      ).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Waits until no question, load or draw is pending. */
export async function idle(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-idle', 'true', { timeout: 30_000 });
}

export async function jobsDone(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-jobs', '0', { timeout: 60_000 });
  await idle(page);
}

export async function openSample(page: Page, name: string): Promise<void> {
  await page.goto('./');
  await page.getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('link', { name: 'Global Importance' })).toBeVisible();
  await idle(page);
}

export const VIEWS = ['Data Exploration', 'Global Importance', 'Explanation Exploration', 'Summary Importance'] as const;
export const ROW_TABS = ['Local Importance', 'Perturbation Exploration', 'ICE'] as const;

export async function openView(page: Page, name: string): Promise<Locator> {
  await page.getByRole('link', { name, exact: true }).click();
  const main = page.locator('main');
  await expect(main.getByRole('heading', { level: 1, name })).toBeVisible();
  await idle(page);
  return main;
}

export async function openTab(page: Page, name: string): Promise<Locator> {
  await page.getByRole('tab', { name, exact: true }).click();
  await idle(page);
  return page.getByRole('tabpanel', { name });
}

export interface DrawnPoint {
  readonly row: number;
  readonly x: number;
  readonly y: number;
}

/** Marks that a chart says it drew, in CSS pixels of its container. */
export async function drawnPoints(chart: Locator): Promise<readonly DrawnPoint[]> {
  await expect(chart).toHaveAttribute('data-points', /row/);
  return JSON.parse((await chart.getAttribute('data-points'))!) as DrawnPoint[];
}

/** Clicks the nth drawn mark and gives its row. */
export async function clickPoint(chart: Locator, index = 0): Promise<number> {
  const point = (await drawnPoints(chart))[index]!;
  await chart.click({ position: { x: point.x, y: point.y } });
  return point.row;
}

/** axe in the present state; `scope` says where for the message. */
export async function expectAccessible(page: Page, scope: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${scope}: ${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)).toEqual([]);
}

export async function setTheme(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
}

/** The row in the pane, as the link has it; null when the pane is closed. */
export function selectedRow(page: Page): number | null {
  const choices = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('c');
  return choices === null ? null : ((JSON.parse(choices) as { row?: number }).row ?? null);
}

/** Picks an option of a native list or of a combobox with that label. */
export async function choose(page: Page, root: Locator, label: string | RegExp, option: string): Promise<void> {
  const field = root.getByRole('combobox', { name: label, exact: true }).first();
  if ((await field.evaluate((element) => element.tagName)) === 'SELECT') {
    // Lists of categories say how many rows have each: `Japan (79)`.
    const labels = await field.locator('option').allInnerTexts();
    const label = labels.find((text) => text === option) ?? labels.find((text) => text.startsWith(`${option} `));
    expect(label, `${option} among ${labels.slice(0, 20).join(', ')}`).toBeDefined();
    await field.selectOption({ label: label! });
  } else {
    await field.click();
    await field.fill(option);
    // Options may show a number beside the name.
    const options = page.getByRole('option').filter({ hasText: option });
    await options.first().click();
  }
  await idle(page);
}
