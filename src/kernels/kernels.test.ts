import { beforeAll, describe, expect, it } from 'vitest';
import { createRng, type Rng } from '#/base/rng';
import { COMPARISONS, type TreeEnsemble, type TreeModel } from '#/domain/tree-model';
import { createForest, type Forest } from '#/explainers/forest';
import { kernelForest } from '#/explainers/kernel-forest';
import { PathGame } from '#/explainers/tree-path-dependent/path-weights';
import { plainInterventionalGame } from '#/explainers/tree-interventional/plain-game';
import { prepareTreeValues, type TreeValuesOptions } from '#/explainers/tree-values';
import { CELL, hasWideBins, TABLES, WALKS, type KernelForest } from '#/kernels/kernel-forest';
import { planKernels, type KernelPlan } from '#/kernels/kernel-plan';
import { QuadratureKernel } from '#/kernels/quadrature-kernel';
import type { RowKernel } from '#/kernels/row-kernel';
import { TablesKernel } from '#/kernels/tables-kernel';
import { nodeKernels } from '#/testing/kernels';
import { goesYes } from '#/trees/covers';

let modules: Awaited<ReturnType<typeof nodeKernels>>;
beforeAll(async () => {
  modules = await nodeKernels();
});

/** Values that meet thresholds exactly, lie just beside them, and are category codes, missing, negative, infinite or -0. */
function awkward(rng: Rng): number {
  const kind = rng.below(8);
  if (kind === 0) return NaN;
  if (kind === 1) return [-0, 0, -1, -0.5, 64, 1e300, Infinity, -Infinity][rng.below(8)]!;
  if (kind < 4) return rng.below(70) + (rng.below(2) === 0 ? 0 : 0.5);
  const at = rng.below(70);
  return [at, at + 1e-12, at - 1e-12][rng.below(3)]!;
}

/** Every comparison and set, thresholds that include the infinities and NaN, covers of 0. */
function awkwardModel(nTrees: number, depth: number, nColumns: number, nOutputs: number, rng: Rng): TreeModel {
  const feature: number[] = [];
  const threshold: number[] = [];
  const comparison: number[] = [];
  const missingYes: number[] = [];
  const yes: number[] = [];
  const no: number[] = [];
  const cover: number[] = [];
  const leaf: number[] = [];
  const leafValues: number[] = [];
  const categorySets: Uint32Array[] = [];
  const grow = (level: number, covered: number): number => {
    const node = feature.length;
    const splits = level < depth && rng.next() < 0.85;
    const test = rng.below(COMPARISONS.length);
    feature.push(splits ? rng.below(nColumns) : -1);
    comparison.push(test);
    if (COMPARISONS[test] === 'in')
      threshold.push(categorySets.push(Uint32Array.from({ length: 1 + rng.below(2) }, () => rng.below(2 ** 32 - 1))) - 1);
    else threshold.push(rng.below(12) === 0 ? [Infinity, -Infinity, NaN, -0][rng.below(4)]! : rng.below(70));
    missingYes.push(rng.below(2));
    cover.push(covered);
    leaf.push(splits ? -1 : leafValues.length / nOutputs);
    yes.push(-1);
    no.push(-1);
    if (!splits) for (let output = 0; output < nOutputs; output++) leafValues.push(rng.below(4) === 0 ? 0 : rng.next() * 2 - 1);
    else {
      const share = rng.below(5) / 4;
      yes[node] = grow(level + 1, covered * share);
      no[node] = grow(level + 1, covered * (1 - share));
    }
    return node;
  };
  const roots = Int32Array.from({ length: nTrees }, () => grow(0, 100));
  const ensemble: TreeEnsemble = {
    roots,
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    comparison: Uint8Array.from(comparison),
    yes: Int32Array.from(yes),
    no: Int32Array.from(no),
    missingYes: Uint8Array.from(missingYes),
    leaf: Int32Array.from(leaf),
    leafValues: Float64Array.from(leafValues),
    base: new Float64Array(nOutputs),
    nOutputs,
    nFeatures: nColumns,
    cover: Float64Array.from(cover),
    float32: false,
    categorySets,
  };
  // Two columns of one player, in places apart.
  const sources = Array.from({ length: nColumns }, (_, column) => ({ feature: column === nColumns - 1 ? 0 : column, steps: [] }));
  return { ensemble, sources, link: 'identity', sumSpace: 'value' };
}

/** Which side a bin takes at a node of the compiled forest. */
function passes(forest: KernelForest, node: number, x: number): boolean {
  const column = forest.column[node]!;
  const cuts = forest.cuts.subarray(forest.cutStarts[column], forest.cutStarts[column + 1]);
  const bin = Number.isNaN(x) ? 0 : 1 + cuts.filter((cut) => cut < x).length;
  if (forest.lookup[node] === 1) return ((forest.words[forest.low[node]! + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1;
  return bin >= forest.low[node]! && bin <= forest.low[node]! + forest.span[node]!;
}

describe('kernelForest', () => {
  it('sends every value where the ensemble sends it', () => {
    const rng = createRng(4);
    const values = Array.from({ length: 400 }, () => awkward(rng));
    for (let round = 0; round < 20; round++) {
      const model = awkwardModel(3, 6, 3, 1, rng);
      const compiled = kernelForest(createForest(model, 3), null);
      const { ensemble } = model;
      const check = (node: number, position: number): void => {
        if (ensemble.feature[node]! < 0) {
          expect(compiled.right[position]).toBe(-1);
          expect(compiled.leafValues[compiled.leaf[position]!]).toBe(ensemble.leafValues[ensemble.leaf[node]!]);
          return;
        }
        const swaps = new Set(values.map((x) => goesYes(ensemble, node, x) !== passes(compiled, position, x)));
        expect(swaps.size).toBe(1);
        const [first, second] = swaps.has(true) ? [ensemble.no, ensemble.yes] : [ensemble.yes, ensemble.no];
        check(first[node]!, position + 1);
        check(second[node]!, compiled.right[position]!);
      };
      ensemble.roots.forEach((root, tree) => check(root, compiled.starts[tree]!));
    }
  });
});

const plainOptions = (
  forest: Forest,
  game: Pick<TreeValuesOptions, 'cover' | 'background' | 'plainGame' | 'pairs' | 'banzhaf'>,
): TreeValuesOptions => ({
  forest,
  nRows: 1,
  kernels: null,
  plainSeconds: 0,
  plainSetupSeconds: 0,
  ...game,
});

/** [output][row * players + player] of a kernel, in the order of the players. */
function runAll(kernel: RowKernel, compiled: KernelForest, x: Float64Array, nRows: number): number[][] {
  const out = Array.from({ length: compiled.nOutputs }, () => [] as number[]);
  for (let start = 0; start < nRows; start += kernel.rows) {
    const count = Math.min(kernel.rows, nRows - start);
    kernel.load(x.subarray(start * compiled.nColumns, (start + count) * compiled.nColumns), count);
    for (let group = 0; group < kernel.groups; group++) kernel.run(group);
    const values = kernel.values();
    for (let row = 0; row < count; row++) {
      for (let output = 0; output < compiled.nOutputs; output++) {
        const from = (row * compiled.nOutputs + output) * kernel.lanes;
        out[output]!.push(...values.subarray(from, from + compiled.players.length));
      }
    }
  }
  return out;
}

/** A plan of all tables, with cells as large as `cellBits` allows. */
function allTables(compiled: KernelForest, cellBits: number): KernelPlan {
  const flags = new Uint8Array(compiled.right.length);
  let patterns = 0;
  for (let tree = 0; tree + 1 < compiled.starts.length; tree++) {
    for (let node = compiled.starts[tree]!; node < compiled.starts[tree + 1]!;) {
      const bits = compiled.slots[node]! + compiled.splits[node]!;
      const isCell = compiled.splits[node] === 0 || bits <= cellBits;
      flags[node] = TABLES | (isCell ? CELL : 0);
      if (isCell) patterns += 2 ** bits;
      node += isCell ? 2 * compiled.splits[node]! + 1 : 1;
    }
  }
  return { flags, cellBits, leafBits: 13, patterns, usesTables: true, usesWalks: false, tableSeconds: 0, rowSeconds: 0 };
}

describe('kernels on awkward trees', () => {
  it.each([
    { nOutputs: 1, nColumns: 6, depth: 7 },
    { nOutputs: 3, nColumns: 9, depth: 8 },
    { nOutputs: 20, nColumns: 40, depth: 6 },
  ])('agree with the plain code: $nOutputs outputs, $nColumns columns', async ({ nOutputs, nColumns, depth }) => {
    const rng = createRng(nColumns);
    const model = awkwardModel(7, depth, nColumns, nOutputs, rng);
    const nFeatures = nColumns;
    const forest = createForest(model, nFeatures);
    const { cover } = model.ensemble;
    const nRows = 53;
    // The last column comes from feature 0.
    const values = Float64Array.from({ length: nRows * nFeatures }, () => awkward(rng));
    const x = values.slice();
    for (let row = 0; row < nRows; row++) x[row * nColumns + nColumns - 1] = values[row * nFeatures]!;
    const weights = Float64Array.from({ length: 20 }, () => rng.next());
    weights.forEach((_, i) => (weights[i]! /= 10));
    const background = { x: x.slice(0, 20 * nColumns), weights };
    const columns = Float64Array.from({ length: 20 * nColumns }, (_, i) => background.x[(i % 20) * nColumns + Math.floor(i / 20)]!);
    for (const banzhaf of [false, true]) {
      const choices = { pairs: false, banzhaf };
      const covered = kernelForest(forest, cover);
      const rows = { nRows, nFeatures, values };
      const path = plainOptions(forest, {
        ...choices,
        cover,
        background: null,
        plainGame: () => Promise.resolve(() => new PathGame(forest.slots, choices)),
      });
      const byPath = await (await prepareTreeValues(path, undefined)).explain(rows, undefined);
      const other = plainOptions(forest, {
        ...choices,
        cover: null,
        background,
        plainGame: (signal) => plainInterventionalGame(forest, columns, weights, choices, signal),
      });
      const byBackground = await (await prepareTreeValues(other, undefined)).explain(rows, undefined);
      const walks = new Uint8Array(covered.right.length).fill(WALKS);
      const close = (kernel: RowKernel, expected: Float64Array[]): void => {
        const actual = runAll(kernel, covered, x, nRows);
        for (let output = 0; output < nOutputs; output++) {
          const wanted = Array.from({ length: nRows * covered.players.length }, (_, i) => {
            const row = Math.floor(i / covered.players.length);
            return expected[output]![row * nFeatures + covered.players[i % covered.players.length]!]!;
          });
          const scale = wanted.reduce((most, one) => Math.max(most, Math.abs(one)), 0.1);
          const worst = wanted.reduce((most, one, i) => Math.max(most, Math.abs(one - actual[output]![i]!)), 0);
          expect(worst / scale).toBeLessThan(2e-6);
          expect(actual[output]!.some(Number.isNaN)).toBe(false);
        }
      };
      close(new QuadratureKernel(modules.quadrature, covered, walks, { byRow: true, banzhaf }), byPath.values);
      close(new QuadratureKernel(modules.quadrature, covered, walks, { byRow: false, banzhaf }), byPath.values);
      for (const cellBits of [1, 6, 10]) {
        const plan = allTables(covered, cellBits);
        for (const capacity of [8, 53]) {
          close(new TablesKernel(modules.tables, covered, plan, { capacity, pairs: false, banzhaf, background: null }), byPath.values);
        }
        const kernel = new TablesKernel(modules.tables, covered, plan, { capacity: 30, pairs: false, banzhaf, background });
        expect(kernel.keeps).toBe(true);
        for (let group = 0; group < kernel.groups; group++) kernel.keep(group);
        close(kernel, byBackground.values);
        // Too many patterns to keep: they are counted at each load.
        const counted = new TablesKernel(
          modules.tables,
          covered,
          { ...plan, patterns: 2 ** 30 },
          { capacity: 30, pairs: false, banzhaf, background },
        );
        expect(counted.keeps).toBe(false);
        close(counted, byBackground.values);
      }
    }
  });

  it('agree when some leaves have tables and others are walked', () => {
    const rng = createRng(12);
    const model = awkwardModel(10, 10, 12, 2, rng);
    const forest = createForest(model, 12);
    const compiled = kernelForest(forest, model.ensemble.cover);
    const x = Float64Array.from({ length: 40 * 12 }, () => awkward(rng));
    const walks = new Uint8Array(compiled.right.length).fill(WALKS);
    const whole = runAll(new QuadratureKernel(modules.quadrature, compiled, walks, { byRow: false, banzhaf: false }), compiled, x, 40);
    // Every third leaf or cell is walked.
    const tables = allTables(compiled, 6);
    const flags = tables.flags.slice();
    let cells = 0;
    for (let node = 0; node < flags.length; node++) {
      if ((flags[node]! & CELL) === 0) continue;
      if (cells++ % 3 === 0) flags.fill(WALKS, node, node + 2 * compiled.splits[node]! + 1);
    }
    for (let tree = 0; tree + 1 < compiled.starts.length; tree++) {
      for (let node = compiled.starts[tree + 1]! - 1; node >= compiled.starts[tree]!; node--) {
        if (compiled.right[node]! >= 0 && (flags[node]! & CELL) === 0) {
          flags[node] = (flags[node + 1]! | flags[compiled.right[node]!]!) & (TABLES | WALKS);
        }
      }
    }
    for (const byRow of [true, false]) {
      const some = runAll(new QuadratureKernel(modules.quadrature, compiled, flags, { byRow, banzhaf: false }), compiled, x, 40);
      const plan = { ...tables, flags };
      const rest = runAll(
        new TablesKernel(modules.tables, compiled, plan, { capacity: 40, pairs: false, banzhaf: false, background: null }),
        compiled,
        x,
        40,
      );
      for (let output = 0; output < 2; output++) {
        const worst = whole[output]!.reduce((most, one, i) => Math.max(most, Math.abs(one - some[output]![i]! - rest[output]![i]!)), 0);
        expect(worst).toBeLessThan(1e-5);
        expect(some[output]!.some((one) => one !== 0)).toBe(true);
      }
    }
  });

  it('take columns with more than 65,534 cuts', () => {
    const rng = createRng(8);
    const nTrees = 70_000;
    const stumps = 3 * nTrees;
    const inner = (node: number): boolean => node % 3 === 0;
    const model: TreeModel = {
      ensemble: {
        roots: Int32Array.from({ length: nTrees }, (_, tree) => 3 * tree),
        feature: Int32Array.from({ length: stumps }, (_, node) => (inner(node) ? 0 : -1)),
        threshold: Float64Array.from({ length: stumps }, (_, node) => node / stumps),
        comparison: new Uint8Array(stumps).fill(1),
        yes: Int32Array.from({ length: stumps }, (_, node) => (inner(node) ? node + 1 : -1)),
        no: Int32Array.from({ length: stumps }, (_, node) => (inner(node) ? node + 2 : -1)),
        missingYes: new Uint8Array(stumps),
        leaf: Int32Array.from({ length: stumps }, (_, node) => (inner(node) ? -1 : Math.floor(node / 3) * 2 + (node % 3) - 1)),
        leafValues: Float64Array.from({ length: 2 * nTrees }, () => rng.next()),
        base: Float64Array.of(0),
        nOutputs: 1,
        nFeatures: 1,
        cover: Float64Array.from({ length: stumps }, (_, node) => (inner(node) ? 2 : 1)),
        float32: false,
        categorySets: [],
      },
      sources: [{ feature: 0, steps: [] }],
      link: 'identity',
      sumSpace: 'value',
    };
    const compiled = kernelForest(createForest(model, 1), model.ensemble.cover);
    expect(hasWideBins(compiled)).toBe(true);
    const x = Float64Array.from({ length: 20 }, () => rng.next());
    const expected = Array.from(x, (value) => {
      let sum = 0;
      for (let tree = 0; tree < nTrees; tree++) {
        const [a, b] = [model.ensemble.leafValues[2 * tree]!, model.ensemble.leafValues[2 * tree + 1]!];
        sum += (value <= (3 * tree) / stumps ? a : b) - (a + b) / 2;
      }
      return sum;
    });
    const plan = allTables(compiled, 4);
    const tables = new TablesKernel(modules.tables, compiled, plan, { capacity: 20, pairs: false, banzhaf: false, background: null });
    runAll(tables, compiled, x, 20)[0]!.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-3);
    });
  });
});

describe('planKernels', () => {
  it('takes walks for few rows, tables for many, and nothing where a leaf suits neither', () => {
    const rng = createRng(2);
    const model = awkwardModel(30, 9, 30, 1, rng);
    const compiled = kernelForest(createForest(model, 30), model.ensemble.cover);
    const of = (nRows: number, background = false): KernelPlan | null =>
      planKernels(compiled, { nRows, pairs: false, banzhaf: false, background, lanes: 32 });
    expect(of(1)).toMatchObject({ usesTables: false, usesWalks: true });
    expect(of(1e6)).toMatchObject({ usesTables: true });
    const wide = awkwardModel(2, 3, 60, 1, createRng(6));
    const long = kernelForest(createForest({ ...wide, ensemble: chain(40) }, 60), null);
    expect(planKernels(long, { nRows: 10, pairs: false, banzhaf: false, background: true, lanes: 40 })).toBeNull();
    expect(planKernels(long, { nRows: 10, pairs: false, banzhaf: false, background: false, lanes: 40 })).toMatchObject({ usesWalks: true });
  });
});

/** One path over `depth` columns with a leaf at every step. */
function chain(depth: number): TreeEnsemble {
  const n = 2 * depth + 1;
  const inner = (node: number): boolean => node % 2 === 0 && node < 2 * depth;
  const each = (value: (node: number) => number): Int32Array => Int32Array.from({ length: n }, (_, node) => value(node));
  return {
    roots: Int32Array.of(0),
    feature: each((node) => (inner(node) ? node / 2 : -1)),
    threshold: new Float64Array(n).fill(0.5),
    comparison: new Uint8Array(n).fill(1),
    yes: each((node) => (inner(node) ? node + 1 : -1)),
    no: each((node) => (inner(node) ? node + 2 : -1)),
    missingYes: new Uint8Array(n),
    leaf: each((node) => (inner(node) ? -1 : (node - (node % 2 === 0 ? 0 : 1)) / 2)),
    leafValues: new Float64Array(depth + 1).fill(1),
    base: Float64Array.of(0),
    nOutputs: 1,
    nFeatures: 60,
    cover: each((node) => (inner(node) ? 2 * depth - node : 1)) as unknown as Float64Array,
    float32: false,
    categorySets: [],
  };
}
