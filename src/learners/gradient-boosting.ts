import { LimpidError } from '#/base/errors';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import type { TreeModel } from '#/domain/tree-model';
import { boostingObjective, type BoostingLoss } from '#/learners/boosting-objectives';
import { EnsembleBuilder } from '#/learners/ensemble-builder';
import { binRows } from '#/learners/feature-bins';
import { TreeGrower } from '#/learners/grow-tree';
import type { Pace } from '#/learners/pace';
import type { SplitRules } from '#/learners/split-search';

export interface BoostingOptions extends SplitRules {
  /** num_iterations, 100. */
  readonly iterations: number;
  /** learning_rate, 0.1. */
  readonly learningRate: number;
  /** num_leaves, 31. */
  readonly maxLeaves: number;
}

/** LightGBM 4's defaults. */
export const BOOSTING_DEFAULTS: BoostingOptions = {
  iterations: 100,
  learningRate: 0.1,
  maxLeaves: 31,
  minRows: 20,
  minHessian: 1e-3,
  lambda: 0,
  catSmooth: 10,
  catLambda: 10,
  maxCodes: 32,
  oneHotBins: 4,
  minGroupRows: 100,
};

/**
 * Gradient-boosted trees on histograms, as LightGBM 4 grows them with its defaults (Ke et al. 2017; `deterministic`, one
 * thread, no sampling of rows or features, no bundling): leaf-wise growth, at most 255 bins, start from the average, learnt direction for NaN (a
 * feature without NaN in training takes NaN for 0), splits on subsets of codes. It stops early when no tree can be split.
 * No random numbers are drawn.
 *
 * @param rows - training rows over the model's features; not modified
 * @param labels - [nRows] finite: values (squared), 0 or 1 (logistic), or class numbers (softmax)
 * @param nClasses - outputs of `softmax`; not used otherwise
 * @returns trees with covers (training rows), split counts and gains; sums are in the target's unit, log-odds or softmax margins
 * @throws LimpidError `BadRequest` for no rows or labels that do not fit; `Aborted` by way of `pace`
 */
export async function trainGradientBoosting(
  rows: EncodedRows,
  features: readonly FeatureSchema[],
  labels: Float64Array,
  loss: BoostingLoss,
  nClasses: number,
  pace: Pace,
  options: Partial<BoostingOptions> = {},
): Promise<TreeModel> {
  checkTraining(rows, labels);
  const rules = { ...BOOSTING_DEFAULTS, ...options };
  const objective = boostingObjective(loss, labels, nClasses);
  const { nOutputs, start } = objective;
  const data = await binRows(rows, features, pace);
  const grower = new TreeGrower(data, rules, rules.maxLeaves);
  const builder = new EnsembleBuilder(nOutputs);
  const perOutput = (): Float32Array[] => Array.from({ length: nOutputs }, () => new Float32Array(rows.nRows));
  const scores = Array.from(start, (score) => new Float64Array(rows.nRows).fill(score));
  const gradients = perOutput();
  const hessians = objective.unitHessian ? [] : perOutput();
  const splitCounts = new Float64Array(rows.nFeatures);
  const gains = new Float64Array(rows.nFeatures);
  const values = new Float64Array(nOutputs);

  for (let iteration = 0; iteration < rules.iterations; iteration++) {
    objective.derive(scores, gradients, hessians);
    let grewOne = false;
    for (let k = 0; k < nOutputs; k++) {
      const setLeaf = (node: number, value: number): void => {
        values.fill(0);
        values[k] = value;
        builder.setLeaf(node, values);
      };
      const tree = await grower.grow(gradients[k]!, hessians[k] ?? null, rules.learningRate, builder, setLeaf, pace);
      if (tree === null) continue;
      grewOne = true;
      for (const { feature, gain } of tree.splits) {
        splitCounts[feature]!++;
        gains[feature]! += gain;
      }
      const score = scores[k]!;
      for (const leaf of tree.leaves) {
        for (let i = leaf.start; i < leaf.start + leaf.count; i++) score[grower.order[i]!]! += leaf.value;
      }
    }
    if (!grewOne) break;
    if (pace.due()) await pace.pause();
  }
  return {
    ensemble: builder.finish(rows.nFeatures, start, false),
    sources: Array.from({ length: rows.nFeatures }, (_, feature) => ({ feature, steps: [] })),
    link: objective.link,
    sumSpace: objective.sumSpace,
    importances: [
      { meaning: 'split count', values: splitCounts },
      { meaning: 'gain', values: gains },
    ],
  };
}

/** @throws LimpidError `BadRequest` */
export function checkTraining(rows: EncodedRows, labels: Float64Array): void {
  if (rows.nRows === 0) throw new LimpidError({ tag: 'BadRequest', message: 'There are no rows to learn from.' });
  if (labels.length !== rows.nRows)
    throw new LimpidError({ tag: 'BadRequest', message: `There are ${rows.nRows} rows but ${labels.length} labels.` });
  if (labels.some((label) => !Number.isFinite(label)))
    throw new LimpidError({ tag: 'BadRequest', message: 'A label is missing or infinite.' });
}
