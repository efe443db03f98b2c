import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accumulatedEffects, effectEdges, effectSums, localEffects } from '#/explainers/accumulated-effects';
import { createRng } from '#/base/rng';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import { readTreeModel } from '#/onnx/read-tree-model';
import { goldenAsset, goldenRows, type ExplainerGolden } from '#/testing/explainer-golden';
import { encoded, functionPredictor, randomRows } from '#/testing/games';
import { readBytes, relativeDifference } from '#/testing/model-golden';
import { fileURLToPath } from 'node:url';

interface EffectGolden extends ExplainerGolden {
  readonly curves: readonly {
    readonly feature: number;
    readonly edges: readonly number[];
    readonly edgeRule: string;
    readonly effects: readonly (readonly number[])[];
    readonly counts: readonly number[];
  }[];
}

const path = (name: string): string => fileURLToPath(new URL(`golden/${name}`, import.meta.url));

describe('accumulated local effects', () => {
  it.each(['regression', 'binary', 'multiclass'])('equal the golden of %s, by the runtime and by the trees', async (name) => {
    const golden = JSON.parse(readFileSync(path(`ale-${name}.json`), 'utf8')) as EffectGolden;
    const asset = goldenAsset(golden, readBytes(path(golden.model)));
    const predictor = await createOrtPredictor(asset);
    const trees = readTreeModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
    if ('reason' in trees) throw new Error(trees.reason);
    const rows = goldenRows(golden.rows);
    const n = predictor.nOutputs;
    for (const { feature, edges, edgeRule, effects, counts } of golden.curves) {
      const own = Float64Array.from({ length: rows.nRows }, (_, i) => rows.values[i * rows.nFeatures + feature]!);
      if (edgeRule === 'observed values') expect([...effectEdges(own, { bins: 12, leastRows: 4 })]).toEqual(edges);
      for (const source of [{ predictor }, { predictor, trees }]) {
        const request = { ...source, rows, feature, edges: Float64Array.from(edges) };
        expect([...(await effectSums(request)).counts]).toEqual(counts);
        const found = await localEffects(request);
        effects.forEach((effect, output) => {
          const ours = found.filter((_, i) => i % n === output);
          expect(relativeDifference(ours, effect)).toBeLessThanOrEqual(golden.tolerance.effects!);
        });
      }
    }
    await predictor.dispose();
  });

  it('of an additive model are the feature’s own part, whatever the others do', async () => {
    const rng = createRng(3);
    const rows = randomRows(400, 2, rng);
    for (let i = 0; i < 400; i++) rows.values[i * 2 + 1] = rows.values[i * 2]! + rng.next() / 8;
    const predictor = functionPredictor(2, 1, (row) => 3 * row[0]! ** 2 - 5 * row[1]!);
    const edges = effectEdges(
      rows.values.filter((_, i) => i % 2 === 0),
      { bins: 20, leastRows: 4 },
    );
    const found = await localEffects({ predictor, rows, feature: 0, edges });
    found.forEach((effect, e) => expect(effect - found[0]!).toBeCloseTo(3 * edges[e]! ** 2 - 3 * edges[0]! ** 2, 10));
  });

  it('add up over chunks, leave missing cells out, and are 0 for a constant feature', async () => {
    const rows = encoded(2, [1, 5, NaN, 5, 2, 5, 4, 5, 8, 5]);
    const predictor = functionPredictor(2, 1, (row) => row[0]! * row[1]!);
    const edges = Float64Array.of(1, 2, 4, 8);
    const whole = await effectSums({ predictor, rows, feature: 0, edges });
    expect([...whole.counts]).toEqual([2, 1, 1]);
    const parts = [0, 3].map((start) => encoded(2, rows.values.slice(start * 2, start * 2 + (start === 0 ? 6 : 4))));
    const sums = await Promise.all(parts.map((part) => effectSums({ predictor, rows: part, feature: 0, edges })));
    expect([...whole.sums]).toEqual([...sums[0]!.sums].map((sum, i) => sum + sums[1]!.sums[i]!));
    expect([...accumulatedEffects(whole, 1)].map((x) => x - accumulatedEffects(whole, 1)[0]!)).toEqual([0, 5, 15, 35]);
    expect([...(await localEffects({ predictor, rows, feature: 1, edges: Float64Array.of(5) }))]).toEqual([0]);
    await expect(localEffects({ predictor, rows, feature: 0, edges: new Float64Array(0) })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(effectSums({ predictor, rows, feature: 2, edges })).rejects.toMatchObject({ tag: 'BadRequest' });
  });
});

describe('effectEdges', () => {
  it('cover all values, ascend, and hold enough rows each', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.double({ min: -5, max: 5, noNaN: true })), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        (list, bins) => {
          const values = Float64Array.from(list, (x) => x + 0);
          const edges = effectEdges(values, { bins, leastRows: 4 });
          const distinct = new Set(values);
          for (let e = 1; e < edges.length; e++) expect(edges[e]).toBeGreaterThan(edges[e - 1]!);
          expect(edges[0]).toBe(Math.min(...values));
          expect(edges.at(-1)).toBe(Math.max(...values));
          if (distinct.size <= 10) {
            expect(edges.length).toBe(distinct.size);
            return;
          }
          expect(edges.length - 1).toBeLessThanOrEqual(bins);
          for (let e = 1; e < edges.length; e++) {
            const inside = values.filter((x) => x <= edges[e]! && (x > edges[e - 1]! || (e === 1 && x === edges[0]!))).length;
            expect(inside).toBeGreaterThanOrEqual(Math.min(4, values.length));
          }
        },
      ),
      { seed: 4 },
    );
    expect(effectEdges(Float64Array.of(NaN), { bins: 5, leastRows: 1 }).length).toBe(0);
  });
});
