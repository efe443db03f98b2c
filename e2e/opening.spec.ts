import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { choose, expect, expectAccessible, idle, jobsDone, openView, test, VIEWS } from './fixtures';

const models = fileURLToPath(new URL('../src/formats/models/golden/', import.meta.url));
const explanations = fileURLToPath(new URL('../src/formats/explanations/golden/', import.meta.url));

interface ModelFacts {
  readonly target: string;
  readonly classLabels: readonly (string | number)[] | null;
}
const modelFacts = (id: string): ModelFacts => JSON.parse(readFileSync(join(models, id, 'expected.json'), 'utf8')) as ModelFacts;

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) =>
    statSync(join(folder, name)).isDirectory() ? filesUnder(join(folder, name)) : [join(folder, name)],
  );
}

test('ONNX + CSV: card, target, explain, cancel, partial result', async ({ page }) => {
  await page.goto('./');
  // Twenty times the rows: the job must outlast the walk to its cancel button on any machine.
  const [head = '', ...lines] = readFileSync(join(models, 'c-columns', 'data.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  const csv = [head, ...Array.from({ length: 20 }, () => lines).flat()].join('\n');
  await page.getByLabel('Open files').setInputFiles([
    { name: 'model.onnx', mimeType: '', buffer: readFileSync(join(models, 'c-columns', 'model.onnx')) },
    { name: 'data.csv', mimeType: '', buffer: Buffer.from(csv) },
  ]);
  const card = page.getByRole('main');
  await expect(card.getByText('model.onnx').first()).toBeVisible();
  await expect(card.getByText('ONNX model').first()).toBeVisible();
  await idle(page);
  await expectAccessible(page, 'import card');
  await choose(page, card, /target/i, modelFacts('c-columns').target);
  await idle(page);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await jobsDone(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('accuracy');

  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('radio', { name: 'Linear SHAP' })).toBeChecked();
  await dialog.getByRole('radio', { name: 'Kernel SHAP' }).check();
  await idle(page);
  await expectAccessible(page, 'explain dialog');
  await dialog.getByRole('radio', { name: /^All 2,400 rows/ }).check();
  await dialog.getByRole('button', { name: 'Start', exact: false }).click();
  await expect(page.locator('html')).toHaveAttribute('data-jobs', '1');
  const strip = page.getByRole('region', { name: 'Running' });
  await expect(strip).toContainText('Kernel SHAP');
  // The first chunk is on the screen before the job is stopped.
  await page.getByRole('link', { name: 'Global Importance', exact: true }).click();
  await expect(page.getByRole('main')).toContainText(/from [\d,]+ of 2,400 rows/, { timeout: 30_000 });
  await strip.getByRole('button', { name: /cancel/i }).click();
  await jobsDone(page);
  const main = await openView(page, 'Global Importance');
  await expect(main).toContainText(/from [\d,]+ of 2,400 rows/);
  const used = Number(/from ([\d,]+) of 2,400 rows/.exec(await main.innerText())![1]!.replace(',', ''));
  expect(used).toBeGreaterThan(0);
  expect(used).toBeLessThan(2400);
  // What a job added can be undone, and brought back.
  await page.getByRole('button', { name: /^Undo/ }).click();
  await idle(page);
  await expect(page.getByRole('button', { name: /^Redo/ })).toBeEnabled();
  await page.getByRole('button', { name: /^Redo/ }).click();
  await idle(page);
  await expect(await openView(page, 'Summary Importance')).toContainText(/from [\d,]+ of 2,400 rows/);
});

for (const id of readdirSync(models).filter((name) => existsSync(join(models, name, 'model.onnx')))) {
  test(`ONNX signature ${id} opens, predicts and explains one row`, async ({ page }) => {
    await page.goto('./');
    await page.getByLabel('Open files').setInputFiles([join(models, id, 'model.onnx'), join(models, id, 'data.csv')]);
    const card = page.getByRole('main');
    await choose(page, card, /target/i, modelFacts(id).target);
    await idle(page);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await jobsDone(page);
    await page.getByRole('button', { name: 'Look at a row' }).click();
    await idle(page);
    await page.getByRole('button', { name: 'Explain this row' }).click();
    await idle(page);
    await expect(page.getByRole('tabpanel', { name: 'Local Importance' }).locator('[data-chart]').first()).toBeVisible();
  });
}

interface IndexedFixture {
  readonly path: string;
  readonly kind: string;
  readonly nRows: number | null;
  readonly nFeatures: number;
  readonly topFeatures: readonly string[] | null;
}
const indexed = (JSON.parse(readFileSync(join(explanations, 'index.json'), 'utf8')) as { fixtures: IndexedFixture[] }).fixtures;

for (const fixture of indexed.filter(({ path }) => !path.includes('inconsistent'))) {
  test(`explanation ${fixture.path} opens and shows its top feature`, async ({ page }) => {
    await page.goto('./');
    const path = join(explanations, fixture.path);
    if (statSync(path).isDirectory()) {
      const zip = zipSync(
        Object.fromEntries(filesUnder(path).map((file) => [relative(explanations, file), new Uint8Array(readFileSync(file))])),
      );
      await page.getByLabel('Open files').setInputFiles({ name: 'explanation.zip', mimeType: 'application/zip', buffer: Buffer.from(zip) });
    } else {
      await page.getByLabel('Open files').setInputFiles({ name: 'unknown', mimeType: '', buffer: readFileSync(path) });
    }
    await expect(page.getByRole('link', { name: 'Global Importance' })).toBeVisible();
    await idle(page);
    const main = await openView(page, 'Global Importance');
    const top = fixture.topFeatures?.[0];
    if (top !== undefined && top.length < 200) {
      await main.getByRole('button', { name: 'Show the table' }).click();
      await expect(main.getByRole('row').nth(1)).toContainText(top.trim());
    }
  });
}

test('a saved explanation opens as a folder, too', async ({ page }) => {
  await page.goto('./');
  await page.getByLabel('Open a folder').setInputFiles(join(explanations, 'saved', 'multiclass-strings'));
  await expect(page.getByRole('link', { name: 'Global Importance' })).toBeVisible();
  await idle(page);
  await expect((await openView(page, 'Summary Importance')).locator('[data-chart]').first()).toBeVisible();
});

test('a broken file among good ones is named with place and reason, and the rest opens', async ({ page }) => {
  await page.goto('./');
  await page.getByLabel('Open files').setInputFiles([
    { name: 'broken.json', mimeType: '', buffer: Buffer.from('{"trainingData": [[1, 2], [3,') },
    {
      name: 'forest.pkl',
      mimeType: '',
      buffer: readFileSync(
        join(
          models,
          'refused',
          readdirSync(join(models, 'refused')).find((name) => name.endsWith('.pkl'))!,
        ),
      ),
    },
    { name: 'good.json', mimeType: '', buffer: readFileSync(join(explanations, 'props', 'regression.json')) },
  ]);
  await expect(page.getByRole('link', { name: 'Global Importance' })).toBeVisible();
  await idle(page);
  await page.getByRole('button', { name: 'See why' }).click();
  const details = page.getByRole('dialog');
  await expect(details).toContainText('broken.json');
  await expect(details).toContainText(/line 1|character|byte|column/i);
  await expect(details).toContainText(/pickle/i);
  await expect(details).toContainText('skl2onnx');
  await expectAccessible(page, 'what was opened');
});

test('hostile names are text in every view', async ({ page }) => {
  test.slow();
  await page.goto('./');
  await page
    .getByLabel('Open files')
    .setInputFiles({ name: 'hostile.json', mimeType: '', buffer: readFileSync(join(explanations, 'props', 'binary-hostile.json')) });
  await expect(page.getByRole('link', { name: 'Global Importance' })).toBeVisible();
  await idle(page);
  page.on('dialog', () => expect('a dialog', 'no script from a name runs').toBe('never'));
  for (const view of VIEWS) {
    const main = await openView(page, view);
    await expect(main.locator('[data-chart]').first()).toBeVisible();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await expectAccessible(page, `hostile names, ${view}`);
  }
  await page.getByRole('button', { name: 'Look at a row' }).click();
  for (const tab of ['Local Importance', 'Perturbation Exploration', 'ICE']) {
    await page.getByRole('tab', { name: tab, exact: true }).click();
    await idle(page);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
  }
});
