import type { EncodedRows, FeatureSchema } from '#/domain/model';
import type { TreeModel } from '#/domain/tree-model';
import { checkClasses } from '#/learners/boosting-objectives';
import { hotFeatures, hotSources, isCategorical } from '#/learners/design';
import { EnsembleBuilder } from '#/learners/ensemble-builder';
import { checkTraining } from '#/learners/gradient-boosting';
import { NodeRows, type NodeSegment } from '#/learners/node-rows';
import { classPurity, valuePurity, type Purity } from '#/learners/purity';
import type { Pace } from '#/learners/pace';

export interface DecisionTreeOptions {
  /** Longest path; 0 means unlimited. */
  readonly maxDepth: number;
  readonly minRowsToSplit: number;
}

export const DECISION_TREE_DEFAULTS: DecisionTreeOptions = { maxDepth: 0, minRowsToSplit: 2 };

/** Neighbouring values nearer than this are one value (scikit-learn's FEATURE_THRESHOLD). */
const SAME = 1e-7;

interface Candidate {
  readonly purity: number;
  /** Ensemble feature. */
  readonly column: number;
  readonly threshold: number;
  readonly missingYes: boolean;
  /** For one-hot columns: the code of the no side, else -1. */
  readonly code: number;
  readonly feature: number;
}

/**
 * A CART tree (Breiman et al. 1984) as scikit-learn 1.9's `DecisionTreeRegressor` (squared error) or `DecisionTreeClassifier` (gini) with
 * their defaults: exact splits halfway between float32 values, no limit on depth, leaves of one row, NaN on the side that fits better (on the
 * larger side where training had none). Categories are one-hot. Where splits are equally good the lowest column wins;
 * scikit-learn draws one.
 * @param labels - [nRows] values, or class numbers below `nClasses`
 * @param nClasses - 0 for values
 * @returns one tree with covers; leaves hold the mean value or the share of each class (two classes: the share of class 1)
 * @throws LimpidError `BadRequest` for no rows or wrong labels; `Aborted` by way of `pace`
 */
export async function trainDecisionTree(
  rows: EncodedRows,
  features: readonly FeatureSchema[],
  labels: Float64Array,
  nClasses: number,
  pace: Pace,
  options: Partial<DecisionTreeOptions> = {},
): Promise<TreeModel> {
  checkTraining(rows, labels);
  if (nClasses > 0) checkClasses(labels, nClasses);
  const { maxDepth, minRowsToSplit } = { ...DECISION_TREE_DEFAULTS, ...options };
  const purity = nClasses > 0 ? classPurity(labels, nClasses) : valuePurity(labels);
  const numeric = features.flatMap((schema, feature) => (isCategorical(schema) ? [] : [feature]));
  const hot = hotFeatures(rows, features);
  const data = await NodeRows.create(rows, numeric, pace);
  const nOutputs = nClasses > 2 ? nClasses : 1;
  const builder = new EnsembleBuilder(nOutputs);

  const codesOf = hot.map(({ feature, columnOf }) =>
    Int32Array.from({ length: rows.nRows }, (_, row) => columnOf[rows.values[row * rows.nFeatures + feature]!] ?? -1),
  );
  const bestOf = (segment: NodeSegment): Candidate | null => {
    let best: Candidate | null = null;
    for (let column = 0; column < numeric.length; column++) {
      const found = bestNumericSplit(data, column, segment, purity, best?.purity ?? -Infinity);
      if (found !== null) best = { ...found, column, feature: numeric[column]!, code: -1 };
    }
    hot.forEach(({ codes, firstColumn }, h) => {
      const found = bestHotSplit(data, codesOf[h]!, firstColumn, codes.length, segment, purity, best?.purity ?? -Infinity);
      if (found === null) return;
      const column = numeric.length + found.column;
      best = { purity: found.purity, column, threshold: 0.5, missingYes: true, code: found.column, feature: h };
    });
    return best;
  };

  const stack: { node: number; segment: NodeSegment; depth: number }[] = [
    { node: builder.startTree(rows.nRows), segment: { start: 0, end: rows.nRows }, depth: 0 },
  ];
  for (let open = stack.pop(); open !== undefined; open = stack.pop()) {
    const { node, segment, depth } = open;
    const count = segment.end - segment.start;
    const stops = count < minRowsToSplit || (maxDepth > 0 && depth >= maxDepth) || purity.isPure(data.rows, segment);
    const split = stops ? null : bestOf(segment);
    if (split === null) {
      builder.setLeaf(node, purity.leaf(data.rows, segment));
      continue;
    }
    const side =
      split.code >= 0
        ? (row: number): boolean => codesOf[split.feature]![row] !== split.code
        : (row: number): boolean => {
            const value = data.value(split.column, row);
            return value !== value ? split.missingYes : value <= split.threshold;
          };
    const middle = data.partition(segment, side);
    const yesCount = middle - segment.start;
    const test = { kind: 'lte', feature: split.column, threshold: split.threshold, missingYes: split.missingYes } as const;
    const { yes, no } = builder.split(node, test, yesCount, count - yesCount);
    stack.push({ node: no, segment: { start: middle, end: segment.end }, depth: depth + 1 });
    stack.push({ node: yes, segment: { start: segment.start, end: middle }, depth: depth + 1 });
    if (pace.due()) await pace.pause();
  }
  const sources = [...numeric.map((feature) => ({ feature, steps: [] })), ...hotSources(hot, features)];
  return {
    ensemble: builder.finish(sources.length, new Float64Array(nOutputs), true),
    sources,
    link: 'identity',
    sumSpace: nClasses > 0 ? 'probability' : 'value',
  };
}

/** The best split between two values that beats `least`; missing rows once on each side, and alone on the no side. */
function bestNumericSplit(
  data: NodeRows,
  column: number,
  { start, end }: NodeSegment,
  purity: Purity,
  least: number,
): { purity: number; threshold: number; missingYes: boolean } | null {
  const order = data.sorted(column);
  const known = data.knownEnd(column, start, end);
  if (known === start) return null;
  if (known === end && !(data.value(column, order[end - 1]!) > data.value(column, order[start]!) + SAME)) return null;
  const hasMissing = known < end;
  let best = least;
  let found: { purity: number; threshold: number; missingYes: boolean } | null = null;
  for (const missingYes of hasMissing ? [false, true] : [false]) {
    purity.begin(order, start, end);
    if (missingYes) for (let i = known; i < end; i++) purity.move(order[i]!);
    for (let i = start; i < known - 1; i++) {
      purity.move(order[i]!);
      const here = data.value(column, order[i]!);
      const next = data.value(column, order[i + 1]!);
      if (!(next > here + SAME)) continue;
      const reached = purity.score();
      if (!(reached > best)) continue;
      best = reached;
      const middle = here / 2 + next / 2;
      const yes = i + 1 - start;
      const threshold = middle === next || !Number.isFinite(middle) ? here : middle;
      found = { purity: reached, threshold, missingYes: hasMissing ? missingYes : yes > end - start - yes };
    }
    if (hasMissing && !missingYes) {
      purity.move(order[known - 1]!);
      const reached = purity.score();
      if (reached > best) {
        best = reached;
        found = { purity: reached, threshold: Number.MAX_VALUE, missingYes: false };
      }
    }
  }
  return found;
}

/** The best split of one code from the rest that beats `least`; the code is on the no side (its column is 1). */
function bestHotSplit(
  data: NodeRows,
  codes: Int32Array,
  firstColumn: number,
  nCodes: number,
  segment: NodeSegment,
  purity: Purity,
  least: number,
): { purity: number; column: number } | null {
  const scores = purity.scoreGroups(data.rows, segment, codes, firstColumn, nCodes);
  let best = least;
  let column = -1;
  for (let i = 0; i < nCodes; i++) {
    if (!(scores[i]! > best)) continue;
    best = scores[i]!;
    column = firstColumn + i;
  }
  return column < 0 ? null : { purity: best, column };
}
