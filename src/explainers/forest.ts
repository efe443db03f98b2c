import { LimpidError } from '#/base/errors';
import type { EncodedRows } from '#/domain/model';
import type { AdditiveSpace } from '#/domain/units';
import { encodeForTrees } from '#/trees/apply-steps';
import type { TreeModel } from '#/domain/tree-model';
import type { ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { treeShape, type TreeShape } from '#/explainers/tree-walk';

/** A tree model made ready for walks: players, and the shape of every tree. */
export interface Forest {
  readonly model: TreeModel;
  /** Player (model feature) of each ensemble feature: columns made from one raw feature are one player. */
  readonly playerOf: Int32Array;
  /** By tree. */
  readonly shapes: readonly TreeShape[];
  /** Most players on one path of any tree. */
  readonly slots: number;
  readonly leaves: number;
}

export function createForest(model: TreeModel): Forest {
  const playerOf = Int32Array.from(model.sources, (source) => source.feature);
  const shapes = Array.from(model.ensemble.roots, (root) => treeShape(model.ensemble, root, playerOf));
  return {
    model,
    playerOf,
    shapes,
    slots: shapes.reduce((most, shape) => Math.max(most, shape.slots), 0),
    leaves: shapes.reduce((sum, shape) => sum + shape.leaves, 0),
  };
}

/**
 * Rows as walks need them: what the trees compare, column-major [ensemble features][nRows].
 * @param rows - [nRows, nFeatures] over the model's features; not modified
 */
export function treeColumns(model: TreeModel, rows: EncodedRows): Float64Array {
  const encoded = encodeForTrees(model, rows);
  const width = model.ensemble.nFeatures;
  const columns = new Float64Array(encoded.length);
  for (let row = 0; row < rows.nRows; row++) {
    for (let column = 0; column < width; column++) columns[column * rows.nRows + row] = encoded[row * width + column]!;
  }
  return columns;
}

/**
 * The tree model to explain and the space its values add up in.
 * @throws LimpidError `BadRequest` without a tree model, or for probabilities of a model whose sum is no probability
 */
export function requireTrees(spec: ExplainSpec, environment: ExplainerEnvironment): { model: TreeModel; space: AdditiveSpace } {
  const model = environment.trees;
  if (model === null) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: 'This model is not a tree ensemble that Limpid can read.',
      hint: 'Use Kernel SHAP, which only needs predictions.',
    });
  }
  if (spec.outputSpace === 'probability' && model.link !== 'identity') {
    throw new LimpidError({
      tag: 'BadRequest',
      message: `Tree SHAP explains the sum of the trees (${model.sumSpace}), not the probability.`,
      hint: 'Choose the raw output, or Kernel SHAP for probabilities.',
    });
  }
  return { model, space: model.sumSpace };
}

/** Rows of one block: one tree of the forest takes well under 100 ms on it. Depends on the model alone. */
export function blockRows(forest: Forest): number {
  const heaviest = forest.shapes.reduce((most, shape) => Math.max(most, shape.leaves * (shape.slots + 4)), 1);
  return Math.min(512, Math.max(8, Math.floor(4_000_000 / heaviest)));
}
