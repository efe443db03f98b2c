import { describe, expect, it } from 'vitest';
import { createRng, hashSeed, type Rng } from '#/base/rng';
import { automaticBudget, smallestBudget } from '#/explainers/kernel/budget';
import { drawCoalitionDesign } from '#/explainers/kernel/coalition-design';
import { factorPairedRegression, fitPairs, type PairedRegression } from '#/explainers/kernel/paired-regression';
import { shapleyByDefinition } from '#/testing/games';
import { popcount } from '#/math/combinatorics';

/**
 * Standard errors are calibrated: over 2,000 (seed, row) draws of each game the interval value +- 1.96 errors holds the
 * exact value in 93 to 97 % of cases, from the smallest budget to the automatic one (ALGORITHMS 12.9).
 */
const N = 12;
const ROWS = 20;
const SEEDS = 100;

type Game = (mask: number) => number;

const GAMES: Readonly<Record<string, (rng: Rng) => Game>> = {
  'sum of products of up to five players': (rng) => {
    const terms = Array.from({ length: 30 }, () => {
      let mask = 0;
      const order = 1 + rng.below(5);
      while (popcount(mask) < order) mask |= 1 << rng.below(N);
      return { mask, factor: rng.next() * 2 - 1 };
    });
    return (mask) => terms.reduce((sum, term) => sum + ((mask & term.mask) === term.mask ? term.factor : 0), 0);
  },
  'logistic with pairwise terms': (rng) => {
    const single = Float64Array.from({ length: N }, () => rng.next() * 4 - 2);
    const pair = Float64Array.from({ length: N * N }, () => (rng.next() - 0.5) * 1.5);
    return (mask) => {
      let sum = -1;
      for (let i = 0; i < N; i++) {
        if (!((mask >> i) & 1)) continue;
        sum += single[i]!;
        for (let j = 0; j < i; j++) if ((mask >> j) & 1) sum += pair[i * N + j]!;
      }
      return 1 / (1 + Math.exp(-sum));
    };
  },
  'thirty trees of depth six': (rng) => {
    const players = Array.from({ length: 30 }, () => Int32Array.from({ length: 63 }, () => rng.below(N)));
    const leaves = Array.from({ length: 30 }, () => Float64Array.from({ length: 64 }, () => rng.next() - 0.5));
    return (mask) =>
      players.reduce((sum, tree, t) => {
        let node = 0;
        for (let level = 0; level < 6; level++) node = 2 * node + 1 + ((mask >> tree[node]!) & 1);
        return sum + leaves[t]![node - 63]!;
      }, 0);
  },
  'largest member': (rng) => {
    const worth = Float64Array.from({ length: N }, () => rng.next() * 4 - 2);
    return (mask) => worth.reduce((best, value, i) => ((mask >> i) & 1 ? Math.max(best, value) : best), -3);
  },
};

function masksOf(regression: PairedRegression): Int32Array {
  const { nPairs, nPlayers, members } = regression.design;
  return Int32Array.from({ length: nPairs }, (_, pair) => {
    let mask = 0;
    for (let j = 0; j < nPlayers; j++) if (members[pair * nPlayers + j] === 1) mask |= 1 << j;
    return mask;
  });
}

const all = (1 << N) - 1;
const tables = Object.entries(GAMES).map(([name, make]) => ({
  name,
  rows: Array.from({ length: ROWS }, (_, row) => {
    const game = make(createRng(hashSeed(row, name.length)));
    const v = Float64Array.from({ length: 1 << N }, (_value, mask) => game(mask));
    return { v, exact: shapleyByDefinition(N, (mask) => v[mask]!) };
  }),
}));

describe.each([smallestBudget(N), 200, automaticBudget(N)])('%i coalitions for 12 players', (budget) => {
  it('covers 93 to 97 % and errors have the size they claim', () => {
    const inside = new Float64Array(tables.length);
    const squared = new Float64Array(tables.length);
    const claimed = new Float64Array(tables.length);
    const values = new Float64Array(N);
    const errors = new Float64Array(N);
    for (let row = 0; row < ROWS; row++) {
      for (let seed = 0; seed < SEEDS; seed++) {
        const regression = factorPairedRegression(drawCoalitionDesign(N, budget / 2, hashSeed(seed, row)));
        const masks = masksOf(regression);
        tables.forEach(({ rows }, game) => {
          const { v, exact } = rows[row]!;
          const differences = Float64Array.from(masks, (mask) => v[mask]! - v[all ^ mask]!);
          fitPairs(regression, differences, v[all]! - v[0]!, values, errors);
          for (let j = 0; j < N; j++) {
            const off = values[j]! - exact[j]!;
            if (Math.abs(off) <= 1.96 * errors[j]!) inside[game]!++;
            squared[game]! += off * off;
            claimed[game]! += errors[j]! ** 2;
          }
        });
      }
    }
    tables.forEach(({ name }, game) => {
      const coverage = inside[game]! / (ROWS * SEEDS * N);
      expect(coverage, name).toBeGreaterThan(0.93);
      expect(coverage, name).toBeLessThan(0.97);
      expect(Math.sqrt(claimed[game]! / squared[game]!), name).toBeGreaterThan(0.95);
      expect(Math.sqrt(claimed[game]! / squared[game]!), name).toBeLessThan(1.3);
    });
  });
});

describe('forty players', () => {
  it('covers 93 to 97 % at the automatic budget', () => {
    const n = 40;
    let inside = 0;
    let total = 0;
    for (let draw = 0; draw < 60; draw++) {
      const rng = createRng(draw);
      // Unanimity games: a term's factor is shared evenly by its members.
      const terms = Array.from({ length: 200 }, () => ({
        players: [...new Set(Array.from({ length: 1 + rng.below(6) }, () => rng.below(n)))],
        factor: rng.next() - 0.3,
      }));
      const exact = new Float64Array(n);
      for (const { players, factor } of terms) for (const player of players) exact[player]! += factor / players.length;
      const regression = factorPairedRegression(drawCoalitionDesign(n, automaticBudget(n) / 2, hashSeed(draw, 1)));
      const { members, nPairs } = regression.design;
      const value = (pair: number, side: number): number =>
        terms.reduce((sum, { players, factor }) => sum + (players.every((player) => members[pair * n + player] === side) ? factor : 0), 0);
      const differences = Float64Array.from({ length: nPairs }, (_, pair) => value(pair, 1) - value(pair, 0));
      const values = new Float64Array(n);
      const errors = new Float64Array(n);
      fitPairs(
        regression,
        differences,
        terms.reduce((sum, { factor }) => sum + factor, 0),
        values,
        errors,
      );
      for (let j = 0; j < n; j++) {
        total++;
        if (Math.abs(values[j]! - exact[j]!) <= 1.96 * errors[j]!) inside++;
      }
    }
    expect(inside / total).toBeGreaterThan(0.93);
    expect(inside / total).toBeLessThan(0.97);
  });
});
