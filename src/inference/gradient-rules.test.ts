import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import { createGradientPredictor } from '#/inference/gradient-predictor';
import { readModel } from '#/onnx/read-model';
import { buildOnnx, node, port, tensor } from '#/testing/build-onnx';
import { assetOf, outputsFor, relativeDifference } from '#/testing/model-golden';

const N = 4;
const features = Array.from({ length: N }, (_, index): FeatureSchema => ({
  name: `f${index}`,
  kind: 'numeric',
  integer: false,
  labels: [],
  missingText: '',
  column: index,
}));

interface Piece {
  readonly nodes: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
  readonly opset?: number;
  /** Rank 3 or one column less: columns of Y. */
  readonly width?: number;
}

const rng = createRng(11);
const random = (count: number): number[] => Array.from({ length: count }, () => Math.round((rng.next() * 2 - 1) * 64) / 64);
const matrix = tensor('W', 'float', [N, N], random(N * N));
const row = tensor('r', 'float', [N], [0.5, -1.25, 0.75, 2]);
const ints = (name: string, ...values: number[]): TensorProto => tensor(name, 'int64', [values.length], values);
const scalar = (name: string, value: number): TensorProto => tensor(name, 'float', [], [value]);

/** One operator between a linear layer and a weighted sum of its results. */
const unary = (op: string, attributes: Parameters<typeof node>[3] = {}, opset?: number): Piece => ({
  nodes: [node(op, 'H', 'Y', attributes)],
  ...(opset === undefined ? {} : { opset }),
});
/** For functions of positive numbers. */
const positive = (op: string): Piece => ({ nodes: [node('Exp', 'H', 'E'), node(op, 'E', 'Y')] });

const PIECES: Readonly<Record<string, Piece>> = {
  Relu: unary('Relu'),
  LeakyRelu: unary('LeakyRelu', { alpha: { float: 0.3 } }),
  ThresholdedRelu: unary('ThresholdedRelu', { alpha: { float: 0.2 } }),
  Elu: unary('Elu', { alpha: { float: 0.7 } }),
  Selu: unary('Selu'),
  Celu: unary('Celu', { alpha: { float: 0.6 } }),
  Sigmoid: unary('Sigmoid'),
  HardSigmoid: unary('HardSigmoid', { alpha: { float: 0.4 } }),
  HardSwish: unary('HardSwish'),
  Mish: unary('Mish', {}, 18),
  Gelu: unary('Gelu', {}, 20),
  'Gelu with tanh': unary('Gelu', { approximate: 'tanh' }, 20),
  Tanh: unary('Tanh'),
  Softplus: unary('Softplus'),
  Softsign: unary('Softsign'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Log: positive('Log'),
  Sqrt: positive('Sqrt'),
  Reciprocal: positive('Reciprocal'),
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Clip: { nodes: [node('Clip', 'H,low,high', 'Y')], constants: [scalar('low', -0.5), scalar('high', 0.6)] },
  'Clip from below': { nodes: [node('Clip', 'H,low', 'Y')], constants: [scalar('low', -0.2)] },
  PRelu: { nodes: [node('PRelu', 'H,r', 'Y')], constants: [row] },
  Softmax: unary('Softmax'),
  LogSoftmax: unary('LogSoftmax'),
  'Add, both sides': { nodes: [node('Exp', 'H', 'E'), node('Add', 'H,E', 'Y')] },
  'Sub from a row': { nodes: [node('Sub', 'r,H', 'Y')], constants: [row] },
  'Mul, both sides': { nodes: [node('Sin', 'H', 'E'), node('Mul', 'H,E', 'Y')] },
  'Div, both sides': { nodes: [node('Exp', 'H', 'E'), node('Div', 'H,E', 'Y')] },
  'Mul by one column': {
    nodes: [node('Slice', 'H,from,to,axis', 'c'), node('Mul', 'H,c', 'Y')],
    constants: [ints('from', 1), ints('to', 2), ints('axis', 1)],
  },
  'Pow, squared': { nodes: [node('Pow', 'H,two', 'Y')], constants: [scalar('two', 2)] },
  'Pow, cubed': { nodes: [node('Pow', 'H,three', 'Y')], constants: [scalar('three', 3)] },
  'Pow, both sides': { nodes: [node('Exp', 'H', 'E'), node('Pow', 'E,H', 'Y')] },
  'Max and Min': { nodes: [node('Max', 'H,r', 'm'), node('Sin', 'H', 's'), node('Min', 'm,s', 'Y')], constants: [row] },
  Where: {
    nodes: [node('Greater', 'H,zero', 'g'), node('Sin', 'H', 's'), node('Exp', 'H', 'E'), node('Where', 'g,s,E', 'Y')],
    constants: [scalar('zero', 0)],
  },
  'Sum and Mean': { nodes: [node('Sin', 'H', 's'), node('Sum', 'H,s,r', 'u'), node('Mean', 'u,H', 'Y')], constants: [row] },
  Gemm: {
    nodes: [node('Gemm', 'H,V,r', 'Y', { alpha: { float: 0.5 }, beta: { float: 2 } })],
    constants: [tensor('V', 'float', [N, N], random(N * N)), row],
  },
  BatchNormalization: {
    nodes: [node('BatchNormalization', 'H,r,b,m,v', 'Y')],
    constants: [
      row,
      tensor('b', 'float', [N], random(N)),
      tensor('m', 'float', [N], random(N)),
      tensor('v', 'float', [N], [0.5, 1, 2, 0.25]),
    ],
  },
  LayerNormalization: { nodes: [node('LayerNormalization', 'H,r,b', 'Y')], constants: [row, tensor('b', 'float', [N], random(N))] },
  'LayerNorm, written out': {
    nodes: [
      node('ReduceMean', 'H', 'mean', { axes: { ints: [-1] } }),
      node('Sub', 'H,mean', 'd'),
      node('Pow', 'd,two', 'q'),
      node('ReduceMean', 'q', 'v', { axes: { ints: [1] } }),
      node('Add', 'v,eps', 've'),
      node('Sqrt', 've', 'sd'),
      node('Div', 'd,sd', 'Y'),
    ],
    constants: [scalar('two', 2), scalar('eps', 1e-5)],
  },
  'ReduceSum without keeping the axis': {
    nodes: [node('Sin', 'H', 's'), node('ReduceSum', 's,axis', 'u', { keepdims: 0 }), node('Unsqueeze', 'u,axis', 'Y')],
    constants: [ints('axis', 1)],
    width: 1,
  },
  'Concat and Slice backwards': {
    nodes: [node('Sin', 'H', 's'), node('Concat', 'H,s', 'c', { axis: 1 }), node('Slice', 'c,from,to,axis,step', 'Y')],
    constants: [ints('from', -1), ints('to', 0), ints('axis', 1), ints('step', -2)],
  },
  Split: {
    nodes: [node('Split', 'H,sizes', 'a,b', { axis: 1 }), node('Exp', 'b', 'e'), node('Concat', 'e,a', 'Y', { axis: 1 })],
    constants: [ints('sizes', 3, 1)],
  },
  'Gather with repeats': {
    nodes: [node('Gather', 'H,at', 'g', { axis: 1 }), node('Sin', 'g', 'Y')],
    constants: [ints('at', 2, 0, 2, -1)],
  },
  'Reshape, Transpose and MatMul of two tensors': {
    nodes: [
      node('Reshape', 'H,tokens', 't'),
      node('Transpose', 't', 'k', { perm: { ints: [0, 2, 1] } }),
      node('MatMul', 't,k', 's'),
      node('Softmax', 's', 'p', { axis: -1 }),
      node('MatMul', 'p,t', 'o'),
      node('MatMul', 'o,V', 'v'),
      node('Flatten', 'v', 'Y', { axis: 1 }),
    ],
    constants: [ints('tokens', 0, 2, 2), tensor('V', 'float', [2, 2], random(4))],
  },
  'Reshape by the shape of the batch': {
    nodes: [
      node('Shape', 'H', 'shape'),
      node('Gather', 'shape,first', 'n', { axis: 0 }),
      node('Unsqueeze', 'n,first0', 'n1'),
      node('Concat', 'n1,rest', 'to', { axis: 0 }),
      node('Sin', 'H', 's'),
      node('Reshape', 's,to', 'Y'),
    ],
    constants: [tensor('first', 'int64', [], [0]), ints('first0', 0), ints('rest', -1)],
  },
  'Softmax of operator set 11': { ...unary('Softmax', { axis: 1 }, 11) },
  'Mul by one column, operator set 11': {
    nodes: [node('Slice', 'H,from,to,axis', 'c'), node('Mul', 'H,c', 'Y')],
    constants: [ints('from', 1), ints('to', 2), ints('axis', 1)],
    opset: 11,
  },
  'Attributes of operator set 9': {
    nodes: [
      node('Slice', 'H', 'c', { starts: { ints: [1] }, ends: { ints: [3] }, axes: { ints: [1] } }),
      node('ReduceSum', 'c', 's', { axes: { ints: [1] }, keepdims: 0 }),
      node('Unsqueeze', 's', 'u', { axes: { ints: [1] } }),
      node('Clip', 'H', 'k', { min: { float: -0.6 }, max: { float: 0.8 } }),
      node('Mul', 'u,k', 'Y'),
    ],
    opset: 9,
  },
  'Expand and Squeeze': {
    nodes: [
      node('ReduceMean', 'H', 'm', { axes: { ints: [1] } }),
      node('Expand', 'm,size', 'e'),
      node('Mul', 'e,H', 'p'),
      node('Unsqueeze', 'p,last', 'u'),
      node('Squeeze', 'u,last', 'Y'),
    ],
    constants: [ints('size', 1, N), ints('last', 2)],
  },
};

/** X -> H = X W -> piece -> Y -> a weighted sum, so that each rule meets a gradient that is not one. */
function build({ nodes, constants = [], opset, width = N }: Piece): Uint8Array<ArrayBuffer> {
  const all = [node('MatMul', 'X,W', 'H'), ...nodes, node('MatMul', 'Y,out', 'z')];
  all.forEach((each, index) => (each.name = `node ${index}`));
  const out = tensor('out', 'float', [width, 1], [0.75, -0.5, 1.25, 0.625].slice(0, width));
  const bytes = buildOnnx({
    inputs: [port('X', 'float', [null, N])],
    outputs: [port('z', 'float', [null, 1])],
    nodes: all,
    constants: [matrix, out, ...constants],
  });
  if (opset === undefined) return bytes;
  const model = fromBinary(ModelProtoSchema, bytes);
  for (const entry of model.opsetImport) if (entry.domain === '') entry.version = BigInt(opset);
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}

const rows: EncodedRows = { nRows: 7, nFeatures: N, values: Float64Array.from({ length: 7 * N }, () => rng.next() * 2 - 1) };
const STEP = 2 ** -6;

describe('rules against differences of the function itself', () => {
  it.each(Object.keys(PIECES))('%s', async (name) => {
    const model = readModel(build(PIECES[name]!), 'piece.onnx');
    const asset = assetOf({ ...model, features, outputs: outputsFor('regression', []) });
    const predictor = await createGradientPredictor(asset);
    const of = { kind: 'output', output: 0 } as const;
    const gradients = await predictor.gradients(rows, { of, space: 'raw', by: null });
    const value = async (feature: number, move: number): Promise<Float64Array> => {
      const values = rows.values.map((cell, at) => (at % N === feature ? cell + move : cell));
      return predictor.values({ ...rows, values }, of, 'raw');
    };
    const own = await predictor.values(rows, of, 'raw');
    const truth = new Float64Array(rows.values.length);
    const smooth = new Set<number>();
    for (let feature = 0; feature < N; feature++) {
      const [far, near, back, rear] = await Promise.all([2, 1, -1, -2].map((factor) => value(feature, factor * STEP)));
      for (let at = 0; at < rows.nRows; at++) {
        const one = (near![at]! - back![at]!) / (2 * STEP);
        const two = (far![at]! - rear![at]!) / (4 * STEP);
        const bend = (near![at]! - 2 * own[at]! + back![at]!) / STEP;
        const wideBend = (far![at]! - 2 * own[at]! + rear![at]!) / (2 * STEP);
        // Richardson's step. Bends of a smooth function grow with the step, those of a kink do not.
        truth[at * N + feature] = (4 * one - two) / 3;
        if (Math.abs(wideBend - 2 * bend) < 0.004 * (1 + Math.abs(one))) smooth.add(at * N + feature);
      }
    }
    const kept = [...smooth];
    expect(kept.length).toBeGreaterThan(10);
    const found = kept.map((at) => gradients[at]!);
    expect(found.some((gradient) => gradient !== 0)).toBe(true);
    expect(
      relativeDifference(
        found,
        kept.map((at) => truth[at]!),
      ),
    ).toBeLessThan(2e-3);
    await predictor.dispose();
  });
});

describe('a net behind preprocessing', () => {
  it('runs in float32 from one input a column: float64, whole numbers, blanks', async () => {
    const nodes = [
      node('Cast', 'y', 'yd', { to: 11 }),
      node('Imputer', 'z', 'zi', { imputed_value_floats: { floats: [4.5] }, replaced_value_float: { float: NaN } }),
      node('Cast', 'zi', 'zd', { to: 11 }),
      node('Concat', 'x,yd,zd', 'c', { axis: 1 }),
      node('MatMul', 'c,W', 'h'),
      node('Tanh', 'h', 't'),
      node('ReduceSum', 't,axis', 'Y', { keepdims: 1 }),
    ];
    nodes.forEach((each, index) => (each.name = `node ${index}`));
    const weights = [0.5, -0.25, 0.125, 1, -0.75, 0.0625];
    const bytes = buildOnnx({
      inputs: [port('x', 'double', [null, 1]), port('y', 'int64', [null, 1]), port('z', 'float', [null, 1])],
      constants: [tensor('W', 'double', [3, 2], weights), ints('axis', 1)],
      nodes,
      outputs: [port('Y', 'double', [null, 1])],
    });
    const three = features.slice(0, 3);
    const asset = assetOf({ ...readModel(bytes, 'net.onnx'), features: three, outputs: outputsFor('regression', []) });
    const own = await createOrtPredictor(asset);
    const predictor = await createGradientPredictor(asset);
    const some: EncodedRows = { nRows: 2, nFeatures: 3, values: Float64Array.of(0.5, 2, 1, -1.5, -3, NaN) };
    const of = { kind: 'output', output: 0 } as const;
    expect(relativeDifference(await predictor.values(some, of, 'raw'), await own.predict(some))).toBeLessThan(1e-6);
    const truth = [0, 1].flatMap((at) => {
      const cells = [0, 1, 2].map((feature) => some.values[at * 3 + feature]!).map((cell) => (Number.isNaN(cell) ? 4.5 : cell));
      const slopes = [0, 1].map(
        (unit) => 1 - Math.tanh(cells.reduce((sum, cell, feature) => sum + cell * weights[2 * feature + unit]!, 0)) ** 2,
      );
      // A blank cell is a constant to the net.
      return [0, 1, 2].map((feature) =>
        Number.isNaN(some.values[at * 3 + feature]!) ? 0 : slopes[0]! * weights[2 * feature]! + slopes[1]! * weights[2 * feature + 1]!,
      );
    });
    expect(relativeDifference(await predictor.gradients(some, { of, space: 'raw', by: null }), truth)).toBeLessThan(1e-6);
    await predictor.dispose();
    await expect(predictor.values(some, of, 'raw')).rejects.toMatchObject({ tag: 'ModelFailed' });
    await own.dispose();
  });
});
