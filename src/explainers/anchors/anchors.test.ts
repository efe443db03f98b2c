import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { AnchorRule } from '#/domain/anchor-rule';
import { satisfies } from '#/domain/anchor-rule';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { anchorsExplainer } from '#/explainers/anchors/anchors-explainer';
import { ANCHOR_DEFAULTS, createAnchorSearch } from '#/explainers/anchors/anchor-search';
import { armOf } from '#/explainers/anchors/arm';
import { decideBy, type Decide } from '#/explainers/anchors/decide';
import { lowerBound, upperBound } from '#/explainers/anchors/kl-bounds';
import { createPredicateSpace } from '#/explainers/anchors/predicate-space';
import { createSampler } from '#/explainers/anchors/sampler';
import type { ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { NO_STRUCTURE, OPAQUE_MODEL } from '#/testing/explain-parts';
import { functionPredictor, equalBackground } from '#/testing/games';
import { randomTreeModel } from '#/testing/random-trees';
import { predictTrees } from '#/trees/link';

const BINARY: Outputs = { task: 'binary', targetName: 'y', classLabels: ['no', 'yes'] };

function feature(name: string, kind: FeatureSchema['kind'] = 'numeric', labels: readonly string[] = [], integer = false): FeatureSchema {
  return { name, kind, labels, integer, missingText: '', column: null };
}

/** Correlated people: age, income that grows with it, one of four jobs, a count of children, and noise; some incomes are missing. */
const FEATURES = [
  feature('age', 'numeric', [], true),
  feature('income'),
  feature('job', 'categorical', ['a', 'b', 'c', 'd']),
  feature('children', 'numeric', [], true),
  feature('noise'),
];

function people(nRows: number, seed: number): EncodedRows {
  const rng = createRng(seed);
  const values = new Float64Array(nRows * 5);
  for (let row = 0; row < nRows; row++) {
    const age = 18 + rng.below(60);
    const income = rng.next() < 0.05 ? NaN : age * (0.5 + rng.next());
    values.set([age, income, rng.below(4), Math.min(rng.below(4), rng.below(3)), rng.next()], row * 5);
  }
  return { nRows, nFeatures: 5, values };
}

function decideWith(f: (row: Float64Array) => number): Decide {
  return ({ nRows, nFeatures, values }) =>
    Int32Array.from({ length: nRows }, (_, i) => f(values.subarray(i * nFeatures, (i + 1) * nFeatures)));
}

/** Jobs a and b need an income above 45, the others an age above 60; ties of noise blur the border. */
const approve = decideWith((row) => {
  const income = Number.isNaN(row[1]!) ? 0 : row[1]!;
  const score = row[2]! < 2 ? (income - 45) / 10 : (row[0]! - 60) / 5;
  return Number(score + (row[4]! - 0.5) * 0.4 > 0);
});

const training = people(4000, 1);
const rowOf = (rows: EncodedRows, row: number): Float64Array => rows.values.slice(row * rows.nFeatures, (row + 1) * rows.nFeatures);

describe('KL bounds', () => {
  it('solve KL(p, q) = level on both sides', () => {
    // Closed forms: of p = 0 the upper bound is 1 - exp(-level); of p = 1 the lower one is exp(-level).
    expect(upperBound(0, 0.3)).toBeCloseTo(1 - Math.exp(-0.3), 3);
    expect(lowerBound(1, 0.3)).toBeCloseTo(Math.exp(-0.3), 3);
    const kl = (p: number, q: number): number => p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    for (const p of [0.1, 0.5, 0.9, 0.97]) {
      for (const level of [1e-4, 0.003, 0.05, 0.4]) {
        const [upper, lower] = [upperBound(p, level), lowerBound(p, level)];
        for (const [bound, inside] of [
          [upper, Math.max(p, upper - 2e-4)],
          [lower, Math.min(p, lower + 2e-4)],
        ] as const) {
          expect(kl(p, inside)).toBeLessThanOrEqual(level);
          expect(kl(p, bound)).toBeGreaterThanOrEqual(level);
        }
      }
    }
    expect(upperBound(0.4, Infinity)).toBe(1);
  });
});

describe('neighbours', () => {
  it('keep the joint values of the rule’s features and draw the others apart from them', () => {
    const space = createPredicateSpace(training, FEATURES, 10_000, 1);
    const rule = armOf(space, [
      { kind: 'between', feature: 0, above: 50, upTo: Infinity },
      { kind: 'missing', feature: 1 },
    ]);
    const rows = new Float64Array(500 * 5);
    createSampler(space, rule, rowOf(training, 0)).fill(rows, 0, 500, createRng(3));
    const real = new Set(Array.from({ length: training.nRows }, (_, i) => `${training.values[i * 5]} ${training.values[i * 5 + 1]}`));
    const whole = new Set(Array.from({ length: training.nRows }, (_, i) => rowOf(training, i).join(' ')));
    let mixed = 0;
    for (let i = 0; i < 500; i++) {
      const row = rows.subarray(i * 5, i * 5 + 5);
      expect(row[0]).toBeGreaterThan(50);
      expect(row[1]).toBeNaN();
      expect(real.has(`${row[0]} ${row[1]}`)).toBe(true);
      mixed += Number(!whole.has(row.join(' ')));
    }
    expect(mixed).toBeGreaterThan(400);
  });

  it('back off to fewer joint features where hardly any row satisfies the rule, and to the own value where none does', () => {
    const rows: EncodedRows = {
      nRows: 40,
      nFeatures: 2,
      values: Float64Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? i / 2 : 79 - i)),
    };
    const features = [feature('x'), feature('y')];
    const space = createPredicateSpace(rows, features, 100, 1);
    const narrow = armOf(space, [
      { kind: 'between', feature: 0, above: 20, upTo: Infinity },
      { kind: 'between', feature: 1, above: 35, upTo: Infinity },
      { kind: 'between', feature: 1, above: 36, upTo: Infinity },
    ]);
    expect(narrow.support).toBe(0);
    const drawn = new Float64Array(200);
    createSampler(space, narrow, Float64Array.of(30, 99)).fill(drawn, 0, 100, createRng(1));
    for (let i = 0; i < 100; i++) expect(drawn[2 * i]! > 20 && drawn[2 * i + 1]! > 36 && drawn[2 * i + 1]! < 99).toBe(true);
    const impossible = armOf(space, [{ kind: 'between', feature: 1, above: 1000, upTo: Infinity }]);
    createSampler(space, impossible, Float64Array.of(30, 2000)).fill(drawn, 0, 100, createRng(1));
    for (let i = 0; i < 100; i++) expect(drawn[2 * i + 1]).toBe(2000);
  });
});

describe('anchor search', () => {
  const search = createAnchorSearch(training, FEATURES, approve, { coverageSamples: 10_000, seed: 5 });

  it('finds the rule of a model that has one', async () => {
    const simple = createAnchorSearch(
      training,
      FEATURES,
      decideWith((row) => Number(row[2] === 1 && row[3] === 0)),
      {
        coverageSamples: 10_000,
        seed: 1,
      },
    );
    const yes = await simple.search(Float64Array.of(40, 40, 1, 0, 0.5), ANCHOR_DEFAULTS);
    const kept = yes.predicates.slice().sort((a, b) => a.feature - b.feature);
    expect(kept).toEqual([
      { kind: 'is', feature: 2, codes: [1] },
      { kind: 'between', feature: 3, above: -Infinity, upTo: 0 },
    ]);
    expect(yes).toMatchObject({ success: true, precision: 1, predictedClass: 1 });
    const share = [...Array(training.nRows).keys()].filter((i) => training.values[i * 5 + 2] === 1 && training.values[i * 5 + 3] === 0);
    expect(yes.coverage).toBe(share.length / training.nRows);
    const no = await simple.search(Float64Array.of(40, 40, 0, 0, 0.5), ANCHOR_DEFAULTS);
    expect(no.predicates.length).toBe(1);
    expect(no).toMatchObject({ success: true, precision: 1, predictedClass: 0 });
  });

  it('needs no condition where the model always decides alike, and says so when no rule is enough', async () => {
    const always = createAnchorSearch(
      training,
      FEATURES,
      decideWith(() => 1),
      { coverageSamples: 10_000, seed: 1 },
    );
    expect(await always.search(rowOf(training, 3), ANCHOR_DEFAULTS)).toMatchObject({
      predicates: [],
      coverage: 1,
      precision: 1,
      success: true,
    });
    const coin = createAnchorSearch(
      training,
      FEATURES,
      decideWith((row) => Math.floor(row[4]! * 1e6) % 2),
      { coverageSamples: 10_000, seed: 1 },
    );
    const lost = await coin.search(rowOf(training, 3), { ...ANCHOR_DEFAULTS, maxPredicates: 2 });
    expect(lost.success).toBe(false);
    expect(lost.precision).toBeLessThan(0.7);
    const silent = createAnchorSearch(
      training,
      FEATURES,
      decideWith(() => -1),
      { coverageSamples: 10_000, seed: 1 },
    );
    expect(await silent.search(rowOf(training, 3), ANCHOR_DEFAULTS)).toMatchObject({ success: false, predictedClass: -1 });
  });

  it('the row satisfies its rule, and at least 95 % of successful rules hold on 10,000 fresh draws', async () => {
    const fresh = createAnchorSearch(training, FEATURES, approve, { coverageSamples: 10_000, seed: 77 });
    const explained = people(60, 9);
    let successful = 0;
    let held = 0;
    for (let i = 0; i < explained.nRows; i++) {
      const row = rowOf(explained, i);
      const rule = await search.search(row, ANCHOR_DEFAULTS);
      for (const predicate of rule.predicates) expect(satisfies(predicate, row[predicate.feature]!)).toBe(true);
      if (!rule.success) continue;
      successful++;
      expect(rule.coverage).toBeGreaterThan(0);
      const again = await fresh.measure(row, rule.predicates, ANCHOR_DEFAULTS.threshold, 10_000);
      expect(again.precisionHigh - again.precisionLow).toBeLessThan(0.02);
      held += Number(again.precision >= ANCHOR_DEFAULTS.threshold - 0.02);
    }
    expect(successful).toBeGreaterThan(45);
    expect(held / successful).toBeGreaterThanOrEqual(0.95);
  });

  it('gives the same rule whatever was explained before, and in turn', async () => {
    const alone = createAnchorSearch(training, FEATURES, approve, { coverageSamples: 10_000, seed: 5 });
    const rows = [4, 8, 15, 16].map((i) => rowOf(training, i));
    const once: AnchorRule[] = [];
    for (const row of rows.slice().reverse()) once.push(await alone.search(row, ANCHOR_DEFAULTS));
    expect(await Promise.all(rows.map((row) => search.search(row, ANCHOR_DEFAULTS)))).toEqual(once.reverse());
  });

  it('a wider beam loses no coverage on average; thresholds and lengths are kept', async () => {
    let narrow = 0;
    let wide = 0;
    for (let i = 0; i < 12; i++) {
      const row = rowOf(training, 100 + i);
      narrow += (await search.search(row, ANCHOR_DEFAULTS)).coverage;
      wide += (await search.search(row, { ...ANCHOR_DEFAULTS, beam: 4 })).coverage;
      expect((await search.search(row, { ...ANCHOR_DEFAULTS, maxPredicates: 1 })).predicates.length).toBeLessThanOrEqual(1);
    }
    expect(wide).toBeGreaterThan(narrow * 0.95);
    await expect(search.search(rowOf(training, 0), { ...ANCHOR_DEFAULTS, threshold: 1 })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(search.search(rowOf(training, 0), ANCHOR_DEFAULTS, AbortSignal.abort())).rejects.toMatchObject({ tag: 'Aborted' });
    const none = { nRows: 0, nFeatures: 5, values: new Float64Array(0) };
    expect(() => createAnchorSearch(none, FEATURES, approve, { coverageSamples: 10, seed: 1 })).toThrow(/rows/);
  });

  it('after a call that failed the next search is that of a fresh one', async () => {
    let calls = 0;
    const flaky: Decide = (rows) => {
      if (++calls === 7) throw new Error('worker gone');
      return approve(rows);
    };
    const shaken = createAnchorSearch(training, FEATURES, flaky, { coverageSamples: 10_000, seed: 5 });
    await expect(shaken.search(rowOf(training, 4), ANCHOR_DEFAULTS)).rejects.toThrow('worker gone');
    expect(await shaken.search(rowOf(training, 4), ANCHOR_DEFAULTS)).toEqual(await search.search(rowOf(training, 4), ANCHOR_DEFAULTS));
  });
});

describe('anchors explainer', () => {
  const model = randomTreeModel({ nTrees: 12, depth: 3, nColumns: 5, nOutputs: 1, full: true, mixed: false }, createRng(4));
  const rows: EncodedRows = { ...people(600, 2) };
  for (let i = 0; i < rows.values.length; i++) rows.values[i] = rows.values[i]! / [80, 100, 4, 4, 1][i % 5]!;
  const trees = { ...model, link: 'logit' as const, sumSpace: 'log-odds' as const };
  const predictor = functionPredictor(5, 1, (row) => predictTrees(trees, { nRows: 1, nFeatures: 5, values: row })[0]!, 'probability');
  const environment: ExplainerEnvironment = {
    predictor,
    ...NO_STRUCTURE,
    features: FEATURES.map(({ name }) => feature(name)),
    outputs: BINARY,
  };
  const spec: ExplainSpec = {
    explainer: 'anchors',
    background: equalBackground(rows),
    training: rows,
    outputSpace: 'probability',
    seed: 3,
    parameters: { threshold: 0.9 },
    nRows: 4,
    fitted: null,
  };

  it('gives one rule a row and the same ones by trees and by predictor, in any chunks', async () => {
    const part = (from: number, count: number): EncodedRows => ({
      ...rows,
      nRows: count,
      values: rows.values.slice(from * 5, (from + count) * 5),
    });
    const byPredictor = await anchorsExplainer.prepare(spec, environment);
    const byTrees = await anchorsExplainer.prepare(spec, { ...environment, trees });
    const chunk = await byPredictor.explain(part(0, 4), Int32Array.of(0, 1, 2, 3));
    expect(chunk.values).toEqual([]);
    expect(chunk.rules!.length).toBe(4);
    expect(chunk.evaluations).toBe(chunk.rules!.reduce((sum, rule) => sum + rule.evaluations, 0));
    const second = await byTrees.explain(part(2, 2), Int32Array.of(2, 3));
    expect(second.rules).toEqual(chunk.rules!.slice(2));
    const asked = predictor.seen.calls;
    await byTrees.explain(part(0, 1), Int32Array.of(0));
    expect(predictor.seen.calls).toBe(asked);
    expect(byTrees).toMatchObject({ space: 'none', exact: false, baseValues: Float64Array.of(NaN) });
  });

  it('applies to classifiers only', async () => {
    expect(anchorsExplainer.unavailable(OPAQUE_MODEL)).toMatch(/value/);
    expect(anchorsExplainer.outputSpaces(OPAQUE_MODEL)).toEqual([]);
    const described = { ...OPAQUE_MODEL, nClasses: 3, predictionSpace: 'probability' as const };
    expect(anchorsExplainer.unavailable(described)).toBeNull();
    expect(anchorsExplainer.outputSpaces(described)).toEqual(['probability']);
    const wide = anchorsExplainer.estimate(described, 0, { beam: 4 }, 1);
    expect(wide.secondsPerRow).toBeGreaterThan(anchorsExplainer.estimate(described, 0, {}, 1).secondsPerRow);
    const value: Outputs = { task: 'regression', targetName: 'y', unit: null };
    await expect(anchorsExplainer.prepare(spec, { ...environment, outputs: value })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(anchorsExplainer.prepare({ ...spec, training: null }, environment)).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(
      anchorsExplainer
        .prepare({ ...spec, parameters: { beam: 0 } }, environment)
        .then((prepared) => prepared.explain(rows, new Int32Array(rows.nRows))),
    ).rejects.toMatchObject({ tag: 'BadRequest' });
  });

  it('decides as the study does: argmax of several classes, the margin of a logit', async () => {
    const three: Outputs = { task: 'multiclass', targetName: 'y', classLabels: ['a', 'b', 'c'] };
    const many = functionPredictor(1, 3, (row) => [row[0]!, 1 - row[0]!, 0.4], 'probability');
    const decide = decideBy({ predictor: many, trees: null, outputs: three });
    expect([...(await decide({ nRows: 3, nFeatures: 1, values: Float64Array.of(0.9, 0.1, 0.5) }))]).toEqual([0, 1, 0]);
    const margin = decideBy({ predictor: functionPredictor(1, 1, (row) => row[0]!, 'logit'), trees: null, outputs: BINARY });
    expect([...(await margin({ nRows: 2, nFeatures: 1, values: Float64Array.of(0.2, -0.2) }))]).toEqual([1, 0]);
  });
});
