import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import { encodeRows } from '#/domain/encode-rows';
import type { EncodedRows, FeatureSchema, ModelAsset } from '#/domain/model';
import { predictedClassOf } from '#/domain/outputs';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';
import { readModel } from '#/onnx/read-model';
import { buildOnnx, node, port, tensor, treeAttributes, type ModelParts } from '#/testing/build-onnx';
import { assetOf, encodeCsv, outputsFor, readBytes, readCsv, readModelGolden, relativeDifference } from '#/testing/model-golden';
import { createOrtPredictor } from './create-ort-predictor';
import { textOfCell } from './encode-inputs';
import { probeModel } from './probe';

const folder = fileURLToPath(new URL('../formats/models/golden', import.meta.url));
const cases = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'model.onnx')));

function openGolden(name: string) {
  const at = join(folder, name);
  const golden = readModelGolden(at);
  const model = readModel(readBytes(join(at, 'model.onnx')), 'model.onnx');
  const { rows, features } = encodeCsv(readCsv(join(at, 'data.csv')), golden.features);
  return { golden, rows, asset: assetOf({ ...model, features, outputs: outputsFor(golden.task, golden.classLabels) }) };
}

const feature = (name: string, kind: FeatureSchema['kind'] = 'numeric', labels: readonly string[] = []): FeatureSchema => ({
  name,
  kind,
  integer: true,
  labels,
  missingText: '?',
  column: null,
});

function build(parts: ModelParts, features: readonly FeatureSchema[]): ModelAsset {
  const model = readModel(buildOnnx(parts), 'model.onnx');
  return assetOf({ ...model, features, outputs: outputsFor(model.signature.task, model.signature.outputs.classLabels) });
}

function rowsOf(...values: readonly (readonly number[])[]): EncodedRows {
  return { nRows: values.length, nFeatures: values[0]!.length, values: Float64Array.from(values.flat()) };
}

async function failure(run: Promise<unknown>) {
  try {
    await run;
  } catch (error) {
    if (isLimpidError(error)) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('ONNX Runtime predictor on goldens', () => {
  it.each(cases)('%s equals the library, keeps its input, and rows alone equal rows together', async (name) => {
    const { golden, asset, rows } = openGolden(name);
    const predictor = await createOrtPredictor(asset);
    const before = rows.values.slice();
    const predicted = await predictor.predict(rows);
    expect(predictor.info.space).toBe(golden.space);
    expect(predictor.nOutputs).toBe(golden.predictions[0]!.length);
    expect(relativeDifference(predicted, golden.predictions.flat())).toBeLessThanOrEqual(Math.min(1e-6, golden.tolerance.predictions));
    expect(rows.values).toEqual(before);
    const probe = await probeModel(predictor, rows);
    expect(probe).toMatchObject({ isRowwise: true, isInsideSpace: true, rowsWithoutPrediction: 0 });
    expect(probe.predictions).toEqual(predicted);
    expect(probe.secondsPerRow).toBeGreaterThan(0);
    await predictor.dispose();
    await predictor.dispose();
    expect((await failure(predictor.predict(rows))).tag).toBe('ModelFailed');
  });
});

describe('a net with one number, opened with its table', () => {
  it.each([
    ['as it is read', null, 'logit'],
    ['as a value', 'regression', 'value'],
  ] as const)('%s', async (_, task, space) => {
    const at = join(folder, 'g-one-logit');
    const golden = readModelGolden(at);
    const files = ['model.onnx', 'data.csv'].map((path) => ({ path, bytes: readBytes(join(at, path)) }));
    const draft = await readDrop(files);
    const { model, table, target, outputs } = completeDraft(draft, { ...makeCard(draft).choices, task });
    const predictor = await createOrtPredictor(model!);
    expect(predictor.info.space).toBe(space);
    const rows = encodeRows(
      table,
      model!.features,
      Int32Array.from({ length: table.nRows }, (_, row) => row),
    );
    const predicted = await predictor.predict(rows);
    await predictor.dispose();
    expect(relativeDifference(predicted, golden.predictions.flat())).toBeLessThanOrEqual(golden.tolerance.predictions);
    const classes = Array.from(predicted, (value) => predictedClassOf(outputs, space, [value]));
    expect(classes).toEqual(Array.from(predicted, (value) => (task === 'regression' ? -1 : value > 0 ? 1 : 0)));
    expect(target?.kind).toBe(task === 'regression' ? 'value' : 'class');
    if (target?.kind !== 'class') return;
    const right = classes.filter((predictedClass, row) => predictedClass === target.classes[row]).length;
    expect(right / classes.length).toBeGreaterThan(0.8);
  });
});

describe('outputs', () => {
  const X = port('X', 'float', [null, 2]);
  const matrix = (width: number) =>
    tensor(
      'w',
      'float',
      [2, width],
      Array.from({ length: 2 * width }, (_, index) => index - 1),
    );

  it('two logits become the log-odds of class 1', async () => {
    const asset = build(
      { inputs: [X], constants: [matrix(2)], nodes: [node('MatMul', 'X,w', 'z')], outputs: [port('z', 'float', [null, 2])] },
      [feature('a'), feature('b')],
    );
    const predictor = await createOrtPredictor(asset);
    // z = [-a + b, 2 b]
    expect(Array.from(await predictor.predict(rowsOf([1, 2], [3, -1])))).toEqual([4 - 1, -2 - -4]);
    expect(predictor.info.space).toBe('logit');
  });

  it('a vector and a single column are one output', async () => {
    const nodes = [node('MatMul', 'X,w', 'column'), node('Squeeze', 'column,axis', 'y')];
    const asset = build(
      { inputs: [X], constants: [matrix(1), tensor('axis', 'int64', [1], [1])], nodes, outputs: [port('y', 'float', [null])] },
      [feature('a'), feature('b')],
    );
    const predictor = await createOrtPredictor(asset);
    expect(Array.from(await predictor.predict(rowsOf([5, 9], [2, 9])))).toEqual([-5, -2]);
  });

  it('labels alone become indicators', async () => {
    const stump = treeAttributes([{ feature: 0, value: 0, yes: { leaf: { 0: 1 } }, no: { leaf: { 1: 1, 2: 0 } } }], 'class');
    const parts: ModelParts = {
      inputs: [X],
      nodes: [node('TreeEnsembleClassifier', 'X', 'l,p', { ...stump, classlabels_strings: { texts: ['a', 'b', 'c'] } })],
      outputs: [port('l', 'string', [null])],
    };
    const predictor = await createOrtPredictor(build(parts, [feature('a'), feature('b')]));
    expect(predictor.info.space).toBe('label only');
    expect(Array.from(await predictor.predict(rowsOf([-1, 0], [1, 0])))).toEqual([1, 0, 0, 0, 1, 0]);
  });
});

describe('inputs', () => {
  it('write cells as the model was trained on', () => {
    expect(textOfCell(feature('c', 'categorical', ['x', 'y']), 1)).toBe('y');
    expect(textOfCell(feature('c', 'categorical', ['x', 'y']), NaN)).toBe('?');
    expect(textOfCell(feature('b', 'boolean'), 1)).toBe('True');
    expect(textOfCell(feature('n'), 3)).toBe('3');
    expect(textOfCell({ ...feature('n'), integer: false }, 3)).toBe('3.0');
    expect(textOfCell({ ...feature('n'), integer: false }, 3.25)).toBe('3.25');
    expect(textOfCell(feature('d', 'datetime'), 0)).toBe('1970-01-01T00:00:00.000Z');
  });

  it('reach whole-number inputs exactly, and missing ones name row and feature', async () => {
    const parts: ModelParts = {
      inputs: [port('n', 'int64', [null, 1])],
      nodes: [node('Cast', 'n', 'y', { to: 11 })],
      outputs: [port('y', 'double', [null, 1])],
    };
    const predictor = await createOrtPredictor(build(parts, [feature('age')]));
    const wide = [0, -1, 7.4, 7.6, 2147483648, -2147483649, 1_700_000_000_123, -9007199254740991];
    expect(Array.from(await predictor.predict(rowsOf(...wide.map((value) => [value]))))).toEqual(wide.map(Math.round));
    const error = await failure(predictor.predict(rowsOf([1], [2], [NaN])));
    expect(error.tag).toBe('ModelFailed');
    expect(error.message).toContain('"age" has no value in row 2');
    expect(error.place).toEqual({ at: 'row 2' });
    expect(Array.from(await predictor.predict(rowsOf([5])))).toEqual([5]);
  });

  it('must be bound to as many columns as they take', async () => {
    const asset = build(
      { inputs: [port('X', 'float', [null, 3])], nodes: [node('ReduceSum', 'X', 'y')], outputs: [port('y', 'float', [null, 1])] },
      [feature('a'), feature('b')],
    );
    expect((await failure(createOrtPredictor(asset))).tag).toBe('InconsistentData');
  });
});

describe('running', () => {
  const { asset, rows, golden } = openGolden('a-float-tensor');
  const many = (times: number): EncodedRows => {
    const values = new Float64Array(rows.values.length * times);
    for (let i = 0; i < times; i++) values.set(rows.values, i * rows.values.length);
    return { nRows: rows.nRows * times, nFeatures: rows.nFeatures, values };
  };

  it('queues calls that come at once, across predictors', async () => {
    const [first, second] = await Promise.all([createOrtPredictor(asset), createOrtPredictor(asset)]);
    const results = await Promise.all([first.predict(rows), second.predict(rows), first.predict(many(3)), second.predict(rows)]);
    expect(results[1]).toEqual(results[0]);
    expect(results[2].subarray(0, rows.nRows)).toEqual(results[0]);
    expect(relativeDifference(results[3], golden.predictions.flat())).toBeLessThan(1e-6);
    await Promise.all([first.dispose(), second.dispose()]);
  });

  it('gives the same bits for any split into batches', async () => {
    const predictor = await createOrtPredictor(asset);
    const whole = await predictor.predict(many(200));
    const once = await predictor.predict(rows);
    for (let i = 0; i < 200; i++) expect(whole.subarray(i * rows.nRows, (i + 1) * rows.nRows)).toEqual(once);
    expect(await predictor.predict({ nRows: 0, nFeatures: rows.nFeatures, values: new Float64Array(0) })).toHaveLength(0);
    await predictor.dispose();
  });

  it('stops between batches when it is aborted, and runs on afterwards', async () => {
    const predictor = await createOrtPredictor(asset);
    const controller = new AbortController();
    const running = failure(predictor.predict(many(2000), controller.signal));
    setTimeout(() => controller.abort(), 0);
    expect((await running).tag).toBe('Aborted');
    expect((await failure(predictor.predict(rows, AbortSignal.abort()))).tag).toBe('Aborted');
    expect(await predictor.predict(rows)).toHaveLength(rows.nRows);
    await predictor.dispose();
  });

  it('refuses rows of another width', async () => {
    const predictor = await createOrtPredictor(asset);
    expect((await failure(predictor.predict(rowsOf([1, 2])))).message).toContain('6 features');
    await predictor.dispose();
  });
});

describe('what the runtime says', () => {
  it('names an operator that it does not have', async () => {
    const parts: ModelParts = {
      inputs: [port('X', 'float', [null, 1])],
      nodes: [node('Soothsay', 'X', 'y')],
      outputs: [port('y', 'float', [null, 1])],
    };
    const error = await failure(createOrtPredictor(build(parts, [feature('a')])));
    expect(error.tag).toBe('UnsupportedModel');
    expect(error.message).toContain('Soothsay');
    expect(error.code).toContain('skl2onnx');
  });

  it('passes on why a run failed', async () => {
    const parts: ModelParts = {
      inputs: [port('s', 'string', [null, 1])],
      constants: [tensor('shape', 'int64', [2], [-1, 2])],
      nodes: [node('OneHotEncoder', 's', 'hot', { cats_strings: { texts: ['x', 'y'] }, zeros: 0 }), node('Reshape', 'hot,shape', 'y')],
      outputs: [port('y', 'float', [null, 2])],
    };
    const predictor = await createOrtPredictor(build(parts, [feature('c', 'categorical', ['x', 'unseen'])]));
    const error = await failure(predictor.predict(rowsOf([1])));
    expect(error.tag).toBe('ModelFailed');
    expect(error.hint).toBeTruthy();
  });
});
