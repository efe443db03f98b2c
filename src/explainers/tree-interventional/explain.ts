import type { EncodedRows } from '#/domain/model';
import { effectiveBackground } from '#/explainers/background';
import type { ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { blockRows, createForest, requireTrees, treeColumns, type Forest } from '#/explainers/forest';
import { LeafAccumulator } from '#/explainers/leaf-values';
import { createPacer } from '#/explainers/pacer';
import { backgroundOfTree, bytesOf, type TreeBackground } from '#/explainers/tree-interventional/background-patterns';
import { InterventionalGame, inverseBinomials } from '#/explainers/tree-interventional/pattern-weights';
import { walkTree } from '#/explainers/tree-walk';

/** Background patterns are kept up to this size; those of further trees are counted again for every call. */
const KEPT_BYTES = 64 * 2 ** 20;

interface InterventionalForest extends Forest {
  readonly inverse: Float64Array;
  /** By tree; null where the patterns did not fit. */
  readonly backgrounds: readonly (TreeBackground | null)[];
  readonly backgroundColumns: Float64Array;
  readonly backgroundWeights: Float64Array;
}

/**
 * Interventional Tree SHAP in the space of the trees' sum, exact in float64: the Shapley values of the game
 * v(S) = E over the background of f(row's values on S, background's values elsewhere), averaged with the background's
 * weights. Players are model features: ensemble columns that come from one feature move together.
 *
 * Values of a row sum to the row's tree sum minus the base value; base = weighted mean tree sum of the background. NaN
 * cells follow the trees' rule for missing values, after the pipeline's steps.
 * Matches the definition (shap 0.51 with feature_perturbation="interventional" rounds thresholds to float32 and can be far
 * off next to one, ALGORITHMS 9.1).
 * Time: preparing O(background * nodes); explaining, for each leaf, O(distinct row patterns * distinct background patterns).
 *
 * @throws LimpidError `BadRequest` without trees, for an empty background, or probabilities of a model whose sum is no
 *   probability; `Aborted`
 */
export async function prepareInterventional(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  signal?: AbortSignal,
): Promise<PreparedExplainer> {
  const { model, space } = requireTrees(spec, environment);
  const background = effectiveBackground(spec.background, environment.predictor.nFeatures);
  const forest = createForest(model);
  const { ensemble } = model;
  const columns = treeColumns(model, background.rows);
  const baseValues = ensemble.base.slice();
  const backgrounds: (TreeBackground | null)[] = [];
  const pacer = createPacer(signal);
  let kept = 0;
  for (let tree = 0; tree < ensemble.roots.length; tree++) {
    const patterns = backgroundOfTree(forest, tree, columns, background.weights);
    addExpectation(forest, tree, patterns, baseValues);
    const fits = kept + bytesOf(patterns) <= KEPT_BYTES;
    if (fits) kept += bytesOf(patterns);
    backgrounds.push(fits ? patterns : null);
    if (pacer.due()) await pacer.pause();
  }
  const ready: InterventionalForest = {
    ...forest,
    inverse: inverseBinomials(forest.slots),
    backgrounds,
    backgroundColumns: columns,
    backgroundWeights: background.weights,
  };
  return {
    baseValues,
    space,
    exact: true,
    additivity: 'measured',
    chunkRows: blockRows(forest),
    explain: async (rows, _rowIds, explainSignal) => ({
      values: await interventionalValues(ready, rows, explainSignal),
      standardErrors: null,
      evaluations: 0,
    }),
  };
}

/** Adds one tree's mean over the background to `base` [nOutputs]. */
function addExpectation(forest: Forest, tree: number, patterns: TreeBackground, base: Float64Array): void {
  const { ensemble } = forest.model;
  const { nOutputs } = ensemble;
  let position = 0;
  walkTree(ensemble, ensemble.roots[tree]!, forest.shapes[tree]!, forest.playerOf, new Float64Array(0), 0, null, (path) => {
    const weight = patterns.reached[position++]!;
    for (let output = 0; output < nOutputs; output++) base[output]! += weight * ensemble.leafValues[path.leaf * nOutputs + output]!;
  });
}

/** @returns [nOutputs][nRows * nFeatures] */
async function interventionalValues(
  forest: InterventionalForest,
  rows: EncodedRows,
  signal: AbortSignal | undefined,
): Promise<Float64Array[]> {
  const { ensemble } = forest.model;
  const { nRows, nFeatures } = rows;
  const values = Array.from({ length: ensemble.nOutputs }, () => new Float64Array(nRows * nFeatures));
  const pacer = createPacer(signal);
  const step = blockRows(forest);
  for (let start = 0; start < nRows; start += step) {
    const count = Math.min(step, nRows - start);
    const block = { nRows: count, nFeatures, values: rows.values.subarray(start * nFeatures, (start + count) * nFeatures) };
    const columns = treeColumns(forest.model, block);
    const game = new InterventionalGame(forest.inverse, forest.slots);
    const leaves = new LeafAccumulator(game, values, start, nFeatures, ensemble.leafValues);
    for (let tree = 0; tree < ensemble.roots.length; tree++) {
      const background = forest.backgrounds[tree] ?? backgroundOfTree(forest, tree, forest.backgroundColumns, forest.backgroundWeights);
      let leaf = 0;
      walkTree(ensemble, ensemble.roots[tree]!, forest.shapes[tree]!, forest.playerOf, columns, count, null, (path, patterns) => {
        game.enter(background, leaf++);
        leaves.add(path, patterns, count);
      });
      if (pacer.due()) await pacer.pause();
    }
  }
  return values;
}
