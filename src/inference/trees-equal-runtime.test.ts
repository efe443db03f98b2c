import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedRows, FeatureSchema, ModelAsset } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { readModel } from '#/onnx/read-model';
import { readTreeModel } from '#/onnx/read-tree-model';
import { evaluateTrees } from '#/trees/evaluate';
import { predictTrees } from '#/trees/link';
import type { TreeModel } from '#/domain/tree-model';
import {
  buildOnnx,
  node,
  port,
  tensor,
  treeAttributes,
  treeEnsembleAttributes,
  type Element,
  type ModelParts,
  type TestTree,
} from '#/testing/build-onnx';
import {
  assetOf,
  bindInOrder,
  encodeCsv,
  outputsFor,
  readBytes,
  readCsv,
  readModelGolden,
  relativeDifference,
} from '#/testing/model-golden';
import { createOrtPredictor } from './create-ort-predictor';
import { createTreePredictor } from './tree-predictor';

/** Float32 rounding of sums and links, relative to the largest prediction (or to 1: the runtime's sigmoid is good to 1e-7 of 1). */
const TOLERANCE = 2e-6;

const numeric = (name: string): FeatureSchema => ({ name, kind: 'numeric', integer: false, labels: [], missingText: '', column: null });

function open(
  bytes: Uint8Array<ArrayBuffer>,
  features: readonly FeatureSchema[],
  outputs?: Outputs,
): { asset: ModelAsset; trees: TreeModel | { readonly reason: string } } {
  const model = readModel(bytes, 'model.onnx');
  const given = outputs ?? outputsFor(model.signature.task, model.signature.outputs.classLabels);
  const asset = assetOf({ ...model, features, outputs: given });
  return { asset, trees: readTreeModel(asset.bytes, features, asset.bindings, asset.signature, given) };
}

function treesOf(opened: ReturnType<typeof open>): TreeModel {
  if ('reason' in opened.trees) throw new Error(opened.trees.reason);
  return opened.trees;
}

async function expectEqual(opened: ReturnType<typeof open>, rows: EncodedRows): Promise<void> {
  const model = treesOf(opened);
  const predictor = await createOrtPredictor(opened.asset);
  const expected = await predictor.predict(rows);
  await predictor.dispose();
  const own = predictTrees(model, rows);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const difference = own.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
  expect(difference / largest).toBeLessThanOrEqual(TOLERANCE);
}

/** Rows on thresholds, a float32 step beside them, between them, and missing. */
function hardRows(model: TreeModel, nFeatures: number): EncodedRows {
  const { threshold, feature } = model.ensemble;
  const values: number[] = [];
  const float = new Float32Array(1);
  const bits = new Int32Array(float.buffer);
  for (let n = 0; n < Math.min(400, feature.length); n++) {
    float[0] = threshold[n]!;
    bits[0]! += (n % 3) - 1;
    for (let f = 0; f < nFeatures; f++)
      values.push(f === feature[n] ? float[0] : n % 7 === f ? NaN : n % 5 === f ? threshold[(n * 7) % feature.length]! : (n % 11) - 5.5);
  }
  return { nRows: values.length / nFeatures, nFeatures, values: Float64Array.from(values) };
}

const modelGoldens = fileURLToPath(new URL('../formats/models/golden', import.meta.url));
const treeGoldens = fileURLToPath(new URL('../explainers/golden', import.meta.url));

interface TreeGolden {
  readonly model: string;
  readonly task: Outputs['task'];
  readonly outputNames: readonly string[];
  readonly features: readonly { readonly name: string; readonly labels?: readonly string[] }[];
  readonly rows: readonly (readonly (number | null)[])[];
  /** Ensemble sums in float64. */
  readonly raw: readonly (readonly number[])[];
  readonly predictions: readonly (readonly number[])[];
  readonly tolerance: { readonly raw: number; readonly predictions: number };
}

/** One of `src/trees/golden`: numbers as JSON, null for NaN, 'Infinity' and '-Infinity' as text. */
interface EnsembleGolden {
  readonly model: string;
  readonly task: Outputs['task'];
  readonly classLabels: readonly (string | number)[];
  readonly rows: readonly (readonly (number | string | null)[])[];
  readonly scores: readonly (readonly number[])[];
  readonly raw: readonly (readonly number[])[] | null;
  readonly tolerance: { readonly raw: number; readonly scores: number };
}

const ensembleGoldens = fileURLToPath(new URL('../trees/golden', import.meta.url));

/** The model as `readModel` sees it; two regression targets, which it refuses, are read as two outputs. */
function openEnsembleGolden(golden: EnsembleGolden, features: readonly FeatureSchema[]): ReturnType<typeof open> {
  const bytes = readBytes(join(ensembleGoldens, golden.model));
  const width = golden.scores[0]!.length;
  if (golden.task !== 'regression' || width === 1) return open(bytes, features, outputsFor(golden.task, golden.classLabels));
  const outputs = outputsFor('multiclass', ['first', 'second']);
  const signature: ModelAsset['signature'] = {
    inputs: [{ name: 'X', type: 'float', width: features.length, rank: 2 }],
    outputs: { label: null, scores: 'variable', scoreWidth: width, classLabels: [], space: 'score' },
    task: 'multiclass',
  };
  const asset = assetOf({ bytes, signature, features, outputs });
  return { asset, trees: readTreeModel(bytes, features, asset.bindings, signature, outputs) };
}

describe('own trees equal ONNX Runtime on goldens', () => {
  it.each(readdirSync(ensembleGoldens).filter((name) => name.endsWith('.json')))('%s, on its own hard rows', async (name) => {
    const golden = JSON.parse(readFileSync(join(ensembleGoldens, name), 'utf8')) as EnsembleGolden;
    const features = golden.rows[0]!.map((_, index) => numeric(`f${index}`));
    const opened = openEnsembleGolden(golden, features);
    const rows: EncodedRows = {
      nRows: golden.rows.length,
      nFeatures: features.length,
      values: Float64Array.from(golden.rows.flat(), (value) => (value === null ? NaN : Number(value))),
    };
    const expected = golden.scores.flatMap((row) => (golden.task === 'binary' ? [row[1]!] : row));
    const predictor = await createOrtPredictor(opened.asset);
    expect(relativeDifference(await predictor.predict(rows), expected)).toBeLessThanOrEqual(golden.tolerance.scores);
    await predictor.dispose();
    const trees = treesOf(opened);
    expect(relativeDifference(predictTrees(trees, rows), expected)).toBeLessThanOrEqual(golden.tolerance.scores);
    if (golden.raw !== null)
      expect(relativeDifference(evaluateTrees(trees, rows), golden.raw.flat())).toBeLessThanOrEqual(golden.tolerance.raw);
    await expectEqual(opened, hardRows(trees, features.length));
  });

  it.each(['a-float-tensor', 'e-zipmap', 'f-regression'])('%s', async (name) => {
    const folder = join(modelGoldens, name);
    const golden = readModelGolden(folder);
    const encoded = encodeCsv(readCsv(join(folder, 'data.csv')), golden.features);
    const model = open(readBytes(join(folder, 'model.onnx')), encoded.features, outputsFor(golden.task, golden.classLabels));
    const trees = treesOf(model);
    await expectEqual(model, encoded.rows);
    await expectEqual(model, hardRows(trees, encoded.rows.nFeatures));
    const own = await createTreePredictor(trees, model.asset.outputs, 'probability').predict(encoded.rows);
    expect(relativeDifference(own, golden.predictions.flat())).toBeLessThanOrEqual(golden.tolerance.predictions);
  });

  it.each(readdirSync(treeGoldens).filter((name) => /^tree-path-.*\.json$/.test(name)))('%s', async (name) => {
    const golden = JSON.parse(readFileSync(join(treeGoldens, name), 'utf8')) as TreeGolden;
    const features = golden.features.map((feature) => numeric(feature.name));
    const model = open(readBytes(join(treeGoldens, golden.model)), features);
    const trees = treesOf(model);
    const rows: EncodedRows = {
      nRows: golden.rows.length,
      nFeatures: features.length,
      values: Float64Array.from(golden.rows.flat(), (value) => value ?? NaN),
    };
    expect(relativeDifference(evaluateTrees(trees, rows), golden.raw.flat())).toBeLessThanOrEqual(golden.tolerance.raw);
    expect(relativeDifference(predictTrees(trees, rows), golden.predictions.flat())).toBeLessThanOrEqual(golden.tolerance.predictions);
    await expectEqual(model, rows);
    const isWhole = (column: number) =>
      model.asset.signature.inputs.some((input, index) => input.type === 'int64' && model.asset.bindings[index]!.features.includes(column));
    const hard = hardRows(trees, features.length);
    const values = hard.values.map((value, index) =>
      isWhole(index % features.length) ? Math.round(Number.isFinite(value) ? value : 0) : value,
    );
    await expectEqual(model, { ...hard, values });
  });
});

const nFeatures = 3;
const features = ['a', 'b', 'c'].map(numeric);
const float = fc.constantFrom(-2, -0.75, -0.1, 0, 1e-35, 0.1, 0.3, 1, 2.5).map(Math.fround);
const cell = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(float, fc.constantFrom(0.1, 0.3, 0.29999999, 0.100000005)) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const rowsArbitrary = fc
  .array(fc.array(cell, { minLength: nFeatures, maxLength: nFeatures }), { minLength: 1, maxLength: 30 })
  .map((values): EncodedRows => ({ nRows: values.length, nFeatures, values: Float64Array.from(values.flat()) }));

function treeArbitrary(leaf: fc.Arbitrary<Record<number, number>>, modes: readonly string[]): fc.Arbitrary<TestTree> {
  return fc.letrec<{ tree: TestTree; split: TestTree }>((tie) => ({
    split: fc.record({
      feature: fc.nat(nFeatures - 1),
      mode: fc.constantFrom(...modes),
      value: float,
      missingYes: fc.boolean(),
      yes: tie('tree'),
      no: tie('tree'),
    }),
    tree: fc.oneof({ depthSize: 'small' }, fc.record({ leaf }), tie('split')),
  })).split;
}

const weight = fc.integer({ min: -2000, max: 2000 }).map((thousandths) => Math.fround(thousandths / 1000));
const ALL_MODES = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ'];
const X = port('X', 'float', [null, nFeatures]);

function classifier(nClasses: number, attributes: ReturnType<typeof treeAttributes>, element: Element = 'float'): ModelParts {
  const labels = Array.from({ length: nClasses }, (_, index) => index);
  return {
    inputs: [port('X', element, [null, nFeatures])],
    nodes: [node('TreeEnsembleClassifier', 'X', 'label,probabilities', { ...attributes, classlabels_int64s: { ints: labels } })],
    outputs: [port('label', 'int64', [null]), port('probabilities', 'float', [null, nClasses])],
  };
}

describe('own trees equal ONNX Runtime on random models', () => {
  const runs = { numRuns: 25 };

  it('regressors: every comparison, base values, sum and average', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(treeArbitrary(fc.record({ 0: weight }), ALL_MODES), { minLength: 1, maxLength: 5 }),
        fc.option(weight, { nil: undefined }),
        fc.constantFrom('SUM', 'AVERAGE'),
        rowsArbitrary,
        async (trees, base, aggregate, rows) => {
          const attributes = {
            ...treeAttributes(trees, 'target'),
            n_targets: 1,
            aggregate_function: aggregate,
            ...(base === undefined ? {} : { base_values: { floats: [base] } }),
          };
          const bytes = buildOnnx({
            inputs: [X],
            nodes: [node('TreeEnsembleRegressor', 'X', 'variable', attributes)],
            outputs: [port('variable', 'float', [null, 1])],
          });
          await expectEqual(open(bytes, features), rows);
        },
      ),
      runs,
    );
  });

  const votes: Record<string, fc.Arbitrary<Record<number, number>>> = {
    'one column of weights': fc.record({ 0: weight }),
    'one column of positive weights': fc.record({ 0: weight.map(Math.abs) }),
    'a column for class 1 only': fc.record({ 1: weight }),
    'two columns': fc.record({ 0: weight, 1: weight }),
  };

  it.each(Object.entries(votes))('binary classifiers: %s', async (_, leaf) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(treeArbitrary(leaf, ['LEQ', 'LT']), { minLength: 1, maxLength: 4 }),
        fc.option(weight, { nil: undefined }),
        fc.constantFrom('NONE', 'LOGISTIC', 'SOFTMAX'),
        rowsArbitrary,
        async (trees, base, transform, rows) => {
          const attributes = {
            ...treeAttributes(trees, 'class'),
            post_transform: transform,
            ...(base === undefined ? {} : { base_values: { floats: [base] } }),
          };
          await expectEqual(open(buildOnnx(classifier(2, attributes)), features), rows);
        },
      ),
      runs,
    );
  });

  it('multiclass classifiers', async () => {
    const leaf = fc.oneof(fc.record({ 0: weight, 1: weight, 2: weight }), fc.record({ 1: weight }), fc.record({ 2: weight, 0: weight }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(treeArbitrary(leaf, ALL_MODES), { minLength: 1, maxLength: 4 }),
        fc.option(fc.tuple(weight, weight, weight), { nil: undefined }),
        fc.constantFrom('NONE', 'LOGISTIC', 'SOFTMAX'),
        rowsArbitrary,
        async (trees, base, transform, rows) => {
          const attributes = {
            ...treeAttributes(trees, 'class'),
            post_transform: transform,
            ...(base === undefined ? {} : { base_values: { floats: base } }),
          };
          await expectEqual(open(buildOnnx(classifier(3, attributes)), features), rows);
        },
      ),
      runs,
    );
  });

  it('TreeEnsemble of opset 5, with trees that are one leaf', async () => {
    const leaf = fc.oneof(fc.record({ 0: weight }), fc.record({ 1: weight }), fc.record({ 2: weight }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(treeArbitrary(leaf, ALL_MODES), fc.record({ leaf })), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0, 1),
        fc.constantFrom(0, 1, 2),
        rowsArbitrary,
        async (trees, aggregate, transform, rows) => {
          const attributes = { ...treeEnsembleAttributes(trees, 3), aggregate_function: aggregate, post_transform: transform };
          const bytes = buildOnnx({
            inputs: [X],
            nodes: [
              node('TreeEnsemble', 'X', transform > 0 ? 'probabilities' : 'sums', attributes),
              ...(transform > 0 ? [] : [node('Softmax', 'sums', 'probabilities', { axis: 1 })]),
            ],
            outputs: [port('probabilities', 'float', [null, 3])],
            mlOpset: 5,
          });
          await expectEqual(open(bytes, features), rows);
        },
      ),
      runs,
    );
  });

  it.each(['double', 'int64'] as const)('%s inputs', async (element) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(treeArbitrary(fc.record({ 0: weight, 1: weight }), ['LEQ', 'LT']), { minLength: 1, maxLength: 4 }),
        rowsArbitrary,
        async (trees, rows) => {
          const values = element === 'int64' ? rows.values.map((value) => (Number.isNaN(value) ? 7 : Math.round(value))) : rows.values;
          await expectEqual(
            open(buildOnnx(classifier(2, { ...treeAttributes(trees, 'class'), post_transform: 'SOFTMAX' }, element)), features),
            { ...rows, values },
          );
        },
      ),
      runs,
    );
  });

  it('double thresholds and weights', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          treeArbitrary(fc.record({ 0: fc.integer({ min: -2000, max: 2000 }).map((thousandths) => thousandths / 1000) }), ALL_MODES),
          { minLength: 1, maxLength: 4 },
        ),
        rowsArbitrary,
        async (trees, rows) => {
          const bytes = buildOnnx({
            inputs: [port('X', 'double', [null, nFeatures])],
            nodes: [node('TreeEnsembleRegressor', 'X', 'variable', { ...treeAttributes(trees, 'target', 'double'), n_targets: 1 })],
            outputs: [port('variable', 'float', [null, 1])],
          });
          await expectEqual(open(bytes, features), rows);
        },
      ),
      runs,
    );
  });

  it('steps that keep columns apart, and what comes after the trees', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(treeArbitrary(fc.record({ 0: weight }), ['LEQ', 'GT']), { minLength: 1, maxLength: 4 }),
        fc.tuple(float, float, float),
        fc.tuple(weight, weight, weight),
        rowsArbitrary,
        async (trees, offset, scale, rows) => {
          const bytes = buildOnnx({
            inputs: [port('c', 'float', [null, 1]), port('ab', 'float', [null, 2])],
            constants: [
              tensor('order', 'int64', [3], [1, 2, 0]),
              tensor('two', 'float', [1], [2]),
              tensor('half', 'float', [], [0.5]),
              tensor('shape', 'int64', [2], [-1, 1]),
            ],
            nodes: [
              node('Imputer', 'ab', 'ab_full', { imputed_value_floats: { floats: [0.3, -2] }, replaced_value_float: { float: NaN } }),
              node('Concat', 'c,ab_full', 'cab', { axis: 1 }),
              node('ArrayFeatureExtractor', 'cab,order', 'abc'),
              node('Scaler', 'abc', 'scaled', { offset: { floats: offset }, scale: { floats: scale } }),
              node('Cast', 'scaled', 'input', { to: 1 }),
              node('TreeEnsembleRegressor', 'input', 'sum', { ...treeAttributes(trees, 'target'), n_targets: 1 }),
              node('Mul', 'sum,two', 'doubled'),
              node('Sub', 'doubled,half', 'shifted'),
              node('Reshape', 'shifted,shape', 'column'),
              node('Sigmoid', 'column', 'probability'),
            ],
            outputs: [port('probability', 'float', [null, 1])],
          });
          const opened = open(bytes, [numeric('c'), numeric('a'), numeric('b')]);
          const bindings = [
            { input: 'c', features: [0] },
            { input: 'ab', features: [1, 2] },
          ];
          const asset = { ...opened.asset, bindings };
          await expectEqual({ asset, trees: readTreeModel(asset.bytes, asset.features, bindings, asset.signature, asset.outputs) }, rows);
        },
      ),
      runs,
    );
  });

  it('an exponential behind the trees, as lightgbm and xgboost export Poisson models', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(treeArbitrary(fc.record({ 0: weight }), ['LEQ']), { minLength: 1, maxLength: 3 }),
        rowsArbitrary,
        async (trees, rows) => {
          const bytes = buildOnnx({
            inputs: [port('X', 'float', [null, 3])],
            nodes: [
              node('TreeEnsembleRegressor', 'X', 'sum', { ...treeAttributes(trees, 'target'), n_targets: 1 }),
              node('Exp', 'sum', 'e'),
              node('Mul', 'e,rate', 'variable'),
            ],
            constants: [tensor('rate', 'float', [1], [2.5])],
            outputs: [port('variable', 'float', [null, 1])],
          });
          const opened = open(bytes, ['a', 'b', 'c'].map(numeric));
          expect(treesOf(opened)).toMatchObject({ link: 'log', sumSpace: 'log' });
          await expectEqual(opened, rows);
        },
      ),
      runs,
    );
  });

  it('branches that share a subtree', async () => {
    const attributes = treeAttributes(
      [
        {
          feature: 0,
          mode: 'EQ',
          value: 1,
          yes: { leaf: { 0: 1 } },
          no: { feature: 0, mode: 'EQ', value: 2.5, yes: { leaf: { 0: 5 } }, no: { leaf: { 0: -1 } } },
        },
      ],
      'target',
    );
    // Both equality tests lead to node 1, as lightgbm's converter writes sets of categories.
    const shared = { ...attributes, nodes_truenodeids: { ints: [1, 0, 1, 0, 0] }, n_targets: 1 };
    const bytes = buildOnnx({
      inputs: [X],
      nodes: [node('TreeEnsembleRegressor', 'X', 'variable', shared)],
      outputs: [port('variable', 'float', [null, 1])],
    });
    const rows: EncodedRows = { nRows: 3, nFeatures, values: Float64Array.of(1, 0, 0, 2.5, 0, 0, 0.3, 0, 0) };
    const opened = open(bytes, features);
    await expectEqual(opened, rows);
    expect(Array.from(predictTrees(treesOf(opened), rows))).toEqual([1, 1, -1]);
  });
});

describe('bindings', () => {
  it('put each feature into its slot', () => {
    const { signature } = readModel(
      buildOnnx(classifier(2, treeAttributes([{ feature: 2, value: 0, yes: { leaf: { 0: 1 } }, no: { leaf: { 0: -1 } } }], 'class'))),
      'm',
    );
    expect(bindInOrder(signature, 3)).toEqual([{ input: 'X', features: [0, 1, 2] }]);
  });
});
