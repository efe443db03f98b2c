import { throwIfAborted } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import { coversFromBackground } from '#/trees/covers';
import type { TreeEnsemble, TreeModel } from '#/domain/tree-model';
import { effectiveBackground } from '#/explainers/background';
import type { ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { createForest, requireTrees, type Forest } from '#/explainers/forest';
import { requireChoice, treeChoices, BANZHAF_SUMS } from '#/explainers/tree-parameters';
import { COVERS, plainPathSeconds } from '#/explainers/tree-path-dependent/path-costs';
import { PathGame } from '#/explainers/tree-path-dependent/path-weights';
import { prepareTreeValues } from '#/explainers/tree-values';
import { walkTree } from '#/explainers/tree-walk';

const NO_ROWS = new Float64Array(0);

/**
 * Path-dependent Tree SHAP in the space of the trees' sum: an unknown feature follows both branches in
 * proportion to the covers. Splits on one model feature are merged along a path, also when several ensemble columns come
 * from that feature (shap merges by ensemble column; the two agree when each column has its own feature).
 *
 * Covers: parameter `covers` = `auto` (default: the model's own where it has them, else from the background) or
 * `background` (the weight of the background rows that reach each node). Below a node that nothing reaches each child has
 * share 0.5. NaN cells follow the trees' rule for missing values.
 *
 * Parameter `interactions`: also the matrix of pairs (half of each pair's Shapley interaction off the diagonal). Parameter `values` =
 * `banzhaf`: Banzhaf values and interactions, which do not sum to the prediction.
 *
 * Shapley values of a row sum to the row's tree sum minus the base value; base = sum over leaves of value * product of shares.
 * Matches shap 0.51-0.54 TreeExplainer(feature_perturbation="tree_path_dependent") and its shap_interaction_values on the same
 * covers: exact in float64 with the plain code, within about 1e-6 of the largest value with the kernels (tree-values).
 *
 * @throws LimpidError `BadRequest` without trees, for unknown parameters, an empty background, or probabilities of a
 *   model whose sum is no probability; `Aborted`
 */
export async function preparePathDependent(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  signal?: AbortSignal,
): Promise<PreparedExplainer> {
  throwIfAborted(signal);
  const model = requireTrees(environment);
  if (spec.outputSpace === 'probability' && model.link !== 'identity') {
    throw new LimpidError({
      tag: 'BadRequest',
      message: `Path-dependent Tree SHAP explains the sum of the trees (${model.sumSpace}), not the probability.`,
      hint: 'Choose the raw output, or interventional Tree SHAP for probabilities.',
    });
  }
  const choices = treeChoices(spec.parameters);
  const nFeatures = environment.predictor.nFeatures;
  const ensemble = ensembleWithCovers(model, spec, nFeatures);
  const forest = createForest({ ...model, ensemble }, nFeatures);
  const values = await prepareTreeValues(
    {
      forest,
      cover: ensemble.cover,
      background: null,
      ...choices,
      nRows: spec.nRows,
      kernels: environment.kernels,
      plainSeconds: spec.nRows * plainPathSeconds(forest.leaves, forest.slots, choices.pairs),
      plainSetupSeconds: 0,
      plainGame: () => Promise.resolve(() => new PathGame(forest.slots, choices)),
    },
    signal,
  );
  return {
    baseValues: pathDependentBase(forest),
    space: model.sumSpace,
    exact: true,
    additivity: choices.banzhaf ? BANZHAF_SUMS : 'measured',
    chunkRows: values.chunkRows,
    explain: async (rows, _rowIds, explainSignal) => {
      const sums = await values.explain(rows, explainSignal);
      return {
        values: sums.values,
        standardErrors: null,
        evaluations: 0,
        ...(sums.interactions === null ? {} : { interactions: sums.interactions }),
      };
    },
  };
}

function ensembleWithCovers(model: TreeModel, spec: ExplainSpec, nFeatures: number): TreeEnsemble {
  const covers = requireChoice(spec.parameters, COVERS);
  if (covers === 'auto' && model.ensemble.cover !== null) return model.ensemble;
  const { rows, weights } = effectiveBackground(spec.background, nFeatures);
  return coversFromBackground(model, rows, weights);
}

/** @returns [nOutputs] expected tree sum under the covers */
function pathDependentBase(forest: Forest): Float64Array {
  const { ensemble } = forest.model;
  const { nOutputs } = ensemble;
  const base = ensemble.base.slice();
  ensemble.roots.forEach((root, tree) => {
    walkTree(ensemble, root, forest.shapes[tree]!, forest.playerOf, NO_ROWS, 0, ensemble.cover, (path) => {
      let share = 1;
      for (let slot = 0; slot < path.nSlots; slot++) share *= path.shares[slot]!;
      for (let output = 0; output < nOutputs; output++) base[output]! += share * ensemble.leafValues[path.leaf * nOutputs + output]!;
    });
  });
  return base;
}
