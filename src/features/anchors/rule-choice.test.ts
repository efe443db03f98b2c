import { describe, expect, it } from 'vitest';
import type { Predicate } from '#/domain/anchor-rule';
import { readRule, storeRule } from './rule-choice';

describe('a rule in the link', () => {
  it('comes back from JSON as it was, open sides included', () => {
    const rule: Predicate[] = [
      { kind: 'is', feature: 0, codes: [2, 5] },
      { kind: 'between', feature: 1, above: -Infinity, upTo: 3.5 },
      { kind: 'between', feature: 2, above: 1, upTo: Infinity },
      { kind: 'between', feature: 3, above: 0, upTo: 9 },
      { kind: 'missing', feature: 4 },
    ];
    expect(readRule(JSON.parse(JSON.stringify(storeRule(rule))) as ReturnType<typeof storeRule>)).toEqual(rule);
  });
});
