import { describe, expect, it } from 'vitest';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { readLinearModel } from '#/onnx/read-linear-model';
import { readModel } from '#/onnx/read-model';
import { buildOnnx, node, port, tensor, type ModelParts } from '#/testing/build-onnx';
import { predictLinear } from '#/testing/linear-model';
import { assetOf, outputsFor, relativeDifference } from '#/testing/model-golden';
import { createOrtPredictor } from './create-ort-predictor';

const words: FeatureSchema = {
  name: 'coat',
  kind: 'categorical',
  integer: false,
  labels: ['brown', 'grey', 'spotted'],
  missingText: '?',
  column: null,
};
const number: FeatureSchema = { name: 'age', kind: 'numeric', integer: false, labels: [], missingText: '', column: null };
const flag: FeatureSchema = { name: 'alive', kind: 'boolean', integer: false, labels: [], missingText: 'unknown', column: null };

/** A small model over [coat, age, alive] and what the runtime makes of it. */
async function compare(
  parts: ModelParts,
  options: { rows?: readonly (readonly number[])[]; features?: readonly FeatureSchema[]; outputs?: Outputs } = {},
): Promise<ReturnType<typeof readLinearModel>> {
  const features = options.features ?? [words, number, flag];
  const model = readModel(buildOnnx(parts), 'm');
  const byInput: Readonly<Record<string, readonly number[]>> = { coat: [0], age: [1], alive: [2], X: features.map((_, index) => index) };
  const bindings = model.signature.inputs.map(({ name }) => ({ input: name, features: byInput[name] ?? [] }));
  const outputs = options.outputs ?? outputsFor(model.signature.task, model.signature.outputs.classLabels);
  const asset = assetOf({ ...model, features, bindings, outputs });
  const linear = readLinearModel(asset.bytes, features, bindings, asset.signature, outputs);
  if ('reason' in linear) return linear;
  const given = options.rows ?? [0, 1, 2, NaN].flatMap((code) => [-1.5, 0, 0.5, 1, 3, 7, NaN].map((x) => [code, x, x > 0.5 ? 1 : 0]));
  const rows: EncodedRows = { nRows: given.length, nFeatures: features.length, values: Float64Array.from(given.flat()) };
  const predictor = await createOrtPredictor(asset);
  expect(relativeDifference(predictLinear(linear, rows), await predictor.predict(rows))).toBeLessThanOrEqual(2e-6);
  await predictor.dispose();
  return linear;
}

/** The runtime wants each node's name once. */
function again(proto: ReturnType<typeof node>): ReturnType<typeof node> {
  proto.name += ' again';
  return proto;
}

const Y = port('y', 'float', [null, 1]);
const coat = port('coat', 'string', [null, 1]);
const age = port('age', 'float', [null, 1]);
const alive = port('alive', 'string', [null, 1]);
const regressor = (input: string, coefficients: readonly number[]) =>
  node('LinearRegressor', input, 'y', { coefficients: { floats: coefficients }, intercepts: { floats: [0.25] }, targets: 1 });
const wholeRows = [0, 1, 2, NaN].flatMap((code) => [-3, 0, 1, 2, 5].map((x) => [code, x, x > 0 ? 1 : 0]));

describe('columns equal what ONNX Runtime makes', () => {
  it('one-hot of words, with the text of a missing cell as a category', async () => {
    const linear = await compare({
      inputs: [coat],
      nodes: [
        node('OneHotEncoder', 'coat', 'hot', { cats_strings: { texts: ['grey', '?', 'black'] }, zeros: 1 }),
        node('Reshape', 'hot,shape', 'flat'),
        regressor('flat', [1, 20, 300]),
      ],
      constants: [tensor('shape', 'int64', [2], [-1, 3])],
      outputs: [Y],
    });
    if ('reason' in linear) throw new Error(linear.reason);
    expect(linear.sources.map(({ name }) => name)).toEqual(['coat=grey', 'coat=?', 'coat=black']);
    expect(linear.sources.map(({ steps }) => steps)).toEqual([
      [{ kind: 'lookup', values: Float64Array.of(0, 1), other: 0 }],
      [{ kind: 'lookup', values: Float64Array.of(0, 0, 0), other: 1 }],
      [{ kind: 'lookup', values: Float64Array.of(), other: 0 }],
    ]);
  });

  const encoders: Record<string, Parameters<typeof node>[3]> = {
    'words to whole numbers': { keys_strings: { texts: ['brown', 'grey'] }, values_int64s: { ints: [4, -7] }, default_int64: 9 },
    'words to numbers, default as the runtime has it': { keys_strings: { texts: ['brown', '?'] }, values_floats: { floats: [0.1, 2.5] } },
    'equal keys': { keys_strings: { texts: ['brown', 'brown'] }, values_floats: { floats: [1, 2] } },
  };
  it.each(Object.entries(encoders))('LabelEncoder: %s', async (_, attributes) => {
    const linear = await compare({
      inputs: [coat],
      nodes: [node('LabelEncoder', 'coat', 'codes', attributes), node('Cast', 'codes', 'float', { to: 1 }), regressor('float', [3])],
      outputs: [Y],
    });
    expect(linear).not.toHaveProperty('reason');
  });

  it('LabelEncoder with tensors (ml opset 4)', async () => {
    const attributes = {
      keys_tensor: tensor('keys_tensor', 'string', [3], ['brown', 'grey', '?']),
      values_tensor: tensor('values_tensor', 'double', [3], [0.5, 1.5, -2]),
      default_tensor: tensor('default_tensor', 'double', [1], [8]),
    };
    const linear = await compare({
      inputs: [coat],
      nodes: [node('LabelEncoder', 'coat', 'codes', attributes), node('Cast', 'codes', 'float', { to: 1 }), regressor('float', [3])],
      outputs: [Y],
      mlOpset: 4,
    });
    expect(linear).not.toHaveProperty('reason');
  });

  it('LabelEncoder of numbers', async () => {
    const linear = await compare({
      inputs: [age],
      nodes: [
        node('LabelEncoder', 'age', 'codes', {
          keys_floats: { floats: [7, 0.5, -1.5] },
          values_floats: { floats: [1, 2, 3] },
          default_float: { float: -4 },
        }),
        regressor('codes', [3]),
      ],
      outputs: [Y],
    });
    expect(linear).not.toHaveProperty('reason');
  });

  it('CategoryMapper, and back to words', async () => {
    const linear = await compare({
      inputs: [coat],
      nodes: [
        node('CategoryMapper', 'coat', 'codes', {
          cats_strings: { texts: ['grey', 'brown'] },
          cats_int64s: { ints: [0, 1] },
          default_int64: -1,
        }),
        again(
          node('CategoryMapper', 'codes', 'again', {
            cats_strings: { texts: ['G', 'B'] },
            cats_int64s: { ints: [0, 1] },
            default_string: 'none',
          }),
        ),
        node('OneHotEncoder', 'again', 'hot', { cats_strings: { texts: ['G', 'B', 'none'] } }),
        node('Flatten', 'hot', 'flat', { axis: 1 }),
        regressor('flat', [1, 20, 300]),
      ],
      outputs: [Y],
    });
    expect(linear).not.toHaveProperty('reason');
  });

  it('true and false as words', async () => {
    const linear = await compare({
      inputs: [alive],
      nodes: [
        node('OneHotEncoder', 'alive', 'hot', { cats_strings: { texts: ['True', 'unknown'] } }),
        node('Flatten', 'hot', 'flat', { axis: 1 }),
        regressor('flat', [2, 30]),
      ],
      outputs: [Y],
    });
    expect(linear).not.toHaveProperty('reason');
  });

  it('whole numbers: rounded inputs, negative categories, Where and Equal', async () => {
    const linear = await compare(
      {
        inputs: [port('age', 'int64', [null, 1]), coat],
        constants: [tensor('five', 'int64', [1], [5]), tensor('one', 'float', [1], [1]), tensor('minus', 'float', [1, 1], [-1])],
        nodes: [
          node('OneHotEncoder', 'age', 'hot', { cats_int64s: { ints: [-3, 2, 40] } }),
          node('Flatten', 'hot', 'flat', { axis: 1 }),
          node('Equal', 'age,five', 'isFive'),
          node('Where', 'isFive,one,minus', 'sign'),
          node('LabelEncoder', 'coat', 'codes', { keys_strings: { texts: ['grey'] }, values_int64s: { ints: [5] } }),
          again(node('Equal', 'codes,five', 'isGrey')),
          node('Not', 'isGrey', 'notGrey'),
          node('Cast', 'notGrey', 'other', { to: 1 }),
          node('Concat', 'flat,sign,other', 'all', { axis: 1 }),
          regressor('all', [1, 20, 300, 4000, 7]),
        ],
        outputs: [Y],
      },
      { rows: [...wholeRows, [0, 1.5, 0], [1, -2.5, 1], [2, 4.5, 1], [0, 2.4999, 0]] },
    );
    expect(linear).not.toHaveProperty('reason');
  });

  it('floats cut to whole numbers, also where they are none', async () => {
    const linear = await compare({
      inputs: [age],
      nodes: [
        node('Cast', 'age', 'whole', { to: 7 }),
        node('OneHotEncoder', 'whole', 'hot', { cats_int64s: { ints: [-1, 0, 7] } }),
        node('Flatten', 'hot', 'flat', { axis: 1 }),
        regressor('flat', [1, 20, 300]),
      ],
      outputs: [Y],
    });
    expect(linear).not.toHaveProperty('reason');
  });

  it('Slice, Split, Binarizer, and arithmetic on one-hot columns', async () => {
    const linear = await compare(
      {
        inputs: [coat, age],
        constants: [
          tensor('from', 'int64', [1], [1]),
          tensor('to', 'int64', [1], [9]),
          tensor('axis', 'int64', [1], [1]),
          tensor('parts', 'int64', [2], [1, 1]),
          tensor('third', 'float', [2], [3, 0.3]),
        ],
        nodes: [
          node('OneHotEncoder', 'coat', 'hot3', { cats_strings: { texts: ['brown', 'grey', '?'] } }),
          node('Flatten', 'hot3', 'hot', { axis: 1 }),
          node('Slice', 'hot,from,to,axis', 'two'),
          node('Div', 'two,third', 'shares'),
          node('Split', 'shares,parts', 'a,b', { axis: 1 }),
          node('Binarizer', 'age', 'old', { threshold: { float: 0.5 } }),
          node('Concat', 'b,a,old', 'all', { axis: 1 }),
          node('Scaler', 'all', 'scaled', { offset: { floats: [0.1, 0.2, 0.3] }, scale: { floats: [3, 0.5, 2] } }),
          regressor('scaled', [1, 20, 300]),
        ],
        outputs: [Y],
      },
      { rows: [0, 1, 2, NaN].flatMap((code) => [-1, 0.5, 0.6].map((x) => [code, x, 0])) },
    );
    expect(linear).not.toHaveProperty('reason');
  });
});

const X = port('X', 'float', [null, 3]);
const three = ['a', 'b', 'c'].map((name) => ({ ...number, name }));
const plainRows = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i % 7) - 3]);

describe('linear models equal ONNX Runtime', () => {
  const classifier = (transform: string, labels: number, coefficients: readonly number[], intercepts: readonly number[]): ModelParts => ({
    inputs: [X],
    nodes: [
      node('LinearClassifier', 'X', 'label,y', {
        coefficients: { floats: coefficients },
        intercepts: { floats: intercepts },
        classlabels_ints: { ints: Array.from({ length: labels }, (_, k) => k) },
        post_transform: transform,
      }),
    ],
    outputs: [port('label', 'int64', [null]), port('y', 'float', [null, labels])],
  });
  const nine = [1, -2, 0.5, 0.25, 1, -1, -0.5, 0.75, 2];
  const cases: Record<string, ModelParts> = {
    'two classes, one line, LOGISTIC': classifier('LOGISTIC', 2, nine.slice(0, 3), [0.2]),
    'two classes, one line, NONE': classifier('NONE', 2, nine.slice(0, 3), [0.2]),
    'two classes, two lines, LOGISTIC': classifier('LOGISTIC', 2, nine.slice(0, 6), [0.2, -0.4]),
    'two classes, two lines, SOFTMAX': classifier('SOFTMAX', 2, nine.slice(0, 6), [0.2, -0.4]),
    'two classes, two lines, NONE': classifier('NONE', 2, nine.slice(0, 6), [0.2, -0.4]),
    'three classes, SOFTMAX': classifier('SOFTMAX', 3, nine, [0.2, -0.4, 0]),
    'three classes, one against the rest': classifier('LOGISTIC', 3, nine, [0.2, -0.4, 0]),
    'three classes, NONE': classifier('NONE', 3, nine, [0.2, -0.4, 0]),
    'two layers and a sigmoid': {
      inputs: [X],
      constants: [
        tensor('mean', 'float', [3], [0.1, 0.2, 0.3]),
        tensor('scale', 'float', [3], [3, 0.7, 1.1]),
        tensor('w0', 'float', [2, 3], nine.slice(0, 6)),
        tensor('b0', 'float', [2], [1, -1]),
        tensor('w1', 'float', [2, 1], [0.5, 2]),
        tensor('b1', 'float', [1], [0.3]),
      ],
      nodes: [
        node('Sub', 'X,mean', 'centred'),
        node('Div', 'centred,scale', 'scaled'),
        node('Gemm', 'scaled,w0,b0', 'hidden', { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }),
        node('MatMul', 'hidden,w1', 'product'),
        node('Add', 'product,b1', 'sum'),
        node('Sigmoid', 'sum', 'y'),
      ],
      outputs: [Y],
    },
    'wide and deep, both linear, with a softmax': {
      inputs: [X],
      constants: [
        tensor('w0', 'float', [3, 3], nine),
        tensor('w1', 'float', [3, 3], [...nine].reverse()),
        tensor('b', 'float', [1, 3], [0.1, 0.2, 0.3]),
      ],
      nodes: [
        node('MatMul', 'X,w0', 'wide'),
        node('Gemm', 'X,w1,b', 'deep'),
        node('Sub', 'wide,deep', 'sum'),
        node('Softmax', 'sum', 'y', { axis: 1 }),
      ],
      outputs: [port('y', 'float', [null, 3])],
    },
    'the log link': {
      inputs: [X],
      constants: [tensor('w', 'float', [3], [0.1, 0.2, -0.1]), tensor('b', 'float', [1], [0.5]), tensor('shape', 'int64', [2], [-1, 1])],
      nodes: [node('MatMul', 'X,w', 'p'), node('Add', 'p,b', 's'), node('Exp', 's', 'e'), node('Reshape', 'e,shape', 'y')],
      outputs: [Y],
    },
    'a linear kernel': {
      inputs: [X],
      nodes: [
        node('SVMRegressor', 'X', 'y', {
          kernel_type: 'LINEAR',
          kernel_params: { floats: [1, 0, 3] },
          coefficients: { floats: [0.5, -2] },
          support_vectors: { floats: nine.slice(0, 6) },
          n_supports: 2,
          rho: { floats: [0.75] },
        }),
      ],
      outputs: [Y],
    },
  };
  it.each(Object.entries(cases))('%s', async (_, parts) => {
    expect(await compare(parts, { features: three, rows: plainRows })).not.toHaveProperty('reason');
  });

  const refused: Record<string, [ModelParts, string]> = {
    'a hidden activation': [
      {
        inputs: [X],
        constants: [tensor('w', 'float', [3, 1], [1, 2, 3])],
        nodes: [node('Relu', 'X', 'z'), node('MatMul', 'z,w', 'y')],
        outputs: [Y],
      },
      'Relu (the Relu) is no linear step.',
    ],
    'the norm of a row': [
      {
        inputs: [X],
        nodes: [node('Normalizer', 'X', 'z', { norm: 'L2' }), regressor('z', [1, 2, 3])],
        outputs: [Y],
      },
      'Normalizer (the Normalizer) changes or mixes columns before the model.',
    ],
    'shares of one-against-the-rest scores': [
      {
        inputs: [X],
        nodes: [
          node('LinearClassifier', 'X', 'label,p', {
            coefficients: { floats: nine },
            intercepts: { floats: [0, 0, 0] },
            classlabels_ints: { ints: [0, 1, 2] },
            post_transform: 'LOGISTIC',
          }),
          node('Normalizer', 'p', 'y', { norm: 'L1' }),
        ],
        outputs: [port('label', 'int64', [null]), port('y', 'float', [null, 3])],
      },
      'Normalizer (the Normalizer) transforms the scores after the linear model.',
    ],
    'a curved kernel': [
      {
        inputs: [X],
        nodes: [
          node('SVMRegressor', 'X', 'y', {
            kernel_type: 'RBF',
            kernel_params: { floats: [1, 0, 3] },
            coefficients: { floats: [1] },
            support_vectors: { floats: [1, 2, 3] },
            n_supports: 1,
            rho: { floats: [0] },
          }),
        ],
        outputs: [Y],
      },
      'SVMRegressor (the SVMRegressor) is no linear step.',
    ],
  };
  it.each(Object.entries(refused))('refuses %s', async (_, [parts, reason]) => {
    expect(await compare(parts, { features: three, rows: plainRows })).toEqual({ reason });
  });
});
