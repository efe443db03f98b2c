import type { Predicate } from '#/domain/anchor-rule';
import type { Choices } from '#/state/choices';

type StoredRule = NonNullable<Choices['anchors']['rule']>;

/** A rule as the link holds it: infinities, which JSON does not have, are null. */
export function storeRule(predicates: readonly Predicate[]): StoredRule {
  return predicates.map((predicate) => {
    switch (predicate.kind) {
      case 'is':
        return { feature: predicate.feature, codes: [...predicate.codes] };
      case 'between':
        return { feature: predicate.feature, above: openAsNull(predicate.above), upTo: openAsNull(predicate.upTo) };
      case 'missing':
        return { feature: predicate.feature };
      default:
        return predicate satisfies never;
    }
  });
}

export function readRule(stored: StoredRule): Predicate[] {
  return stored.map(({ feature, codes, above, upTo }): Predicate => {
    if (codes !== undefined) return { kind: 'is', feature, codes };
    if (above === undefined && upTo === undefined) return { kind: 'missing', feature };
    return { kind: 'between', feature, above: above ?? -Infinity, upTo: upTo ?? Infinity };
  });
}

function openAsNull(bound: number): number | null {
  return Number.isFinite(bound) ? bound : null;
}
