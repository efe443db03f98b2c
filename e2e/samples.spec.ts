import type { Page } from '@playwright/test';
import {
  choose,
  clickPoint,
  drawnPoints,
  expect,
  expectAccessible,
  idle,
  openSample,
  openTab,
  openView,
  selectedRow,
  test,
  VIEWS,
} from './fixtures';
import { galleryFacts } from './gallery-facts';

/** ONNX Runtime's wasm build against its native one in Python: float32 rounding. */
const TOLERANCE: Record<string, number> = { 'census-income': 2e-6, penguins: 2e-6, cars: 5e-5, 'breast-cancer': 2e-6 };

const SAMPLES = [
  { id: 'census-income', name: 'Census income' },
  { id: 'penguins', name: 'Penguins' },
  { id: 'cars', name: 'Cars' },
  { id: 'breast-cancer', name: 'Breast cancer' },
] as const;

async function goToRow(page: Page, row: number): Promise<void> {
  // The pane may be drawn anew for the row before while the number is typed.
  await idle(page);
  const finder = page.getByRole('combobox', { name: 'Go to row or id' });
  await finder.fill(String(row));
  await expect(finder).toHaveValue(String(row));
  await finder.press('Enter');
  await expect.poll(() => selectedRow(page)).toBe(row);
  await idle(page);
}

for (const { id, name } of SAMPLES) {
  test(`${name}: every view has the content that Python computed`, async ({ page }) => {
    const facts = galleryFacts(id);
    const first = facts.explanations[0]!;
    await openSample(page, name);

    const global = await openView(page, 'Global Importance');
    await expect(global.getByText(first.topFeatures[0]!.name).first()).toBeVisible();
    await global.getByRole('button', { name: 'Show the table' }).click();
    const rows = global.getByRole('row');
    for (const [index, feature] of first.topFeatures.entries()) {
      const row = rows.nth(index + 1);
      await expect(row).toContainText(feature.name);
      const cells = await row.getByRole('cell').allInnerTexts();
      const numbers = cells.map((cell) => Number(cell.replaceAll(',', '').replace('−', '-'))).filter((value) => !Number.isNaN(value));
      const closest = Math.min(...numbers.map((value) => Math.abs(value - feature.value)));
      expect(closest / feature.value, `${feature.name}: ${cells.join(' ')}`).toBeLessThan(1e-5);
    }
    await global.getByRole('button', { name: 'Show the chart' }).click();
    await idle(page);

    const data = await openView(page, 'Data Exploration');
    const drawn = Number(await data.locator('[data-chart]').first().getAttribute('data-rows'));
    expect(drawn).toBeGreaterThan(0.9 * facts.rows);
    expect(drawn).toBeLessThanOrEqual(facts.rows);

    const explore = await openView(page, 'Explanation Exploration');
    const dependence = explore.locator('[data-chart]').first();
    await expect(dependence).toHaveAttribute('data-x-title', new RegExp(escape(first.topFeatures[0]!.name)));
    await expect(dependence).toHaveAttribute('data-y-title', new RegExp(`Importance: ${escape(first.topFeatures[0]!.name)}`));

    const summary = await openView(page, 'Summary Importance');
    await expect(summary.locator('[data-chart]').first()).toHaveAttribute('data-x-title', /./);
    await expect(summary).toContainText(first.topFeatures[0]!.name);
  });

  test(`${name}: a click in each view opens that row`, async ({ page }) => {
    await openSample(page, name);
    for (const view of VIEWS) {
      const main = await openView(page, view);
      // Global Importance: its points are in the dependence plot under the bars.
      const chart = view === 'Global Importance' ? main.locator('[data-chart]').last() : main.locator('[data-chart]').first();
      const row = await clickPoint(chart, 3);
      await idle(page);
      await expect.poll(() => selectedRow(page)).toBe(row);
      await expect(page.getByRole('tab', { name: 'Local Importance' })).toBeVisible();
      await page.getByRole('button', { name: 'Close the row' }).click();
      await expect.poll(() => selectedRow(page)).toBeNull();
    }
  });

  test(`${name}: an edit gives the prediction of Python's ONNX Runtime, ICE has the row's own value`, async ({ page }) => {
    const facts = galleryFacts(id);
    await openSample(page, name);
    await page.getByRole('button', { name: 'Look at a row' }).click();
    for (const edit of facts.edits) {
      await goToRow(page, edit.row);
      const panel = await openTab(page, 'Perturbation Exploration');
      if (typeof edit.value === 'string') await choose(page, panel, edit.feature, edit.value);
      else await panel.getByRole('spinbutton', { name: edit.feature, exact: true }).fill(String(edit.value));
      const shown = page.getByTestId('what-if-prediction');
      const classIndex = Number(await shown.getAttribute('data-class'));
      const stored = edit.prediction;
      const expected =
        classIndex < 0 || stored.length > 1 ? stored[Math.max(0, classIndex)]! : classIndex === 1 ? stored[0]! : 1 - stored[0]!;
      await expect
        .poll(async () => Math.abs(Number(await shown.getAttribute('data-value')) - expected), {
          message: `${edit.feature} = ${edit.value}`,
        })
        .toBeLessThanOrEqual(TOLERANCE[id]!);
      await panel.getByRole('button', { name: 'Reset all' }).click();
      await idle(page);
    }
    const { row, feature, value, prediction, predictedClass = 0 } = facts.ice[0]!;
    await goToRow(page, row);
    await openTab(page, 'Perturbation Exploration');
    const predicted = Number(await page.getByTestId('what-if-prediction').getAttribute('data-value'));
    const ice = await openTab(page, 'ICE');
    await choose(page, ice, 'Feature', feature);
    const chart = ice.locator('[data-chart]').first();
    const points = (await drawnPoints(chart)) as readonly { readonly grid?: number; readonly prediction?: number }[];
    const own = points.find((point) => point.grid !== undefined && Math.abs(point.grid - value) < 1e-9);
    expect(own, `the grid holds ${value}`).toBeDefined();
    // The class in view: class 1 of two, else the row's predicted class.
    const expected = prediction.length > 1 ? prediction[predictedClass]! : prediction[0]!;
    expect(Math.abs(own!.prediction! - predicted)).toBeLessThanOrEqual(1e-6);
    expect(Math.abs(own!.prediction! - expected)).toBeLessThanOrEqual(Math.max(1e-6, TOLERANCE[id]!));
  });
}

test('every view and tab passes axe, light and dark', async ({ page }) => {
  test.slow();
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto('./');
    await idle(page);
    await expectAccessible(page, `landing, ${scheme}`);
    await openSample(page, 'Penguins');
    await expectAccessible(page, `overview, ${scheme}`);
    for (const view of VIEWS) {
      await openView(page, view);
      await expectAccessible(page, `${view}, ${scheme}`);
    }
    await page.getByRole('button', { name: 'Look at a row' }).click();
    for (const tab of ['Local Importance', 'Perturbation Exploration', 'ICE']) {
      await openTab(page, tab);
      await expectAccessible(page, `${tab}, ${scheme}`);
    }
    await page.goto('./');
  }
});

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
