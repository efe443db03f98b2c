import type { Rng } from '#/base/rng';
import { hasRow, intersectRows, countRows, rowsOf } from '#/math/bit-rows';
import type { Arm } from '#/explainers/anchors/arm';
import type { Condition, PredicateSpace } from '#/explainers/anchors/predicate-space';

/**
 * Fewest training rows from which the values of a rule are drawn jointly. alibi backs off below one batch (100 rows), which on
 * small tables is nearly always, and its precision is then that of another distribution.
 */
const JOINT_ROWS = 10;

/** A set is listed when its rows would be found too seldom by trying. */
const TRIED_SHARE = 1 / 8;

/** Draws neighbours of a row under one rule. */
export interface RuleSampler {
  /** Fills rows [start, start + count) of a row-major buffer. */
  fill(values: Float64Array, start: number, count: number, rng: Rng): void;
}

/**
 * The distribution that precision refers to (Ribeiro et al. 2018, section 2, for tables as in alibi's AnchorTabular): a random
 * training row whose features in the rule are overwritten, jointly, by those of a random training row that satisfies the rule.
 * Where fewer than 10 rows satisfy it, the last conditions are left out of the joint draw until enough do, and their features are
 * drawn each by itself from rows that satisfy the condition; the row's own value where none does.
 * @param own - the explained row
 */
export function createSampler(space: PredicateSpace, arm: Arm, own: Float64Array): RuleSampler {
  const { nRows, nFeatures, values: training } = space.training;
  const joint = jointPart(arm);
  const sources: Source[] = [];
  if (joint.parts.length > 0) sources.push({ features: featuresOf(joint.parts), draw: drawFrom(joint.rows, nRows) });
  for (const part of arm.parts.slice(joint.parts.length)) {
    sources.push({ features: featuresOf([part]), draw: part.count === 0 ? null : drawFrom(part.rows, nRows) });
  }
  return {
    fill(values, start, count, rng) {
      for (let at = start * nFeatures; at < (start + count) * nFeatures; at += nFeatures) {
        const base = rng.below(nRows) * nFeatures;
        for (let f = 0; f < nFeatures; f++) values[at + f] = training[base + f]!;
        for (const { features, draw } of sources) {
          const donor = draw === null ? -1 : draw(rng) * nFeatures;
          for (const f of features) values[at + f] = donor < 0 ? own[f]! : training[donor + f]!;
        }
      }
    },
  };
}

interface Source {
  readonly features: Int32Array;
  /** A training row; null: the explained row itself. */
  readonly draw: ((rng: Rng) => number) | null;
}

function featuresOf(parts: readonly Condition[]): Int32Array {
  return Int32Array.from(parts, ({ predicate }) => predicate.feature);
}

/** The longest beginning of the rule that enough rows satisfy. */
function jointPart(arm: Arm): { parts: readonly Condition[]; rows: Uint32Array } {
  const all = arm.rows ?? new Uint32Array(0);
  if (arm.support >= JOINT_ROWS) return { parts: arm.parts, rows: all };
  let rows: Uint32Array | null = null;
  for (let n = 0; n < arm.parts.length; n++) {
    const next: Uint32Array = rows === null ? arm.parts[n]!.rows : intersectRows(rows, arm.parts[n]!.rows);
    if (countRows(next) < JOINT_ROWS) return { parts: arm.parts.slice(0, n), rows: rows ?? all };
    rows = next;
  }
  return { parts: arm.parts, rows: rows ?? all };
}

function drawFrom(rows: Uint32Array, nRows: number): (rng: Rng) => number {
  if (countRows(rows) > nRows * TRIED_SHARE) {
    return (rng) => {
      for (;;) {
        const row = rng.below(nRows);
        if (hasRow(rows, row)) return row;
      }
    };
  }
  const listed = rowsOf(rows);
  return (rng) => listed[rng.below(listed.length)]!;
}
