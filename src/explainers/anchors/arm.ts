import { bothPredicates, predicateKey, type Predicate } from '#/domain/anchor-rule';
import { countRows, intersectRows } from '#/math/bit-rows';
import type { Condition, PredicateSpace } from '#/explainers/anchors/predicate-space';

/** A rule on trial: an arm of the bandit. */
export interface Arm {
  /** One a feature, in the order in which the features came in. */
  readonly parts: readonly Condition[];
  readonly key: string;
  /** Training rows that satisfy the whole rule; null: every row. */
  readonly rows: Uint32Array | null;
  readonly support: number;
  /** Share of the coverage rows. */
  readonly coverage: number;
  hits: number;
  draws: number;
}

export function emptyArm(space: PredicateSpace): Arm {
  return { parts: [], key: '', rows: null, support: space.training.nRows, coverage: 1, hits: 0, draws: 0 };
}

/** The rule with one more condition; a second one on the same feature makes the first narrower. Null when it changes nothing. */
export function withCondition(space: PredicateSpace, arm: Arm, added: Condition): Arm | null {
  const at = arm.parts.findIndex(({ predicate }) => predicate.feature === added.predicate.feature);
  const parts = arm.parts.slice();
  if (at < 0) parts.push(added);
  else {
    const before = parts[at]!;
    const predicate = bothPredicates(before.predicate, added.predicate);
    if (predicateKey(predicate) === predicateKey(before.predicate)) return null;
    parts[at] = space.condition(predicate);
  }
  const rows = arm.rows === null ? added.rows : intersectRows(arm.rows, added.rows);
  return {
    parts,
    key: parts
      .map(({ predicate }) => predicateKey(predicate))
      .sort()
      .join(' '),
    rows,
    support: countRows(rows),
    coverage: countRows(rows, space.coverageRows) / space.coverageRows,
    hits: 0,
    draws: 0,
  };
}

export function armOf(space: PredicateSpace, predicates: readonly Predicate[]): Arm {
  return predicates.reduce<Arm>((arm, predicate) => withCondition(space, arm, space.condition(predicate)) ?? arm, emptyArm(space));
}

export function meanOf(arm: Arm): number {
  return arm.draws === 0 ? 0 : arm.hits / arm.draws;
}
