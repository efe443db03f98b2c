import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from '@playwright/test';
import { choose, clickPoint, expect, expectAccessible, idle, jobsDone, openSample, openTab, openView, selectedRow, test } from './fixtures';

const gradients = fileURLToPath(new URL('../src/explainers/gradients/golden/', import.meta.url));

interface NetGolden {
  readonly featureNames: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** A net of the Titanic tutorial's shape with its table: rows of the golden, repeated with a small shift. */
async function openNet(page: Page): Promise<void> {
  const golden = JSON.parse(readFileSync(join(gradients, 'sigmoid-softmax.json'), 'utf8')) as NetGolden;
  const lines = Array.from({ length: 12 }, (_, copy) => golden.rows.map((row) => row.map((value) => value + copy / 16).join())).flat();
  await page.goto('./');
  await page.getByLabel('Open files').setInputFiles([
    { name: 'net.onnx', mimeType: '', buffer: readFileSync(join(gradients, 'sigmoid-softmax.onnx')) },
    { name: 'table.csv', mimeType: '', buffer: Buffer.from([golden.featureNames.join(), ...lines].join('\n')) },
  ]);
  await idle(page);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await jobsDone(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
}

async function openDialog(page: Page, method: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Explain the model' });
  await dialog.getByRole('radio', { name: method, exact: false }).first().check();
  await idle(page);
  return dialog;
}

async function start(page: Page, dialog: Locator): Promise<void> {
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await jobsDone(page);
}

async function sampleOf(dialog: Locator, rows: number): Promise<void> {
  await dialog.getByRole('radio', { name: 'A sample of' }).check();
  await dialog.getByRole('spinbutton', { name: 'Rows in the sample' }).first().fill(String(rows));
}

const NET_METHODS = ['Deep SHAP', 'Integrated Gradients', 'Expected Gradients', 'Saliency', 'Input × Gradient'];

for (const method of NET_METHODS) {
  test(`a net: ${method} from the dialog, seen in the views`, async ({ page }) => {
    await openNet(page);
    const dialog = await openDialog(page, method);
    await sampleOf(dialog, 20);
    await start(page, dialog);
    const main = await openView(page, 'Global Importance');
    await expect(main.locator('[data-chart="global-bars"]')).toBeVisible();
    await expect(main).toContainText('20 of 120 rows');
  });
}

test('a net: layer activation from the dialog, seen in Layers', async ({ page }) => {
  await openNet(page);
  const dialog = await openDialog(page, 'Layer activation');
  await sampleOf(dialog, 20);
  await start(page, dialog);
  const main = await openView(page, 'Layers');
  await expect(main.locator('[data-chart="neuron-bars"]')).toBeVisible();
  await expect(main).toContainText('20 of 120 rows');
});

test('a net: layer conductance, its neurons, and what drives one', async ({ page }) => {
  await openNet(page);
  const main = await openView(page, 'Layers');
  await main.getByRole('button', { name: 'Compute layer conductance' }).click();
  const dialog = page.getByRole('dialog', { name: 'Explain the model' });
  await expect(dialog.getByRole('radio', { name: 'Layer conductance' })).toBeChecked();
  await idle(page);
  await start(page, dialog);
  const bars = main.locator('[data-chart="neuron-bars"]');
  await expect(bars).toBeVisible();
  await idle(page);
  await clickPoint(bars, 0);
  await idle(page);
  await expect(main.getByRole('region', { name: /row by row/ }).locator('[data-chart]')).toBeVisible();
  await expectAccessible(page, 'Layers');
  await main.getByRole('button', { name: 'Which features drive it?' }).click();
  await expect(dialog.getByRole('radio', { name: 'Neuron conductance' })).toBeChecked();
  await idle(page);
  await start(page, dialog);
  await openView(page, 'Global Importance');
  await expect(page.getByRole('main').locator('[data-chart="global-bars"]')).toBeVisible();
});

const TREE_METHODS = ['Tree SHAP (interventional)', 'Tree SHAP (path-dependent)', 'Kernel SHAP', 'Permutation SHAP', 'Mimic', 'LIME'];

for (const method of TREE_METHODS) {
  test(`trees: ${method} from the dialog, seen in the views`, async ({ page }) => {
    await openSample(page, 'Penguins');
    const dialog = await openDialog(page, method);
    await sampleOf(dialog, 10);
    await start(page, dialog);
    const main = await openView(page, 'Global Importance');
    await expect(main.locator('[data-chart="global-bars"]')).toBeVisible();
    await expect(main).toContainText('10 of 344 rows');
    await openView(page, 'Summary Importance');
    await expect(page.getByRole('main').locator('[data-chart]').first()).toBeVisible();
  });
}

test('a surrogate shows how far it agrees, and itself', async ({ page }) => {
  await openSample(page, 'Penguins');
  const main = await openView(page, 'Surrogate');
  await main.getByRole('button', { name: 'Train a surrogate' }).click();
  const dialog = page.getByRole('dialog', { name: 'Explain the model' });
  await idle(page);
  await sampleOf(dialog, 30);
  await start(page, dialog);
  await expect(main).toContainText(/agrees with it to accuracy 0\.9|agrees with it to accuracy 1/);
  await expect(main.getByRole('list').first()).toBeVisible();
  await expectAccessible(page, 'Surrogate');
});

test('interactions: computed, drawn, and a pair opened by a click', async ({ page }) => {
  await openSample(page, 'Census income');
  const main = await openView(page, 'Interactions');
  await main.getByRole('button', { name: 'Compute interactions' }).click();
  const dialog = page.getByRole('dialog', { name: 'Explain the model' });
  await expect(dialog.getByRole('checkbox', { name: 'Interactions of pairs' })).toBeChecked();
  await idle(page);
  await sampleOf(dialog, 200);
  await start(page, dialog);
  const heat = main.locator('[data-chart="interaction-heat"]');
  await expect(heat).toBeVisible();
  await expect(main).toContainText(/act together most/);
  await idle(page);
  await clickPoint(heat, 1);
  await idle(page);
  const pair = main.getByRole('region', { name: /act together/ });
  await expect(pair.locator('[data-chart]')).toBeVisible();
  await clickPoint(pair.locator('[data-chart]'));
  await expect.poll(() => selectedRow(page)).not.toBeNull();
  await expectAccessible(page, 'Interactions');
});

test('anchors: a rule for the row, adjusted by hand, with its counter-examples', async ({ page }) => {
  await openSample(page, 'Census income');
  await page.getByRole('button', { name: 'Look at a row' }).click();
  const panel = await openTab(page, 'Anchors');
  await expect(panel).toContainText(/Whenever|No rule reaches|for nearly every row/);
  await expect(panel.getByRole('region', { name: 'Measured on the loaded rows' })).toContainText('precision');
  await expectAccessible(page, 'Anchors');
  const remove = panel.getByRole('button', { name: /^Remove: / });
  const before = await remove.count();
  if (before > 0) await remove.first().click();
  else await panel.getByRole('combobox', { name: 'Add a condition' }).selectOption({ index: 1 });
  await idle(page);
  await expect(panel).toContainText('Your rule');
  await expect(remove).toHaveCount(before > 0 ? before - 1 : 1);
  await panel.getByRole('button', { name: 'Back to the rule that was found' }).click();
  await expect(remove).toHaveCount(before);
});

test('the path of a row through the trees', async ({ page }) => {
  await openSample(page, 'Breast cancer');
  await page.getByRole('button', { name: 'Look at a row' }).click();
  const panel = await openTab(page, 'Local Importance');
  await panel.getByText('Path through the trees').click();
  await idle(page);
  await expect(panel.getByRole('combobox', { name: 'Tree' })).toBeVisible();
  await expect(panel).toContainText(/ends in a leaf of/);
});

test('explained against rows that the person chose: other base, other values', async ({ page }) => {
  await openSample(page, 'Census income');
  const sentence = async (): Promise<string> => {
    const panel = await openTab(page, 'Local Importance');
    return panel.innerText();
  };
  await page.getByRole('button', { name: 'Look at a row' }).click();
  const first = await openDialog(page, 'Tree SHAP (interventional)');
  await sampleOf(first, 5000);
  await start(page, first);
  const before = await sentence();
  const dialog = await openDialog(page, 'Tree SHAP (interventional)');
  const against = dialog.getByRole('group', { name: 'Explain against' }).first();
  await choose(page, against, 'Rows', 'rows where …');
  await choose(page, against, 'Column', 'sex');
  await against.getByRole('checkbox', { name: 'Female' }).check();
  await start(page, dialog);
  const after = await sentence();
  expect(after).not.toEqual(before);
  await page.getByTitle('Do the values sum to the prediction?').click();
  await expect(page.getByText('Explained against: sex is Female.')).toBeVisible();
});

test('a job that is cancelled goes on where it stopped', async ({ page }) => {
  await openSample(page, 'Census income');
  const run = async (): Promise<void> => {
    const dialog = await openDialog(page, 'Kernel SHAP');
    await dialog.getByRole('radio', { name: /^All 5,000 rows/ }).check();
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(page.locator('html')).toHaveAttribute('data-jobs', '1');
  };
  const done = async (): Promise<number> => {
    const text = await page.getByRole('region', { name: 'Running' }).innerText();
    return Number(/([\d,]+) of/.exec(text)?.[1]?.replaceAll(',', '') ?? 0);
  };
  await run();
  await expect.poll(done, { timeout: 30_000 }).toBeGreaterThan(0);
  const reached = await done();
  await page
    .getByRole('region', { name: 'Running' })
    .getByRole('button', { name: /cancel/i })
    .click();
  await jobsDone(page);
  await run();
  // Stored chunks come back at once: the second run soon stands where the first was stopped.
  await expect.poll(done, { timeout: 10_000 }).toBeGreaterThanOrEqual(reached);
  await page
    .getByRole('region', { name: 'Running' })
    .getByRole('button', { name: /cancel/i })
    .click();
  await jobsDone(page);
});

const trees = fileURLToPath(new URL('../src/formats/models/golden/trees/', import.meta.url));
const pipelines = fileURLToPath(new URL('../src/formats/models/golden/', import.meta.url));

test('an XGBoost file with its table: predicted, explained with its own covers, its gains beside', async ({ page }) => {
  await page.goto('./');
  await page.getByLabel('Open files').setInputFiles(['model.json', 'data.csv'].map((name) => join(trees, 'xgb-binary-categories', name)));
  await idle(page);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await jobsDone(page);
  const paths = await openDialog(page, 'Tree SHAP (path-dependent)');
  await start(page, paths);
  const native = await openDialog(page, 'The model’s own importances');
  await start(page, native);
  await openView(page, 'Overview');
  await expect(page.getByRole('main')).toContainText('Gain (model)');
  await openView(page, 'Global Importance');
  await expect(page.getByRole('main').locator('[data-chart="global-bars"]')).toBeVisible();
});

test('a linear pipeline: Linear SHAP is recommended, with its coefficients and permutation importance beside', async ({ page }) => {
  await page.goto('./');
  await page.getByLabel('Open files').setInputFiles(['model.onnx', 'data.csv'].map((name) => join(pipelines, 'c-columns', name)));
  await idle(page);
  const facts = JSON.parse(readFileSync(join(pipelines, 'c-columns', 'expected.json'), 'utf8')) as { readonly target: string };
  await choose(page, page.getByRole('main'), /target/i, facts.target);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await jobsDone(page);
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Explain the model' });
  await expect(dialog.getByRole('radio', { name: 'Linear SHAP' })).toBeChecked();
  await start(page, dialog);
  const permutation = await openDialog(page, 'Permutation importance');
  await choose(page, permutation, 'Metric', 'log loss');
  await start(page, permutation);
  await openView(page, 'Overview');
  await expect(page.getByRole('main')).toContainText('Permutation importance (log loss)');
});

test('anchors of many rows become a list of rules; a line opens its row', async ({ page }) => {
  await openSample(page, 'Penguins');
  const main = await openView(page, 'Anchor Rules');
  await main.getByRole('button', { name: 'Look for rules' }).click();
  const dialog = page.getByRole('dialog', { name: 'Explain the model' });
  await expect(dialog.getByRole('radio', { name: 'Anchors' })).toBeChecked();
  await idle(page);
  await sampleOf(dialog, 20);
  await start(page, dialog);
  await expect(main).toContainText(/rules? for 20 rows/);
  await expectAccessible(page, 'Anchor Rules');
  await main.getByRole('table').getByRole('button').first().click();
  await expect.poll(() => selectedRow(page)).not.toBeNull();
  await expect(page.getByRole('tab', { name: 'Anchors' })).toHaveAttribute('aria-selected', 'true');
});

test('one-hot columns regrouped: suggested, applied, both kept, undone', async ({ page }) => {
  await openSample(page, 'Census income');
  const main = await openView(page, 'Overview');
  await main.getByRole('button', { name: 'Group columns of Tree SHAP on one-hot columns' }).click();
  const dialog = page.getByRole('dialog');
  await idle(page);
  await expectAccessible(page, 'Group columns');
  await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
  await idle(page);
  const global = await openView(page, 'Global Importance');
  await expect(global).toContainText(/marital-status/);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await idle(page);
});
