import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, idle, jobsDone, openSample, openView, test } from './fixtures';

const limpid = fileURLToPath(new URL('../dist-node/limpid.js', import.meta.url));

interface Verification {
  readonly what: string;
  readonly relative: number;
  readonly compared: number;
}

for (const { sample, method, explainer, bound } of [
  { sample: 'Breast cancer', method: /Tree SHAP/, explainer: 'tree', bound: 1e-12 },
  { sample: 'Penguins', method: /Kernel SHAP/, explainer: 'kernel', bound: 1e-6 },
]) {
  test(`a .limpid saved by the page is the same when Node computes it again: ${explainer}`, async ({ page }, info) => {
    await openSample(page, sample);
    await page.getByRole('button', { name: 'Explain', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: method }).first().check();
    await dialog.getByRole('radio', { name: /sample of/i }).check();
    await dialog.getByRole('button', { name: 'Start', exact: false }).click();
    // The step that a job adds to the history: a small job may be over before it can be seen running.
    await expect(page.getByRole('button', { name: /^Undo: add/ })).toBeVisible({ timeout: 30_000 });
    await jobsDone(page);
    await page.getByRole('button', { name: new RegExp(sample) }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /save/i }).click()]);
    const file = info.outputPath('saved.limpid');
    await download.saveAs(file);
    const results = JSON.parse(execFileSync(process.execPath, [limpid, 'verify', file, '--json'], { encoding: 'utf8' })) as Verification[];
    expect(results.map(({ what }) => what)).toContain('predictions');
    expect(results.length).toBe(2);
    for (const { what, relative, compared } of results) {
      expect(compared).toBeGreaterThan(100);
      expect(relative, what).toBeLessThanOrEqual(what === 'predictions' ? 1e-6 : bound);
    }

    // The file opens again, with the explanation.
    await page.goto('./');
    await page.getByLabel('Open files').setInputFiles(file);
    await expect(page.getByRole('link', { name: 'Global Importance' })).toBeVisible();
    await idle(page);
    await expect(await openView(page, 'Global Importance')).toContainText(/rows/);
  });
}

test('a link opened in a fresh profile lands on the same picture', async ({ page, browser }) => {
  await openSample(page, 'Cars');
  await openView(page, 'Summary Importance');
  await page.getByRole('button', { name: 'Look at a row' }).click();
  await page.getByRole('tab', { name: 'ICE' }).click();
  await idle(page);
  const link = page.url();
  const summary = await page.locator('main [data-chart]').first().getAttribute('data-points');
  const ice = await page.getByRole('tabpanel').locator('[data-chart]').first().getAttribute('data-points');
  const fresh = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await fresh.goto(link);
  await expect(fresh.getByRole('heading', { level: 1, name: 'Summary Importance' })).toBeVisible({ timeout: 30_000 });
  await idle(fresh);
  await expect(fresh.getByRole('tab', { name: 'ICE' })).toHaveAttribute('aria-selected', 'true');
  await expect(fresh.locator('main [data-chart]').first()).toHaveAttribute('data-points', summary!);
  await expect(fresh.getByRole('tabpanel').locator('[data-chart]').first()).toHaveAttribute('data-points', ice!);
  await fresh.context().close();
});

test('a link to a dropped file asks for that file by name, then lands', async ({ page, browser }, info) => {
  const fixture = fileURLToPath(new URL('../src/formats/explanations/golden/props/multiclass.json', import.meta.url));
  await page.goto('./');
  await page.getByLabel('Open files').setInputFiles(fixture);
  await expect(page.getByRole('link', { name: 'Summary Importance' })).toBeVisible();
  await openView(page, 'Summary Importance');
  const link = page.url();
  info.annotations.push({ type: 'link', description: link });
  const fresh = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await fresh.goto(link);
  await expect(fresh.getByText('multiclass.json').first()).toBeVisible();
  await fresh.getByLabel('Open files').setInputFiles(fixture);
  await expect(fresh.getByRole('heading', { level: 1, name: 'Summary Importance' })).toBeVisible();
  await fresh.context().close();
});

test('?open= loads from this site, and refuses another', async ({ page }) => {
  await page.goto('./?open=gallery/penguins.limpid');
  await expect(page.getByRole('link', { name: 'Global Importance' })).toBeVisible({ timeout: 30_000 });
  await page.goto('./?open=https://example.com/study.limpid');
  await expect(page.getByText(/not on this site/).first()).toBeVisible();
});

test('global-only: views that need local values stay, disabled, with the reason', async ({ page }) => {
  await openSample(page, 'Wine mimic (global only)');
  const main = await openView(page, 'Global Importance');
  await expect(main).toContainText('color_intensity');
  for (const view of ['Explanation Exploration', 'Summary Importance']) {
    const link = page.getByRole('link', { name: view });
    await expect(link).toHaveAttribute('aria-disabled', 'true');
    await expect(link).toHaveAccessibleDescription(/local values/);
  }
});

test('undo and redo in the page', async ({ page }) => {
  await openSample(page, 'Penguins');
  await page.getByRole('button', { name: 'Look at a row' }).click();
  await page.getByRole('tab', { name: 'Perturbation Exploration' }).click();
  await idle(page);
  const panel = page.getByRole('tabpanel', { name: 'Perturbation Exploration' });
  await panel.getByRole('spinbutton', { name: 'Flipper Length (mm)' }).fill('215');
  await idle(page);
  await panel.getByRole('button', { name: 'Keep as point' }).click();
  await idle(page);
  await expect(panel.getByRole('button', { name: /^Remove/ })).toHaveCount(1);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await idle(page);
  await expect(panel.getByRole('button', { name: /^Remove/ })).toHaveCount(0);
  await page.getByRole('button', { name: /^Redo/ }).click();
  await idle(page);
  await expect(panel.getByRole('button', { name: /^Remove/ })).toHaveCount(1);
});
