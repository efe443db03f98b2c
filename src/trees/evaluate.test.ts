import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedRows } from '#/domain/model';
import { expit } from '#/domain/units';
import { applySteps } from '#/domain/column-steps';
import { encodeForTrees } from './apply-steps';
import { nextBelow } from './compiled-ensemble';
import { coverShare, coversFromBackground, goesYes } from './covers';
import { ensembleFacts } from './ensemble-facts';
import { evaluateTrees } from './evaluate';
import { predictTrees } from './link';
import { COMPARISONS, type TreeEnsemble, type TreeModel } from '#/domain/tree-model';

/** A tree as it reads; the naive evaluator walks it directly. */
type Tree =
  | { readonly leaf: readonly number[] }
  | {
      readonly feature: number;
      readonly comparison: number;
      readonly threshold: number;
      readonly missingYes: boolean;
      readonly yes: Tree;
      readonly no: Tree;
    };

/** Sets that `in` tests: none, code 0, some codes of one word, codes of two words. */
const SETS: readonly (readonly number[])[] = [[], [0], [1, 2, 31], [0, 33, 40]];

/** Which set a tree of the tests means by its threshold. */
const setOf = (threshold: number): number => (Number.isFinite(threshold) ? Math.abs(Math.trunc(threshold)) % SETS.length : 0);

function naive(tree: Tree, x: readonly number[]): readonly number[] {
  if ('leaf' in tree) return tree.leaf;
  const value = x[tree.feature]!;
  const t = tree.threshold;
  const isIn = value >= 0 && SETS[setOf(t)]!.includes(Math.trunc(value));
  const holds = [value < t, value <= t, value > t, value >= t, value === t, value !== t, isIn][tree.comparison]!;
  return naive(Number.isNaN(value) ? (tree.missingYes ? tree.yes : tree.no) : holds ? tree.yes : tree.no, x);
}

function flatten(trees: readonly Tree[], nFeatures: number, nOutputs: number, base: readonly number[], float32: boolean): TreeEnsemble {
  const feature: number[] = [];
  const threshold: number[] = [];
  const comparison: number[] = [];
  const yes: number[] = [];
  const no: number[] = [];
  const missingYes: number[] = [];
  const leaf: number[] = [];
  const leafValues: number[] = [];
  const add = (tree: Tree): number => {
    const at = feature.length;
    const isLeaf = 'leaf' in tree;
    feature.push(isLeaf ? -1 : tree.feature);
    threshold.push(isLeaf ? 0 : COMPARISONS[tree.comparison] === 'in' ? setOf(tree.threshold) : tree.threshold);
    comparison.push(isLeaf ? 0 : tree.comparison);
    missingYes.push(!isLeaf && tree.missingYes ? 1 : 0);
    yes.push(-1);
    no.push(-1);
    leaf.push(isLeaf ? leafValues.length / nOutputs : -1);
    if (isLeaf) leafValues.push(...tree.leaf);
    else {
      yes[at] = add(tree.yes);
      no[at] = add(tree.no);
    }
    return at;
  };
  const roots = Int32Array.from(trees.map(add));
  return {
    roots,
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    comparison: Uint8Array.from(comparison),
    yes: Int32Array.from(yes),
    no: Int32Array.from(no),
    missingYes: Uint8Array.from(missingYes),
    leaf: Int32Array.from(leaf),
    leafValues: Float64Array.from(leafValues),
    base: Float64Array.from(base),
    nOutputs,
    nFeatures,
    cover: null,
    categorySets: SETS.map((codes) => {
      const set = new Uint32Array(codes.length === 0 ? 0 : (codes.at(-1)! >>> 5) + 1);
      for (const code of codes) set[code >>> 5]! |= 1 << (code & 31);
      return set;
    }),
    float32,
  };
}

function modelOf(ensemble: TreeEnsemble, link: TreeModel['link'] = 'identity'): TreeModel {
  return {
    ensemble,
    sources: Array.from({ length: ensemble.nFeatures }, (_, feature) => ({ feature, steps: [] })),
    link,
    sumSpace: 'score',
  };
}

function rowsOf(values: readonly (readonly number[])[]): EncodedRows {
  return { nRows: values.length, nFeatures: values[0]?.length ?? 0, values: Float64Array.from(values.flat()) };
}

const nFeatures = 3;
/** Few values, so that rows meet thresholds exactly. */
const numbers = fc.constantFrom(-1.5, -0.1, -0, 0, 0.1, Math.fround(0.1), 1, 2.5, 31, 33.5, 64, 1e-35, -Infinity, Infinity);
const cells = fc.oneof({ weight: 5, arbitrary: numbers }, { weight: 1, arbitrary: fc.constant(NaN) });

function treesOf(nOutputs: number): fc.Arbitrary<Tree[]> {
  const leaf = fc.record({ leaf: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: nOutputs, maxLength: nOutputs }) });
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({
        feature: fc.nat(nFeatures - 1),
        comparison: fc.nat(COMPARISONS.length - 1),
        threshold: numbers,
        missingYes: fc.boolean(),
        yes: tie('tree'),
        no: tie('tree'),
      }),
    ),
  }));
  return fc.array(tree, { minLength: 1, maxLength: 4 });
}

describe('evaluateTrees', () => {
  it('equals a walk over each tree, for every comparison, on thresholds and with missing cells', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 3 })
          .chain((nOutputs) =>
            fc.tuple(treesOf(nOutputs), fc.array(numbers.filter(Number.isFinite), { minLength: nOutputs, maxLength: nOutputs })),
          ),
        fc.array(fc.array(cells, { minLength: nFeatures, maxLength: nFeatures }), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        ([trees, base], values, float32) => {
          const rows = rowsOf(values);
          const before = rows.values.slice();
          const sums = evaluateTrees(modelOf(flatten(trees, nFeatures, base.length, base, float32)), rows);
          const expected = values.flatMap((row) => {
            const x = float32 ? row.map(Math.fround) : row;
            return base.map((start, k) => trees.reduce((sum, tree) => sum + naive(tree, x)[k]!, start));
          });
          expect(Array.from(sums)).toEqual(expected);
          expect(rows.values).toEqual(before);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('gives the same for many rows as one by one', () => {
    fc.assert(
      fc.property(
        treesOf(1),
        fc.array(fc.array(cells, { minLength: nFeatures, maxLength: nFeatures }), { minLength: 600, maxLength: 700 }),
        (trees, values) => {
          const model = modelOf(flatten(trees, nFeatures, 1, [0.25], true));
          const alone = values.map((row) => evaluateTrees(model, rowsOf([row]))[0]);
          expect(Array.from(evaluateTrees(model, rowsOf(values)))).toEqual(alone);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('rounds to float32 only where the ensemble does', () => {
    const tree: Tree = { feature: 0, comparison: 1, threshold: Math.fround(0.1), missingYes: false, yes: { leaf: [1] }, no: { leaf: [0] } };
    const justAbove = Math.fround(0.1) + 1e-12;
    expect(evaluateTrees(modelOf(flatten([tree], 1, 1, [0], true)), rowsOf([[justAbove]]))[0]).toBe(1);
    expect(evaluateTrees(modelOf(flatten([tree], 1, 1, [0], false)), rowsOf([[justAbove]]))[0]).toBe(0);
  });
});

describe('nextBelow', () => {
  it('is the largest number below', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e300, max: 1e300, noNaN: true }), (x) => {
        const below = nextBelow(x);
        expect(below).toBeLessThan(x);
        expect((below + x) / 2 === below || (below + x) / 2 === x).toBe(true);
      }),
    );
    expect(nextBelow(0)).toBe(-Number.MIN_VALUE);
    expect(nextBelow(Infinity)).toBe(Number.MAX_VALUE);
    expect(nextBelow(-Infinity)).toBeNaN();
  });
});

describe('steps of a column', () => {
  it('scale in float32 and impute', () => {
    expect(applySteps([{ kind: 'scale', offset: 3, scale: Math.fround(0.1) }], 5)).toBe(Math.fround(2 * Math.fround(0.1)));
    expect(applySteps([{ kind: 'impute', replaced: NaN, value: 7 }], NaN)).toBe(7);
    expect(applySteps([{ kind: 'impute', replaced: 0, value: 7 }], NaN)).toBeNaN();
    expect(applySteps([{ kind: 'impute', replaced: 0, value: 7 }], 0)).toBe(7);
    expect(applySteps([{ kind: 'to float32' }], 0.1)).toBe(Math.fround(0.1));
  });

  it('take each ensemble feature from its source', () => {
    const ensemble = flatten([{ leaf: [0] }], 2, 1, [0], false);
    const model: TreeModel = {
      ...modelOf(ensemble),
      sources: [
        { feature: 2, steps: [] },
        { feature: 0, steps: [{ kind: 'impute', replaced: NaN, value: -1 }] },
      ],
    };
    expect(
      Array.from(
        encodeForTrees(
          model,
          rowsOf([
            [NaN, 8, 0.1],
            [1, 8, 0.2],
          ]),
        ),
      ),
    ).toEqual([0.1, -1, 0.2, 1]);
  });
});

describe('links', () => {
  it('squash sums into predictions', () => {
    const ensemble = flatten([{ leaf: [1, -2, 0.5] }], 1, 3, [0, 1, 0], true);
    const rows = rowsOf([[0]]);
    expect(Array.from(predictTrees(modelOf(ensemble), rows))).toEqual([1, -1, 0.5]);
    expect(Array.from(predictTrees(modelOf(ensemble, 'logit'), rows))).toEqual([expit(1), expit(-1), expit(0.5)]);
    const shares = predictTrees(modelOf(ensemble, 'softmax'), rows);
    expect(shares[0]! + shares[1]! + shares[2]!).toBeCloseTo(1, 15);
    expect(shares[0]! / shares[1]!).toBeCloseTo(Math.exp(2), 12);
    expect(Array.from(predictTrees(modelOf(ensemble, 'log'), rows))).toEqual([Math.exp(1), Math.exp(-1), Math.exp(0.5)]);
  });

  it('stay finite for large margins', () => {
    const ensemble = flatten([{ leaf: [1000, -1000] }], 1, 2, [0, 0], true);
    expect(Array.from(predictTrees(modelOf(ensemble, 'softmax'), rowsOf([[0]])))).toEqual([1, 0]);
  });
});

describe('covers from background', () => {
  it('split the weight of every node between its children and put each row into one leaf', () => {
    fc.assert(
      fc.property(
        treesOf(1),
        fc.array(fc.array(cells, { minLength: nFeatures, maxLength: nFeatures }), { minLength: 1, maxLength: 20 }),
        (trees, values) => {
          const model = modelOf(flatten(trees, nFeatures, 1, [0], false));
          const weights = Float64Array.from(values, (_, index) => 0.5 + index);
          const covered = coversFromBackground(model, rowsOf(values), weights);
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          for (const root of covered.roots) expect(covered.cover![root]).toBe(total);
          covered.feature.forEach((feature, node) => {
            if (feature >= 0)
              expect(covered.cover![covered.yes[node]!]! + covered.cover![covered.no[node]!]!).toBeCloseTo(covered.cover![node]!, 9);
          });
          expect(model.ensemble.cover).toBeNull();
        },
      ),
    );
  });

  it('halve what nothing reached', () => {
    expect(coverShare(Float64Array.of(0, 0, 0), 0, 1)).toBe(0.5);
    expect(coverShare(Float64Array.of(8, 2, 6), 0, 1)).toBe(0.25);
  });

  it('names comparisons in the order of their codes', () => {
    const node = (comparison: number): TreeEnsemble =>
      flatten([{ feature: 0, comparison, threshold: 2, missingYes: true, yes: { leaf: [0] }, no: { leaf: [0] } }], 1, 1, [0], false);
    expect(COMPARISONS.map((_, code) => [1, 2, 3].map((value) => goesYes(node(code), 0, value)))).toEqual([
      [true, false, false],
      [true, true, false],
      [false, false, true],
      [false, true, true],
      [false, true, false],
      [true, false, true],
      [true, true, false],
    ]);
    expect(goesYes(node(0), 0, NaN)).toBe(true);
  });
});

describe('ensembleFacts', () => {
  it('counts trees, leaves and the longest path', () => {
    const stump: Tree = { feature: 2, comparison: 1, threshold: 0, missingYes: false, yes: { leaf: [0] }, no: { leaf: [1] } };
    const deep: Tree = { ...stump, feature: 0, no: { ...stump, yes: stump } };
    expect(ensembleFacts(flatten([{ leaf: [0] }, stump, deep], 3, 1, [0], true))).toEqual({
      nTrees: 3,
      leaves: 7,
      depth: 3,
      usedFeatures: 2,
    });
  });
});
