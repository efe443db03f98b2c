import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import type { TreeModel } from '#/domain/tree-model';
import { curveSums, partialDependence } from '#/explainers/curves';
import { treeCurves, type GridAxis } from '#/explainers/tree-curves';
import { functionPredictor, randomRows } from '#/testing/games';
import { goldenRows } from '#/testing/explainer-golden';
import { relativeDifference } from '#/testing/model-golden';
import { randomTreeModel } from '#/testing/random-trees';
import { predictTrees } from '#/trees/link';

/** Every row once for every point, first axis outside. */
function everyPoint(rows: EncodedRows, axes: readonly GridAxis[]): EncodedRows {
  let values = [...Array(rows.nRows).keys()].map((row) => rows.values.slice(row * rows.nFeatures, (row + 1) * rows.nFeatures));
  for (const { feature, grid } of axes) {
    values = values.flatMap((own) => Array.from(grid, (point) => Float64Array.from(own, (x, f) => (f === feature ? point : x))));
  }
  return { nRows: values.length, nFeatures: rows.nFeatures, values: Float64Array.from(values.flatMap((row) => [...row])) };
}

const shapes = fc.record({
  nTrees: fc.integer({ min: 1, max: 6 }),
  depth: fc.integer({ min: 0, max: 6 }),
  nColumns: fc.constant(5),
  nOutputs: fc.integer({ min: 1, max: 3 }),
  full: fc.boolean(),
  mixed: fc.boolean(),
  // Two columns come from feature 0, as one-hot columns do.
  sources: fc.constant([0, 1, 0, 2, 3]),
});

describe('treeCurves', () => {
  it('has the bits of predicting every point, for one axis and for two, with any tests and missing cells', () => {
    fc.assert(
      fc.property(shapes, fc.integer(), fc.nat(3), fc.nat(3), fc.boolean(), (shape, seed, a, b, missing) => {
        const rng = createRng(seed);
        const model: TreeModel = { ...randomTreeModel(shape, rng), link: shape.nOutputs === 1 ? 'logit' : 'softmax' };
        const rows = randomRows(5, 4, rng, missing ? 0.2 : 0);
        const first = { feature: a, grid: Float64Array.of(0, 0.125, 0.3, 0.5, 0.75, 2, NaN) };
        const second = { feature: b, grid: Float64Array.of(-1, 0.5, 0.9) };
        expect(treeCurves(model, rows, [first])).toEqual(predictTrees(model, everyPoint(rows, [first])));
        if (a !== b) expect(treeCurves(model, rows, [first, second])).toEqual(predictTrees(model, everyPoint(rows, [first, second])));
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it('follows the steps of a pipeline: codes that become one-hot columns, imputed cells', () => {
    const rng = createRng(5);
    const base = randomTreeModel({ nTrees: 8, depth: 5, nColumns: 4, nOutputs: 1, full: true, mixed: false }, rng);
    const oneHot = (code: number) => ({
      feature: 0,
      steps: [{ kind: 'lookup', values: Float64Array.from([0, 1, 2], (c) => Number(c === code)), other: 0 } as const],
    });
    const imputed = { feature: 1, steps: [{ kind: 'impute', replaced: NaN, value: 0.4 } as const, { kind: 'to float32' } as const] };
    const model: TreeModel = { ...base, sources: [oneHot(0), oneHot(1), oneHot(2), imputed] };
    const rows: EncodedRows = { nRows: 3, nFeatures: 2, values: Float64Array.of(0, 0.2, 2, NaN, NaN, 0.9) };
    const codes = { feature: 0, grid: Float64Array.of(0, 1, 2) };
    const numbers = { feature: 1, grid: Float64Array.of(0.1, 0.4, NaN, 0.8) };
    expect(treeCurves(model, rows, [codes])).toEqual(predictTrees(model, everyPoint(rows, [codes])));
    expect(treeCurves(model, rows, [numbers, codes])).toEqual(predictTrees(model, everyPoint(rows, [numbers, codes])));
  });
});

describe('curves by trees', () => {
  const model = randomTreeModel({ nTrees: 20, depth: 5, nColumns: 4, nOutputs: 2, full: false, mixed: false }, createRng(2));
  const predictor = functionPredictor(4, 2, (row) => [...predictTrees(model, { nRows: 1, nFeatures: 4, values: row })]);
  const rows = randomRows(150, 4, createRng(6));
  const grid = Float64Array.from({ length: 21 }, (_, i) => i / 20);

  it('are those of the predictor, which is not asked', async () => {
    const request = { predictor, rows, feature: 2, grid, keepLines: 7 };
    const asked = await partialDependence(request);
    const before = predictor.seen.calls;
    expect(await partialDependence({ ...request, trees: model })).toEqual(asked);
    expect(predictor.seen.calls).toBe(before);
  });

  it('the surface is the mean of the lines along its other axis', async () => {
    const second = { feature: 0, grid: Float64Array.of(0.2, 0.6) };
    const surface = await curveSums({ predictor, trees: model, rows, axes: [{ feature: 2, grid }, second], keep: [3] });
    expect(await curveSums({ predictor, rows, axes: [{ feature: 2, grid }, second], keep: [3] })).toEqual(surface);
    for (let b = 0; b < 2; b++) {
      const moved = { ...rows, values: rows.values.map((x, i) => (i % 4 === 0 ? second.grid[b]! : x)) };
      const { sums } = await curveSums({ predictor, rows: moved, axes: [{ feature: 2, grid }], keep: [] });
      for (let a = 0; a < grid.length; a++) for (let k = 0; k < 2; k++) expect(surface.sums[(a * 2 + b) * 2 + k]).toBe(sums[a * 2 + k]);
    }
    const same = curveSums({ predictor, rows, axes: [second, second], keep: [] });
    await expect(same).rejects.toMatchObject({ tag: 'BadRequest' });
  });
});

interface NativeGolden {
  readonly tolerance: Readonly<Record<'average' | 'individual' | 'surface', number>>;
  readonly trees: readonly Readonly<Record<'feature' | 'threshold' | 'left' | 'right' | 'value', readonly number[]>>[];
  readonly rows: readonly (readonly number[])[];
  readonly curves: readonly {
    readonly feature: number;
    readonly grid: readonly number[];
    readonly average: readonly number[];
    readonly individual: readonly (readonly number[])[];
  }[];
  readonly pair: {
    readonly features: readonly [number, number];
    readonly gridA: readonly number[];
    readonly gridB: readonly number[];
    readonly surface: readonly (readonly number[])[];
  };
}

/** A scikit-learn forest from its arrays. */
function forestOf({ trees, rows }: NativeGolden): TreeModel {
  const offsets = trees.map((_, t) => trees.slice(0, t).reduce((sum, { feature }) => sum + feature.length, 0));
  const joined = (part: (tree: NativeGolden['trees'][number], offset: number) => readonly number[]): number[] =>
    trees.flatMap((tree, t) => part(tree, offsets[t]!));
  const feature = joined((tree) => tree.feature.map((f) => Math.max(f, -1)));
  let leaves = 0;
  return {
    ensemble: {
      roots: Int32Array.from(offsets),
      feature: Int32Array.from(feature),
      threshold: Float64Array.from(joined((tree) => tree.threshold)),
      comparison: new Uint8Array(feature.length).fill(1),
      yes: Int32Array.from(joined((tree, offset) => tree.left.map((child) => child + offset))),
      no: Int32Array.from(joined((tree, offset) => tree.right.map((child) => child + offset))),
      missingYes: new Uint8Array(feature.length),
      leaf: Int32Array.from(feature, (f) => (f < 0 ? leaves++ : -1)),
      leafValues: Float64Array.from(joined((tree) => tree.value.filter((_, node) => tree.feature[node]! < 0).map((v) => v / trees.length))),
      base: Float64Array.of(0),
      nOutputs: 1,
      nFeatures: rows[0]!.length,
      cover: null,
      float32: true,
      categorySets: [],
    },
    sources: rows[0]!.map((_, column) => ({ feature: column, steps: [] })),
    link: 'identity',
    sumSpace: 'value',
  };
}

describe('scikit-learn partial_dependence on its own trees', () => {
  const golden = JSON.parse(readFileSync(new URL('golden/native-pdp.json', import.meta.url), 'utf8')) as NativeGolden;
  const trees = forestOf(golden);
  const rows = goldenRows(golden.rows);
  const predictor = functionPredictor(rows.nFeatures, 1, () => NaN);

  it('one feature: average and every line', async () => {
    for (const { feature, grid, average, individual } of golden.curves) {
      const found = await partialDependence({ predictor, trees, rows, feature, grid: Float64Array.from(grid), keepLines: rows.nRows });
      expect(relativeDifference(found.average, average)).toBeLessThanOrEqual(golden.tolerance.average);
      const lines = found.lines.flatMap((line) => [...line]);
      expect(relativeDifference(lines, individual.flat())).toBeLessThanOrEqual(golden.tolerance.individual);
    }
  });

  it('two features: the surface', async () => {
    const { features, gridA, gridB, surface } = golden.pair;
    const axes = [
      { feature: features[0], grid: Float64Array.from(gridA) },
      { feature: features[1], grid: Float64Array.from(gridB) },
    ] as const;
    const { sums } = await curveSums({ predictor, trees, rows, axes, keep: [] });
    const found = sums.map((sum) => sum / rows.nRows);
    expect(relativeDifference(found, surface.flat())).toBeLessThanOrEqual(golden.tolerance.surface);
  });
});
