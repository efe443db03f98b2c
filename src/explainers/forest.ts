import { LimpidError } from '#/base/errors';
import type { EncodedRows } from '#/domain/model';
import { encodeForTrees } from '#/trees/apply-steps';
import type { TreeModel } from '#/domain/tree-model';
import type { ExplainerEnvironment } from '#/explainers/explainer';
import { treeShape, type TreeShape } from '#/explainers/tree-walk';

/** A tree model made ready for walks: players, and the shape of every tree. */
export interface Forest {
  readonly model: TreeModel;
  /** Model features; each is a player. */
  readonly nFeatures: number;
  /** Player (model feature) of each ensemble feature: columns made from one raw feature are one player. */
  readonly playerOf: Int32Array;
  /** By tree. */
  readonly shapes: readonly TreeShape[];
  /** Most players on one path of any tree. */
  readonly slots: number;
  readonly leaves: number;
}

export function createForest(model: TreeModel, nFeatures: number): Forest {
  const playerOf = Int32Array.from(model.sources, (source) => source.feature);
  const shapes = Array.from(model.ensemble.roots, (root) => treeShape(model.ensemble, root, playerOf));
  return {
    model,
    nFeatures,
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

/** Rows [start, start + count) of a table: a view. */
export function rowBlock(rows: EncodedRows, start: number, count: number): EncodedRows {
  const { nFeatures } = rows;
  return { nRows: count, nFeatures, values: rows.values.subarray(start * nFeatures, (start + count) * nFeatures) };
}

/** @throws LimpidError `BadRequest` without a tree model */
export function requireTrees(environment: ExplainerEnvironment): TreeModel {
  if (environment.trees !== null) return environment.trees;
  throw new LimpidError({
    tag: 'BadRequest',
    message: 'This model is not a tree ensemble that Limpid can read.',
    hint: 'Use Kernel SHAP, which only needs predictions.',
  });
}

/** Rows of one block of the plain code: one tree of the forest takes well under 100 ms on it. Depends on the model alone. */
export function blockRows(forest: Forest): number {
  const heaviest = forest.shapes.reduce((most, shape) => Math.max(most, shape.leaves * (shape.slots + 4)), 1);
  return Math.min(512, Math.max(8, Math.floor(4_000_000 / heaviest)));
}
