import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { Engine } from '#/engine/engine';
import { createInProcessExecutor } from '#/engine/in-process-executor';
import type { ExplainJob } from '#/engine/job';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';
import { relativeDifference } from '#/testing/model-golden';
import { createMemoryStore } from '#/storage/memory-store';

const HOME = new URL('../formats/models/golden/trees/', import.meta.url);
const ROWS = 10;

const JOB: ExplainJob = {
  kind: 'explain',
  explainer: 'tree-path-dependent',
  rows: { kind: 'all' },
  background: { kind: 'sample', count: 20 },
  outputSpace: 'raw',
  seed: 3,
  parameters: {},
};

interface Golden {
  readonly predictions: readonly (readonly number[])[];
  readonly contributions: readonly (readonly number[])[];
  readonly sum_factor?: number;
  readonly tolerance: { readonly predictions: number };
}

it.each([
  ['xgb-binary-categories', 'model.ubj'],
  ['lgbm-binary-categories', 'model.txt'],
  ['catboost-binary-onehot', 'model.json'],
])('a dropped booster with its table opens, predicts, explains and is saved: %s/%s', async (folder, file) => {
  const load = async (name: string) => ({ path: name, bytes: new Uint8Array(await readFile(new URL(`${folder}/${name}`, HOME))) });
  const golden = JSON.parse(await readFile(new URL(`${folder}/expected.json`, HOME), 'utf8')) as Golden;
  const draft = await readDrop([await load(file), await load('data.csv')]);
  const store = createMemoryStore();
  const engine = new Engine({ executor: createInProcessExecutor(), store, onEvent: () => undefined });
  await engine.open(completeDraft(draft, makeCard(draft).choices));
  expect(relativeDifference(engine.study.predictions!.values![0]!, golden.predictions.flat())).toBeLessThanOrEqual(2e-6);

  const plan = await engine.explainPlan({ method: 'tree-path-dependent', parameters: {}, backgroundRows: 20 });
  expect(plan.offers.find((offer) => offer.id === 'tree-path-dependent')?.unavailable).toBeNull();

  const outcome = await engine.run(JOB);
  const explanation = engine.study.explanations.find(({ id }) => outcome.kind === 'explanation' && id === outcome.id)!;
  expect(explanation.badge).toMatchObject({ kind: 'measured' });
  // Rows are explained in an order of their own.
  const nFeatures = explanation.features.length;
  const block = explanation.local![0]![0]!;
  const factor = golden.sum_factor ?? 1;
  golden.contributions.slice(0, ROWS).forEach((want, row) => {
    const at = explanation.rows.indexOf(row);
    const found = Array.from(block.subarray(at * nFeatures, (at + 1) * nFeatures), (value) => value / factor);
    const largest = Math.max(...golden.contributions.flat().map(Math.abs));
    found.forEach((value, j) => expect(Math.abs(value - want[j]!)).toBeLessThanOrEqual(2e-6 * largest));
  });
  const again = await readDrop([{ path: 'study.limpid', bytes: await engine.save() }]);
  expect(again.study?.model).toEqual(engine.study.model);
  await engine.dispose();
});
