import { describe, expect, it } from 'vitest';
import type { GradientFacts } from '#/domain/gradient-model';
import type { FeatureSchema } from '#/domain/model';
import { readGradientFacts } from '#/onnx/backward/differentiable-net';
import { readModel } from '#/onnx/read-model';
import { buildOnnx, treeAttributes, node, port, tensor, type ModelParts } from '#/testing/build-onnx';
import { bindInOrder, outputsFor } from '#/testing/model-golden';

const feature = (name: string, kind: FeatureSchema['kind'] = 'numeric'): FeatureSchema => ({
  name,
  kind,
  integer: false,
  labels: kind === 'categorical' ? ['a', 'b'] : [],
  missingText: '',
  column: 0,
});
const THREE = ['x', 'y', 'z'].map((name) => feature(name));
const INPUT = port('X', 'float', [null, 3]);
const W = tensor('W', 'float', [3, 2], [1, 2, 3, 4, 5, 6]);
const V = tensor('V', 'float', [2, 1], [1, -1]);

function facts(
  parts: ModelParts,
  task: 'regression' | 'binary' | 'multiclass' = 'regression',
  features = THREE,
): GradientFacts | { readonly reason: string } {
  parts.nodes.forEach((each, index) => (each.name = `n${index}`));
  const { bytes, signature } = readModel(buildOnnx(parts), 'net.onnx');
  return readGradientFacts(
    bytes,
    features,
    bindInOrder(signature, features.length),
    signature,
    outputsFor(task, task === 'multiclass' ? ['a', 'b', 'c', 'd'] : []),
  );
}

function reason(parts: ModelParts, features = THREE): string {
  const found = facts(parts, 'regression', features);
  if (!('reason' in found)) throw new Error('expected a reason');
  return found.reason;
}

function net(parts: ModelParts, task: 'regression' | 'binary' | 'multiclass' = 'regression', features = THREE): GradientFacts {
  const found = facts(parts, task, features);
  if ('reason' in found) throw new Error(found.reason);
  return found;
}

const output = port('Y', 'float', [null, 1]);

describe('nets that can be differentiated', () => {
  it('names layers with their neurons, joins bias and product, and leaves out the scores', () => {
    const found = net({
      inputs: [INPUT],
      constants: [W, V, tensor('b', 'float', [2], [0, 1]), tensor('c', 'float', [1], [0])],
      nodes: [
        node('MatMul', 'X,W', 'm'),
        node('Add', 'm,b', 'h'),
        node('Tanh', 'h', 't'),
        node('MatMul', 't,V', 'o'),
        node('Add', 'o,c', 'Y'),
      ],
      outputs: [output],
    });
    expect(found.layers).toEqual([
      { id: 'h', name: 'Linear 1', kind: 'linear', label: 'Linear 1 (2 neurons)', neurons: 2 },
      { id: 't', name: 'Tanh 1', kind: 'activation', label: 'Tanh 1 (2 neurons)', neurons: 2 },
    ]);
    expect(found).toMatchObject({ rescale: true, work: 8, fills: [null, null, null], spaces: [{ id: 'raw', space: 'value' }] });
  });

  it('tells where the raw output stands', () => {
    const ending = (nodes: ModelParts['nodes'], width: number, task: 'binary' | 'multiclass'): GradientFacts['spaces'] =>
      net(
        { inputs: [INPUT], constants: [W, V, tensor('one', 'float', [], [1])], nodes, outputs: [port('Y', 'float', [null, width])] },
        task,
      ).spaces;
    const both = (space: string): unknown => [
      { id: 'probability', space: 'probability' },
      { id: 'raw', space },
    ];
    expect(ending([node('MatMul', 'X,W', 'h'), node('Softmax', 'h', 'Y')], 2, 'binary')).toEqual(both('log-odds'));
    const single = [node('MatMul', 'X,W', 'h'), node('MatMul', 'h,V', 'z'), node('Sigmoid', 'z', 'p')];
    expect(ending([...single, node('Identity', 'p', 'Y')], 1, 'binary')).toEqual(both('log-odds'));
    expect(ending([...single, node('Sub', 'one,p', 'q'), node('Concat', 'q,p', 'Y', { axis: 1 })], 2, 'binary')).toEqual(both('log-odds'));
    expect(
      ending([node('MatMul', 'X,W', 'h'), node('Concat', 'h,h', 'c', { axis: 1 }), node('Softmax', 'c', 'Y')], 4, 'multiclass'),
    ).toHaveLength(2);
    // Logits: the probability is added behind them.
    expect(ending([node('MatMul', 'X,W', 'Y')], 2, 'binary')).toEqual([
      { id: 'raw', space: 'log-odds' },
      { id: 'probability', space: 'probability' },
    ]);
  });

  it('reads one input a column, whole numbers, float64, Scaler and Imputer', () => {
    const found = net({
      inputs: [port('x', 'double', [null, 1]), port('y', 'int64', [null, 1]), port('z', 'float', [null, 1])],
      constants: [tensor('W', 'double', [3, 1], [1, 2, 3])],
      nodes: [
        node('Cast', 'y', 'yd', { to: 11 }),
        node('Imputer', 'z', 'zi', { imputed_value_floats: { floats: [4.5] }, replaced_value_float: { float: NaN } }),
        node('Cast', 'zi', 'zd', { to: 11 }),
        node('Concat', 'x,yd,zd', 'c', { axis: 1 }),
        node('Scaler', 'c', 's', { offset: { floats: [1, 1, 1] }, scale: { floats: [2, 2, 2] } }),
        node('Cast', 's', 'sd', { to: 11 }),
        node('MatMul', 'sd,W', 'Y'),
      ],
      outputs: [port('Y', 'double', [null, 1])],
    });
    expect(found.fills).toEqual([null, null, 4.5]);
    expect(found.rescale).toBe(true);
  });

  it('sees PyTorch’s softplus with its threshold, and GELU written out, as one function', () => {
    const found = net({
      inputs: [INPUT],
      constants: [W, V, ...[20, Math.SQRT2, 1, 0.5].map((value, index) => tensor(`k${index}`, 'float', [], [value]))],
      nodes: [
        node('MatMul', 'X,W', 'h'),
        node('Softplus', 'h', 'below'),
        node('Greater', 'h,k0', 'isLarge'),
        node('Where', 'isLarge,h,below', 's'),
        node('Div', 's,k1', 'd'),
        node('Erf', 'd', 'e'),
        node('Add', 'e,k2', 'a'),
        node('Mul', 's,k3', 'half'),
        node('Mul', 'half,a', 'g'),
        node('MatMul', 'g,V', 'Y'),
      ],
      outputs: [output],
    });
    expect(found.rescale).toBe(true);
    expect(found.layers.map(({ id, name }) => [id, name])).toEqual([
      ['h', 'Linear 1'],
      ['below', 'Softplus 1'],
      ['g', 'GELU 1'],
    ]);
  });

  it('says why the rescale rule is not exact', () => {
    const gated = net({
      inputs: [INPUT],
      constants: [W, V],
      nodes: [node('MatMul', 'X,W', 'h'), node('Sigmoid', 'h', 's'), node('Mul', 's,h', 'g'), node('MatMul', 'g,V', 'Y')],
      outputs: [output],
    });
    expect(gated.rescale).toEqual({ reason: 'Swish (n2) has no rescale rule and gets its plain gradient.' });
    expect(gated.layers.map(({ name }) => name)).toEqual(['Linear 1', 'SiLU 1']);
  });
});

describe('models that cannot', () => {
  const ending = (nodes: ModelParts['nodes'], constants: NonNullable<ModelParts['constants']> = [], inputs = [INPUT]): ModelParts => ({
    inputs,
    constants: [W, V, ...constants],
    nodes,
    outputs: [output],
  });

  it('names operator and node', () => {
    const unknown = ending(
      [node('MatMul', 'X,W', 'h'), node('CumSum', 'h,axis', 'c'), node('MatMul', 'c,V', 'Y')],
      [tensor('axis', 'int64', [], [1])],
    );
    expect(reason(unknown)).toBe('CumSum (n1) has no gradient.');
    const looked = ending(
      [
        node('Cast', 'X', 'i', { to: 7 }),
        node('Gather', 'table,i', 'e'),
        node('ReduceMean', 'e', 'm', { axes: { ints: [1] } }),
        node('MatMul', 'm,V', 'Y'),
      ],
      [
        tensor(
          'table',
          'float',
          [5, 2],
          Array.from({ length: 10 }, (_, i) => i),
        ),
      ],
    );
    expect(
      reason({
        ...looked,
        nodes: [...looked.nodes.slice(0, 2), node('Reshape', 'e,to', 'm'), node('MatMul', 'm,U', 'Y')],
        constants: [...looked.constants!, tensor('to', 'int64', [2], [-1, 6]), tensor('U', 'float', [6, 1], [1, 1, 1, 1, 1, 1])],
      }),
    ).toBe('Gather (n1) looks a feature up in a table, which has no gradient.');
    const mixing = ending([
      node('ReduceMean', 'X', 'm', { axes: { ints: [0] } }),
      node('Sub', 'X,m', 'c'),
      node('MatMul', 'c,W', 'h'),
      node('MatMul', 'h,V', 'Y'),
    ]);
    expect(reason(mixing)).toBe('ReduceMean (n0) mixes the rows of a call.');
    const stepped = ending([node('MatMul', 'X,W', 'h'), node('Sign', 'h', 's'), node('MatMul', 's,V', 'Y')]);
    expect(reason(stepped)).toBe('The scores do not change smoothly with any feature.');
  });

  it('refuses trees, texts and categories', () => {
    const votes = treeAttributes([{ feature: 0, value: 0, yes: { leaf: { 0: 1 } }, no: { leaf: { 0: 2 } } }], 'target');
    const trees = { inputs: [INPUT], nodes: [node('TreeEnsembleRegressor', 'X', 'Y', { n_targets: 1, ...votes })], outputs: [output] };
    expect(reason(trees)).toBe('TreeEnsembleRegressor (n0) has no gradient.');
    const ordinary = ending([node('MatMul', 'X,W', 'h'), node('MatMul', 'h,V', 'Y')]);
    expect(reason(ordinary, [feature('x'), feature('sex', 'categorical'), feature('z')])).toBe(
      '"sex" is categorical, and gradients need numbers.',
    );
    const text = ending(
      [
        node('LabelEncoder', 's', 'c', { keys_strings: { texts: ['a', 'b'] }, values_floats: { floats: [0, 1] } }),
        node('MatMul', 'c,one', 'Y'),
      ],
      [tensor('one', 'float', [1, 1], [1])],
      [port('s', 'string', [null, 1])],
    );
    expect(reason(text, [feature('s', 'boolean')])).toBe('The net reads the text of "s".');
  });
});
