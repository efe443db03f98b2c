/** Model files of tree libraries with their tables, from the drop to a saved study. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import { createRng } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import type { Study } from '#/domain/study';
import { cellNumber } from '#/domain/table';
import type { NativeImportance, TreeModel } from '#/domain/tree-model';
import { preparePathDependent } from '#/explainers/tree-path-dependent/explain';
import type { DroppedFile, ImportCard, ImportDraft } from '#/formats/draft';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';
import { readTreeFile } from '#/formats/models/read-tree-file';
import { readLimpid } from '#/formats/study/read-limpid';
import { writeLimpid } from '#/formats/study/write-limpid';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { functionPredictor } from '#/testing/games';
import { relativeDifference } from '#/testing/model-golden';
import { evaluateTrees } from '#/trees/evaluate';
import { predictTrees } from '#/trees/link';

const HOME = new URL('golden/trees/', import.meta.url);

interface Golden {
  readonly tolerance: { readonly raw: number; readonly predictions: number; readonly contributions: number; readonly importances?: number };
  readonly sum_factor?: number;
  readonly task: string;
  readonly target: string;
  readonly raw: readonly (readonly number[])[];
  readonly predictions: readonly (readonly number[])[];
  readonly contributions: readonly (readonly (number | readonly number[])[])[];
  readonly importances?: Readonly<Record<string, Readonly<Record<string, number>> | readonly number[]>>;
}

const bytesOf = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(path, HOME)));
const goldenOf = (folder: string): Golden => JSON.parse(readFileSync(new URL(`${folder}/expected.json`, HOME), 'utf8')) as Golden;
const tableOf = (folder: string): DroppedFile => ({ path: 'unknown-2', bytes: bytesOf(`${folder}/data.csv`) });
const textFile = (text: string, path = 'table.csv'): DroppedFile => ({ path, bytes: new TextEncoder().encode(text) });

/** [folder, file, what the card calls it, asset kind] */
const FILES = [
  ['xgb-binary-categories', 'model.json', 'XGBoost model (JSON)', 'xgboost'],
  ['xgb-binary-categories', 'model.ubj', 'XGBoost model (UBJSON)', 'xgboost'],
  ['xgb-multiclass', 'model.json', 'XGBoost model (JSON)', 'xgboost'],
  ['lgbm-binary-categories', 'model.txt', 'LightGBM model (text)', 'lightgbm'],
  ['lgbm-binary-categories', 'model.json', 'LightGBM model (JSON)', 'lightgbm'],
  ['catboost-binary-onehot', 'model.json', 'CatBoost model (JSON)', 'catboost'],
] as const;

async function open(files: readonly DroppedFile[]): Promise<{ draft: ImportDraft; card: ImportCard; study: Study }> {
  const draft = await readDrop(files);
  const card = makeCard(draft);
  return { draft, card, study: completeDraft(draft, card.choices) };
}

function treesOf(study: Study): TreeModel {
  const trees = readTreeFile(study.model!);
  if ('reason' in trees) throw new Error(trees.reason);
  return trees;
}

function rowsOf({ table, model }: Study, count = table.nRows): EncodedRows {
  const features = model!.features;
  const values = new Float64Array(count * features.length);
  features.forEach(({ column }, j) => {
    for (let row = 0; row < count; row++) values[row * features.length + j] = cellNumber(table.columns[column!]!, row);
  });
  return { nRows: count, nFeatures: features.length, values };
}

async function contributionsOf(study: Study, trees: TreeModel, count: number) {
  const rows = rowsOf(study, count);
  const predictor = functionPredictor(rows.nFeatures, trees.ensemble.nOutputs, () => NaN);
  const background = { rows: { ...rows, nRows: 1, values: rows.values.slice(0, rows.nFeatures) }, weights: Float64Array.of(1) };
  const prepared = await preparePathDependent(
    { explainer: 'tree-path-dependent', background, outputSpace: 'raw', seed: 0, parameters: {}, ...NOTHING_LEARNT },
    { predictor, ...NO_STRUCTURE, trees, features: study.model!.features, outputs: study.outputs },
  );
  return { ...(await prepared.explain(rows, new Int32Array(count))), base: prepared.baseValues };
}

/** By feature name, as each library reports them. */
function importanceOf(found: readonly NativeImportance[], meaning: string, study: Study): Readonly<Record<string, number>> {
  const values = found.find((importance) => importance.meaning === meaning)!.values;
  return Object.fromEntries(study.model!.features.map((feature, j) => [feature.name, values[j]!]));
}

describe.each(FILES)('%s/%s', (folder, file, recognisedAs, kind) => {
  const golden = goldenOf(folder);
  const dropped = [{ path: 'unknown', bytes: bytesOf(`${folder}/${file}`) }, tableOf(folder)];

  it('opens under any name, pairs by name and predicts and attributes as the library', async () => {
    const { card, study } = await open(dropped);
    expect(card.items[0]).toMatchObject({ recognisedAs, status: 'opens' });
    expect(study.model).toMatchObject({ kind });
    expect(study.outputs).toMatchObject({ task: golden.task, targetName: golden.target });
    expect(card.slots.every((slot) => slot.how === 'name')).toBe(true);
    const trees = treesOf(study);
    const rows = rowsOf(study);
    const factor = golden.sum_factor ?? 1;
    const sums = evaluateTrees(trees, rows).map((sum) => sum / factor);
    expect(relativeDifference(sums, golden.raw.flat())).toBeLessThanOrEqual(golden.tolerance.raw);
    expect(relativeDifference(predictTrees(trees, rows), golden.predictions.flat())).toBeLessThanOrEqual(golden.tolerance.predictions);
    const { values, base } = await contributionsOf(study, trees, golden.contributions.length);
    values.forEach((output, k) => {
      const want = golden.contributions.map((row) => (typeof row[0] === 'number' ? row : row[k]) as readonly number[]);
      expect(
        relativeDifference(
          output.map((value) => value / factor),
          want.flatMap((row) => row.slice(0, -1)),
        ),
      ).toBeLessThanOrEqual(golden.tolerance.contributions);
      const largest = Math.max(...golden.raw.flat().map(Math.abs));
      expect(Math.abs(base[k]! / factor - want[0]!.at(-1)!)).toBeLessThanOrEqual(golden.tolerance.contributions * largest);
    });
  });

  it('knows the importances that the library reports', async () => {
    const { study } = await open(dropped);
    const found = treesOf(study).importances ?? [];
    expect(found.map(({ meaning }) => meaning)).toContain('split count');
    for (const [key, want] of Object.entries(golden.importances ?? {})) {
      const meaning =
        { weight: 'split count', split: 'split count', gain: kind === 'lightgbm' ? 'total gain' : 'gain' }[key] ?? key.replace('_', ' ');
      const ours = importanceOf(found, meaning, study);
      const named = Array.isArray(want)
        ? Object.fromEntries(study.model!.features.map((feature, j) => [feature.name, (want as readonly number[])[j]!]))
        : (want as Readonly<Record<string, number>>);
      const names = Object.keys(ours);
      const theirs = names.map((name) => named[name] ?? 0);
      expect(
        relativeDifference(
          names.map((name) => ours[name]!),
          theirs,
        ),
      ).toBeLessThanOrEqual(golden.tolerance.importances!);
    }
  });

  it('survives saving with its bytes', async () => {
    const { study } = await open(dropped);
    const again = await readLimpid(await writeLimpid(study), 'study.limpid');
    expect(again).toEqual(study);
    expect(predictTrees(treesOf(again), rowsOf(again))).toEqual(predictTrees(treesOf(study), rowsOf(study)));
  });

  it('ends in a study or a tagged error when the bytes are damaged', async () => {
    const rng = createRng(11);
    const original = dropped[0]!.bytes;
    for (let n = 0; n < 200; n++) {
      const bytes = original.slice(0, n % 3 === 0 ? rng.below(original.length) : original.length);
      const changes = n % 3 === 0 ? 0 : 1 + rng.below(4);
      for (let k = 0; k < changes; k++) {
        // Digits for digits get past the syntax and into the trees.
        const at = rng.below(bytes.length);
        const isDigit = bytes[at]! >= 0x30 && bytes[at]! <= 0x39;
        bytes[at] = isDigit && n % 2 === 0 ? 0x30 + rng.below(10) : rng.below(256);
      }
      const draft = await readDrop([{ path: 'unknown', bytes }, tableOf(folder)]);
      for (const item of draft.items) expect(item.error?.tag, JSON.stringify(item)).not.toBe('Internal');
      if (draft.model === null) continue;
      const card = makeCard(draft);
      try {
        const study = completeDraft(draft, card.choices);
        const trees = readTreeFile(study.model!);
        if (!('reason' in trees)) predictTrees(trees, rowsOf(study, 3));
      } catch (error) {
        expect(isLimpidError(error), String(error)).toBe(true);
      }
    }
  }, 20_000);
});

describe('class labels', () => {
  it('come from the target where the counts agree, and the card says so', async () => {
    const { card, study } = await open([
      { path: 'm', bytes: bytesOf('xgb-binary-categories/model.json') },
      tableOf('xgb-binary-categories'),
    ]);
    expect(study.outputs).toMatchObject({ classLabels: ['no', 'yes'] });
    expect(card.findings.find(({ code }) => code === 'labels-by-order')?.message).toMatch(/0 = no, 1 = yes/);
  });

  it('are numbered without a target', async () => {
    const draft = await readDrop([{ path: 'm', bytes: bytesOf('xgb-binary-categories/model.json') }, tableOf('xgb-binary-categories')]);
    const card = makeCard(draft);
    const alone = makeCard(draft, { ...card.choices, target: null, classNames: [] });
    expect(alone.outputs).toMatchObject({ classLabels: ['0', '1'] });
  });

  it('are in the file of CatBoost', async () => {
    const { card } = await open([{ path: 'm', bytes: bytesOf('catboost-binary-onehot/model.json') }, tableOf('catboost-binary-onehot')]);
    expect(card.outputs).toMatchObject({ classLabels: ['no', 'yes'] });
    expect(card.findings.map(({ code }) => code)).not.toContain('labels-by-order');
  });
});

describe('a model trained with a function for its objective', () => {
  it('gives one number, which two classes make the log-odds of class 1', async () => {
    const text = readFileSync(new URL('lgbm-binary-categories/model.txt', HOME), 'utf8').replace(/^objective=.*\n/m, '');
    const { card, study } = await open([textFile(text, 'model.txt'), tableOf('lgbm-binary-categories')]);
    expect(card.taskOpen).toBe(true);
    expect(study.model!.signature.outputs.space).toBe('logit');
    expect(study.outputs).toMatchObject({ task: 'binary', classLabels: ['no', 'yes'] });
    const trees = treesOf(study);
    expect(trees).toMatchObject({ link: 'identity', sumSpace: 'log-odds' });
    expect(relativeDifference(predictTrees(trees, rowsOf(study)), goldenOf('lgbm-binary-categories').raw.flat())).toBeLessThanOrEqual(
      1e-12,
    );
  });
});

describe('categories', () => {
  const header = 'age,income,city,grade,visits,bought';

  it.each(['xgb-binary-categories/model.ubj', 'lgbm-binary-categories/model.txt'])(
    '%s: unseen labels are missing, and named',
    async (path) => {
      const rows = ['30,20,Paris,10,0,yes', '30,20,,10,0,no', '30,20,Oslo,20,3,no'];
      const { card, study } = await open([{ path: 'm', bytes: bytesOf(path) }, textFile(`${header}\n${rows.join('\n')}\n`)]);
      expect(card.findings.find(({ code }) => code === 'unknown-categories')).toMatchObject({
        severity: 'warning',
        message: expect.stringContaining('Paris') as string,
      });
      const predictions = predictTrees(treesOf(study), rowsOf(study));
      expect(predictions[0]).toBe(predictions[1]);
      expect(predictions[2]).not.toBe(predictions[1]);
    },
  );

  it('are found by number however the number is written', async () => {
    const table = (grade: (value: number) => string) =>
      textFile(`${header}\n${[10, 20, 30, 40].map((value, i) => `3${i},20,Oslo,${grade(value)},0,${i % 2 ? 'yes' : 'no'}`).join('\n')}\n`);
    const file = { path: 'm', bytes: bytesOf('xgb-binary-categories/model.json') };
    const [whole, decimal] = await Promise.all([open([file, table(String)]), open([file, table((value) => `${value}.0`)])]);
    const predictions = predictTrees(treesOf(whole.study), rowsOf(whole.study));
    expect(predictTrees(treesOf(decimal.study), rowsOf(decimal.study))).toEqual(predictions);
    expect(new Set(predictions).size).toBeGreaterThan(1);
  });

  it('that a table holds as codes are used as they are', async () => {
    const names = ['Bergen', 'Bodø', 'Hamar', 'Oslo', 'Tromsø', 'Voss', 'Ålesund'];
    const table = (city: (code: number) => string) =>
      textFile(`${header}\n${names.map((_, code) => `3${code},20,${city(code)},10,0,${code % 2 ? 'yes' : 'no'}`).join('\n')}\n`);
    for (const path of ['xgb-binary-categories/model.json', 'lgbm-binary-categories/model.txt']) {
      const file = { path: 'm', bytes: bytesOf(path) };
      const [named, coded] = await Promise.all([open([file, table((code) => names[code]!)]), open([file, table(String)])]);
      expect(coded.card.findings.map(({ code }) => code)).toContain('numbers-as-codes');
      expect(predictTrees(treesOf(coded.study), rowsOf(coded.study))).toEqual(predictTrees(treesOf(named.study), rowsOf(named.study)));
    }
  });

  it('without names in the file are numbered in alphabetical order, and the card says so', async () => {
    const sweep = JSON.parse(readFileSync(new URL('xgb-1.7-objectives.json', HOME), 'utf8')) as Record<string, { readonly model: string }>;
    const model = textFile(sweep['model categories']!.model, 'model.json');
    const cities = ['Bergen', 'Bodø', 'Hamar', 'Oslo', 'Tromsø', 'Voss', 'Ålesund'];
    const rows = cities.map((city, i) => `${30 + i},${city},${i},${i % 2}`);
    const { card, study } = await open([model, textFile(`age,city,visits,bought\n${rows.join('\n')}\n`)]);
    expect(card.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['matched-by-position', 'codes-for-labels']));
    const codes = cities.map((_, i) => [30 + i, i, i]).flat();
    const coded = { nRows: cities.length, nFeatures: 3, values: Float64Array.from(codes) };
    expect(predictTrees(treesOf(study), rowsOf(study))).toEqual(predictTrees(treesOf(study), coded));
  });
});

describe('the card', () => {
  it('says which columns a model needs and which are missing', async () => {
    const file = { path: 'm', bytes: bytesOf('lgbm-binary-categories/model.txt') };
    expect(makeCard(await readDrop([file])).blocked).toMatch(/with the columns age, income, city, grade, visits/);
    const card = makeCard(await readDrop([file, textFile('age,income,city,grade,calls,bought\n1,2,Oslo,10,0,yes\n2,3,Voss,20,1,no\n')]));
    expect(card.blocked).toMatch(/no column for visits/);
  });

  it('names a model whose JSON is cut off', async () => {
    const bytes = bytesOf('xgb-multiclass/model.json').slice(0, 5000);
    expect((await readDrop([{ path: 'unknown', bytes }])).items[0]).toMatchObject({
      recognisedAs: 'XGBoost model (JSON)',
      status: 'broken',
      error: { tag: 'UnreadableFile' },
    });
  });

  it.each([
    ['model.json', '{"learner":{"gradient_booster":{"name":"gbtree","model":{}}}}', 'UnreadableFile'],
    ['dump.json', '[{"nodeid":0,"depth":0,"split":"age","split_condition":3,"yes":1,"no":2,"children":[]}]', 'UnsupportedFile'],
    ['cut.txt', 'tree\nversion=v4\nnum_class=1\nTree=0\nnum_leaves=2\n', 'UnreadableFile'],
  ])('refuses %s with place and hint', async (path, text, tag) => {
    const [item] = (await readDrop([textFile(text, path)])).items;
    expect(item?.error).toMatchObject({ tag, place: { file: path } });
    expect(item?.error?.hint).toBeTruthy();
  });
});
