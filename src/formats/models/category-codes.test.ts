import { describe, expect, it } from 'vitest';
import { codesOfLabels } from '#/formats/models/category-codes';
import { categoryHash } from '#/formats/models/city-hash';

/** `cat_features_hash` of a model that CatBoost 1.2.10 saved with its pool: one text for every length rule of the hash. */
const STORED: readonly (readonly [string, number])[] = [
  ['', 797982799],
  ['a', 3489901818],
  ['-3', 1837837212],
  ['10', 2957118694],
  ['40', 1435255456],
  ['ab', 4090249022],
  ['abc', 978243121],
  ['abcd', 345588365],
  ['Bergen', 337561881],
  ['12345678', 1054993967],
  ['Ålesund', 541823580],
  ['123456789', 1389760245],
  ['sixteen letters!', 1409682486],
  ['seventeen letters', 3714021364],
  ['exactly thirty-two characters ok', 3956559167],
  ['a category with more than thirty-two characters', 3367979111],
  ['x'.repeat(64), 648792787],
  ['y'.repeat(65), 3114503727],
  [`a long category: ${'0123456789'.repeat(12)}`, 805866192],
];

describe('categoryHash', () => {
  it.each(STORED)('%j', (text, hash) => {
    expect(categoryHash(text)).toBe(hash | 0);
  });
});

describe('codesOfLabels', () => {
  it('finds labels by text, then by number, then whatever their case', () => {
    const codes = { kind: 'labels', labels: ['10', '2.50', 'True', 'Oslo', 'oslo', ''] } as const;
    expect(codesOfLabels(codes, ['10', '10.0', '2.5', 'TRUE', 'Oslo', 'oslo', 'OSLO', '', 'Rome'])).toEqual([0, 0, 1, 2, 3, 4, 3, 5, null]);
  });

  it('finds hashes', () => {
    const codes = { kind: 'hashes', hashes: [categoryHash('b'), categoryHash('')] } as const;
    expect(codesOfLabels(codes, ['a', 'b', ''])).toEqual([null, 0, 1]);
  });
});
