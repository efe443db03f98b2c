import { throwIfAborted } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { EncodedRows } from '#/domain/model';
import { coversFromBackground } from '#/trees/covers';
import type { TreeEnsemble, TreeModel } from '#/domain/tree-model';
import { effectiveBackground } from '#/explainers/background';
import type { ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { blockRows, createForest, requireTrees, treeColumns, type Forest } from '#/explainers/forest';
import { LeafAccumulator } from '#/explainers/leaf-values';
import { createPacer } from '#/explainers/pacer';
import { walkTree } from '#/explainers/tree-walk';
import { PathGame } from '#/explainers/tree-path-dependent/path-weights';

const NO_ROWS = new Float64Array(0);

/**
 * Path-dependent Tree SHAP in the space of the trees' sum, exact in float64: an unknown feature follows both branches in
 * proportion to the covers. Splits on one model feature are merged along a path, also when several ensemble columns come
 * from that feature (shap merges by ensemble column; the two agree when each column has its own feature).
 *
 * Covers: parameter `covers` = `auto` (default: the model's own where it has them, else from the background) or
 * `background` (the weight of the background rows that reach each node). Below a node that nothing reaches each child has
 * share 0.5. NaN cells follow the trees' rule for missing values.
 *
 * Values of a row sum to the row's tree sum minus the base value; base = sum over leaves of value * product of shares.
 * Matches shap 0.51-0.54 TreeExplainer(feature_perturbation="tree_path_dependent") on the same covers.
 * Time: O(leaves * slots^2 / 2) a row at worst, less where rows share patterns.
 *
 * @throws LimpidError `BadRequest` without trees, for an unknown `covers`, an empty background, or probabilities of a
 *   model whose sum is no probability; `Aborted`
 */
export function preparePathDependent(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): PreparedExplainer {
  throwIfAborted(signal);
  const { model, space } = requireTrees(spec, environment);
  const nFeatures = environment.predictor.nFeatures;
  const ensemble = ensembleWithCovers(model, spec, nFeatures);
  const forest = createForest({ ...model, ensemble });
  return {
    baseValues: pathDependentBase(forest),
    space,
    exact: true,
    additivity: 'measured',
    chunkRows: blockRows(forest),
    explain: async (rows, _rowIds, signal) => ({
      values: await pathDependentValues(forest, rows, signal),
      standardErrors: null,
      evaluations: 0,
    }),
  };
}

function ensembleWithCovers(model: TreeModel, spec: ExplainSpec, nFeatures: number): TreeEnsemble {
  const covers = spec.parameters.covers ?? 'auto';
  if (covers !== 'auto' && covers !== 'background') {
    throw new LimpidError({ tag: 'BadRequest', message: `Covers can be "auto" or "background", not "${covers}".` });
  }
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

/** @returns [nOutputs][nRows * nFeatures] */
async function pathDependentValues(forest: Forest, rows: EncodedRows, signal: AbortSignal | undefined): Promise<Float64Array[]> {
  const { ensemble } = forest.model;
  const { nRows, nFeatures } = rows;
  const values = Array.from({ length: ensemble.nOutputs }, () => new Float64Array(nRows * nFeatures));
  const pacer = createPacer(signal);
  const step = blockRows(forest);
  for (let start = 0; start < nRows; start += step) {
    const count = Math.min(step, nRows - start);
    const block = { nRows: count, nFeatures, values: rows.values.subarray(start * nFeatures, (start + count) * nFeatures) };
    const columns = treeColumns(forest.model, block);
    const leaves = new LeafAccumulator(new PathGame(forest.slots), values, start, nFeatures, ensemble.leafValues);
    for (let tree = 0; tree < ensemble.roots.length; tree++) {
      walkTree(ensemble, ensemble.roots[tree]!, forest.shapes[tree]!, forest.playerOf, columns, count, ensemble.cover, (path, patterns) => {
        leaves.add(path, patterns, count);
      });
      if (pacer.due()) await pacer.pause();
    }
  }
  return values;
}
