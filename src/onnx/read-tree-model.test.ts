import { describe, expect, it } from 'vitest';
import type { FeatureSchema } from '#/domain/model';
import { COMPARISONS } from '#/domain/tree-model';
import {
  buildOnnx,
  node,
  port,
  tensor,
  treeAttributes,
  treeEnsembleAttributes,
  type ModelParts,
  type TestTree,
} from '#/testing/build-onnx';
import { bindInOrder, outputsFor } from '#/testing/model-golden';
import { COMPARISON_CODES } from './raw-trees';
import { readModel } from './read-model';
import { readTreeModel } from './read-tree-model';

const X = port('X', 'float', [null, 2]);
const Y = port('y', 'float', [null, 1]);
const stump: TestTree = { feature: 0, value: 0.5, yes: { leaf: { 0: 1 } }, no: { leaf: { 0: -1 } } };
const trees = (input: string, output: string, extra = {}) =>
  node('TreeEnsembleRegressor', input, output, { ...treeAttributes([stump], 'target'), n_targets: 1, ...extra });

function read(parts: ModelParts, nFeatures = 2) {
  const model = readModel(buildOnnx(parts), 'm');
  const features = Array.from({ length: nFeatures }, (_, index): FeatureSchema => ({
    name: `f${index}`,
    kind: 'numeric',
    integer: false,
    labels: [],
    missingText: '',
    column: null,
  }));
  const outputs = outputsFor(model.signature.task, model.signature.outputs.classLabels);
  return readTreeModel(model.bytes, features, bindInOrder(model.signature, nFeatures), model.signature, outputs);
}

function reasonOf(parts: ModelParts, nFeatures?: number): string {
  const result = read(parts, nFeatures);
  return 'reason' in result ? result.reason : 'none';
}

const binary = (extra: Parameters<typeof node>[3], attributes = treeAttributes([stump], 'class')): ModelParts => ({
  inputs: [X],
  nodes: [node('TreeEnsembleClassifier', 'X', 'l,y', { ...attributes, classlabels_int64s: { ints: [0, 1] }, ...extra })],
  outputs: [port('l', 'int64', [null]), port('y', 'float', [null, 2])],
});

it('uses the codes of the contract', () => {
  expect(COMPARISONS.map((comparison) => COMPARISON_CODES[comparison])).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

describe('readTreeModel says why not, naming the node', () => {
  const cases: Record<string, [ModelParts, string]> = {
    'a norm of the row': [
      { inputs: [X], nodes: [node('Normalizer', 'X', 'z', { norm: 'L2' }), trees('z', 'y')], outputs: [Y] },
      'Normalizer (the Normalizer) changes or mixes columns before the model.',
    ],
    'a product of two columns': [
      {
        inputs: [X],
        constants: [tensor('zero', 'int64', [1], [0]), tensor('one', 'int64', [1], [1])],
        nodes: [
          node('ArrayFeatureExtractor', 'X,zero', 'a'),
          node('ArrayFeatureExtractor', 'X,one', 'b'),
          node('Mul', 'a,b', 'z'),
          trees('z', 'y'),
        ],
        outputs: [Y],
      },
      'Mul (the Mul) changes or mixes columns before the model.',
    ],
    'a curve of a number': [
      { inputs: [X], nodes: [node('Log', 'X', 'z'), trees('z', 'y')], outputs: [Y] },
      'Log (the Log) changes or mixes columns before the model.',
    ],
    'a matrix product': [
      {
        inputs: [X],
        constants: [tensor('w', 'float', [2, 2], [1, 1, 1, 1])],
        nodes: [node('MatMul', 'X,w', 'z'), trees('z', 'y')],
        outputs: [Y],
      },
      'MatMul (the MatMul) changes or mixes columns before the model.',
    ],
    text: [
      { inputs: [port('X', 'string', [null, 1])], nodes: [node('Cast', 'X', 'z', { to: 1 }), trees('z', 'y')], outputs: [Y] },
      'The model reads the text of "X".',
    ],
    'an unknown link': [
      { inputs: [X], nodes: [trees('X', 'z'), node('Log', 'z', 'y')], outputs: [Y] },
      'Log (the Log) transforms or combines scores after the trees.',
    ],
    'two ensembles': [
      { inputs: [X], nodes: [trees('X', 'a'), trees('X', 'b'), node('Add', 'a,b', 'y')], outputs: [Y] },
      'Add (the Add) transforms or combines scores after the trees.',
    ],
    'a maximum over trees': [
      { inputs: [X], nodes: [trees('X', 'y', { aggregate_function: 'MAX' })], outputs: [Y] },
      'takes the maximum over its trees',
    ],
    'another model': [
      {
        inputs: [X],
        nodes: [node('LinearRegressor', 'X', 'y', { coefficients: { floats: [1, 2] }, intercepts: { floats: [0] } })],
        outputs: [Y],
      },
      'The model is no tree ensemble: its scores come from LinearRegressor (the LinearRegressor).',
    ],
    'two base values of two classes': [binary({ base_values: { floats: [0.1, 0.2] } }), 'two base values for two classes'],
    'the probit transform': [binary({ post_transform: 'PROBIT' }), 'uses the transform PROBIT'],
    'set membership': [
      {
        inputs: [X],
        nodes: [
          node('TreeEnsemble', 'X', 'y', {
            ...treeEnsembleAttributes([stump], 1),
            nodes_modes: tensor('nodes_modes', 'uint8', [1], [6]),
            membership_values: tensor('membership_values', 'float', [2], [0.5, NaN]),
          }),
        ],
        outputs: [Y],
        mlOpset: 5,
      },
      'membership in sets that are no category codes',
    ],
    'nodes in a circle': [
      { inputs: [X], nodes: [trees('X', 'y', { nodes_truenodeids: { ints: [0, 0, 0] } })], outputs: [Y] },
      'its nodes form no trees',
    ],
  };
  it.each(Object.entries(cases))('%s', (_, [parts, reason]) => {
    const nFeatures = parts.inputs[0] === X ? 2 : 1;
    expect(reasonOf(parts, nFeatures)).toContain(reason);
  });

  it('a column that is not there', () => {
    expect(
      reasonOf({
        inputs: [port('X', 'float', [null, 2])],
        nodes: [trees('X', 'y', { nodes_featureids: { ints: [9, 0, 0] } })],
        outputs: [Y],
      }),
    ).toContain('reads a column that it does not get');
  });
});

describe('readTreeModel', () => {
  it('keeps the steps of each column', () => {
    const model = read({
      inputs: [X],
      nodes: [
        node('Imputer', 'X', 'full', { imputed_value_floats: { floats: [7, 8] }, replaced_value_float: { float: NaN } }),
        node('Scaler', 'full', 'scaled', { offset: { floats: [1, 2] }, scale: { floats: [0.5] } }),
        trees('scaled', 'y'),
      ],
      outputs: [Y],
    });
    expect('reason' in model ? model : model.sources[1]).toEqual({
      feature: 1,
      steps: [{ kind: 'to float32' }, { kind: 'impute', replaced: NaN, value: 8 }, { kind: 'scale', offset: 2, scale: 0.5 }],
    });
  });

  it('folds two softmax columns into the log-odds of class 1', () => {
    const attributes = treeAttributes([{ feature: 1, value: 0, yes: { leaf: { 0: 2, 1: 0.5 } }, no: { leaf: { 0: -1, 1: 3 } } }], 'class');
    const model = read(binary({ post_transform: 'SOFTMAX' }, attributes));
    if ('reason' in model) throw new Error(model.reason);
    expect(model).toMatchObject({ link: 'logit', sumSpace: 'log-odds' });
    expect(Array.from(model.ensemble.leafValues)).toEqual([-1.5, 4]);
    expect(model.ensemble.nOutputs).toBe(1);
  });

  it('divides the leaves of an average', () => {
    const model = read({
      inputs: [X],
      nodes: [
        node('TreeEnsembleRegressor', 'X', 'y', {
          ...treeAttributes([stump, stump], 'target'),
          n_targets: 1,
          aggregate_function: 'AVERAGE',
        }),
      ],
      outputs: [Y],
    });
    expect('reason' in model ? model : Array.from(model.ensemble.leafValues)).toEqual([0.5, -0.5, 0.5, -0.5]);
  });
});
