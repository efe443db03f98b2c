import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import { binomial, drawCombinations, forEachCombination, popcount } from '#/math/combinatorics';
import { choleskyInPlace, choleskySolveInPlace } from '#/math/least-squares';
import { gaussLegendre } from '#/math/quadrature';

describe('gaussLegendre', () => {
  it('integrates powers up to 2 n - 1 exactly', () => {
    for (const n of [1, 2, 3, 4, 5, 8, 17, 40]) {
      const { nodes, weights } = gaussLegendre(n);
      for (let power = 0; power <= 2 * n - 1; power++) {
        const sum = nodes.reduce((total, node, m) => total + weights[m]! * node ** power, 0);
        expect(sum * (power + 1)).toBeCloseTo(1, 12);
      }
    }
  });
});

describe('combinatorics', () => {
  it('binomials obey Pascal, stay exact below 2^53 and finite for long', () => {
    for (let n = 1; n <= 50; n++) for (let k = 0; k <= n; k++) expect(binomial(n, k)).toBe(binomial(n - 1, k - 1) + binomial(n - 1, k));
    expect(binomial(60, 30) / 118264581564861424).toBeCloseTo(1, 14);
    expect([binomial(5, -1), binomial(5, 6)]).toEqual([0, 0]);
  });

  it('popcount counts the bits of any 32-bit integer', () => {
    fc.assert(fc.property(fc.integer(), (bits) => popcount(bits) === (bits >>> 0).toString(2).replaceAll('0', '').length));
  });

  it('lists all combinations in lexicographic order', () => {
    const seen: string[] = [];
    forEachCombination(5, 3, (members) => seen.push(members.join('')));
    expect(seen).toEqual(['012', '013', '014', '023', '024', '034', '123', '124', '134', '234']);
    let empty = 0;
    forEachCombination(4, 0, () => empty++);
    expect(empty).toBe(1);
  });

  it('draws distinct combinations, each as often as the others', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const drawn = drawCombinations(5, 2, 3, createRng(seed)).map((members) => members.join(''));
      expect(new Set(drawn).size).toBe(3);
      for (const key of drawn) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    for (const count of counts.values()) expect(Math.abs(count - 1800)).toBeLessThan(180); // 5 standard deviations
  });
});

describe('cholesky', () => {
  it('solves symmetric positive definite systems and refuses singular ones', () => {
    const n = 7;
    const rng = createRng(1);
    const a = Float64Array.from({ length: n * n }, () => rng.next() - 0.5);
    const spd = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) spd[i * n + j]! += a[i * n + k]! * a[j * n + k]!;
    for (let i = 0; i < n; i++) spd[i * n + i]! += 0.1;
    const x = Float64Array.from({ length: n }, (_, i) => i - 3);
    const b = Float64Array.from({ length: n }, (_, i) => x.reduce((sum, value, j) => sum + spd[i * n + j]! * value, 0));
    expect(choleskyInPlace(spd, n)).toBe(true);
    choleskySolveInPlace(spd, n, b);
    x.forEach((value, i) => expect(b[i]).toBeCloseTo(value, 10));
    expect(choleskyInPlace(Float64Array.of(1, 1, 1, 1), 2)).toBe(false);
  });
});
