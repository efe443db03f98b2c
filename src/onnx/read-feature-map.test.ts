import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { FeatureMap } from '#/domain/feature-map';
import type { FeatureSchema } from '#/domain/model';
import { buildOnnx, node, port, tensor, treeAttributes, type ModelParts } from '#/testing/build-onnx';
import { bindInOrder, readBytes } from '#/testing/model-golden';
import { pipelineAsset, type PipelineGolden } from '#/testing/pipeline-golden';
import { readFeatureMap } from './read-feature-map';
import { readModel } from './read-model';

const folder = fileURLToPath(new URL('golden', import.meta.url));
const goldens = readdirSync(folder).filter((name) => name.endsWith('.json'));

function entries(map: FeatureMap): string[][] {
  return map.engineeredNames.map((_, j) => Array.from(map.raws.subarray(map.starts[j], map.starts[j + 1]), (raw) => map.rawNames[raw]!));
}

describe('feature maps of pipelines', () => {
  it.each(goldens)('%s', (name) => {
    const golden = JSON.parse(readFileSync(join(folder, name), 'utf8')) as PipelineGolden;
    const asset = pipelineAsset(golden, readBytes(join(folder, golden.model)));
    const map = readFeatureMap(asset.bytes, asset.features, asset.bindings, asset.signature);
    if ('reason' in map) throw new Error(map.reason);
    expect(map.rawNames).toEqual(golden.features.map((feature) => feature.name));
    expect(map.engineeredNames).toHaveLength(golden.engineered.length);
    // scikit-learn's names of columns begin with their feature
    const raws = golden.engineered.map(
      (column) => golden.features.find((feature) => column === feature.name || column.startsWith(`${feature.name}_`))!.name,
    );
    expect(entries(map)).toEqual(raws.map((raw) => [raw]));
    expect(new Set(map.weights)).toEqual(new Set([1]));
  });
});

function read(parts: ModelParts, n = 3) {
  const model = readModel(buildOnnx(parts), 'm');
  const features = Array.from({ length: n }, (_, index): FeatureSchema => ({
    name: `f${index}`,
    kind: 'numeric',
    integer: false,
    labels: [],
    missingText: '',
    column: index,
  }));
  return readFeatureMap(model.bytes, features, bindInOrder(model.signature, n), model.signature);
}

const X = port('X', 'float', [null, 3]);
const Y = port('y', 'float', [null, 1]);
const stump = treeAttributes([{ feature: 0, value: 0.5, yes: { leaf: { 0: 1 } }, no: { leaf: { 0: -1 } } }], 'target');
const trees = (input: string, output = 'y') => node('TreeEnsembleRegressor', input, output, { ...stump, n_targets: 1 });

describe('feature maps of graphs', () => {
  it('say which features a mixed column is made of', () => {
    const map = read({
      inputs: [X],
      constants: [tensor('components', 'float', [3, 2], [1, 0, 0.5, 0.25, 0, 2])],
      nodes: [node('MatMul', 'X,components', 'pca'), trees('pca')],
      outputs: [Y],
    });
    if ('reason' in map) throw new Error(map.reason);
    expect(map.engineeredNames).toEqual(['column 1', 'column 2']);
    expect(entries(map)).toEqual([
      ['f0', 'f1'],
      ['f1', 'f2'],
    ]);
  });

  it('take all features of a normed row', () => {
    const map = read({ inputs: [X], nodes: [node('Normalizer', 'X', 'z', { norm: 'L2' }), trees('z')], outputs: [Y] });
    if ('reason' in map) throw new Error(map.reason);
    expect(entries(map)).toEqual([0, 1, 2].map(() => ['f0', 'f1', 'f2']));
  });

  it('end at the first layer of a net', () => {
    const map = read({
      inputs: [X],
      constants: [
        tensor('mean', 'float', [3], [1, 2, 3]),
        tensor('w', 'float', [3, 2], [1, 2, 3, 4, 5, 6]),
        tensor('v', 'float', [2, 1], [1, 1]),
      ],
      nodes: [node('Sub', 'X,mean', 'c'), node('MatMul', 'c,w', 'h'), node('Relu', 'h', 'r'), node('Gemm', 'r,v', 'y')],
      outputs: [Y],
    });
    if ('reason' in map) throw new Error(map.reason);
    expect(entries(map)).toEqual([['f0'], ['f1'], ['f2']]);
  });

  it('say why there is none', () => {
    expect(read({ inputs: [X], nodes: [node('Softplus', 'X', 'z'), trees('z')], outputs: [Y] })).toEqual({
      reason: 'Softplus (the Softplus) changes or mixes columns before the model.',
    });
    const second = trees('z', 'b');
    second.name = 'second';
    const two: ModelParts = {
      inputs: [X],
      constants: [tensor('mean', 'float', [3], [1, 2, 3])],
      nodes: [node('Sub', 'X,mean', 'z'), trees('X', 'a'), second, node('Add', 'a,b', 'y')],
      outputs: [Y],
    };
    expect(read(two)).toHaveProperty('reason', expect.stringContaining('read different columns.'));
    expect(read({ inputs: [X], nodes: [node('ReduceMean', 'X', 'y', { axes: { ints: [1] } })], outputs: [Y] })).toEqual({
      reason: 'The graph holds no model that Limpid knows.',
    });
  });
});
