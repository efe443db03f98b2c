import { LimpidError } from '#/base/errors';
import { setMembers } from '#/domain/category-set';
import type { EncodedRows } from '#/domain/model';
import type { DecisionPath, PathStep } from '#/domain/decision-path';
import { applySteps } from '#/domain/column-steps';
import { COMPARISONS, type ColumnSource, type TreeModel } from '#/domain/tree-model';
import { encodeForTrees } from './apply-steps';
import { goesYes, isMember } from './covers';

/**
 * The way of one row through one tree, and what every tree adds to its sum (with the base values: the row's tree sum).
 * NaN cells follow the trees' rule for missing values.
 * @param row - [nFeatures] over the model's features; not modified
 * @throws LimpidError `BadRequest` for a tree that does not exist
 */
export function decisionPath(model: TreeModel, row: Float64Array, tree: number): DecisionPath {
  const { ensemble, sources } = model;
  const nTrees = ensemble.roots.length;
  if (!Number.isInteger(tree) || tree < 0 || tree >= nTrees)
    throw new LimpidError({ tag: 'BadRequest', message: `The model has no tree ${tree}.`, hint: `Trees count from 0 to ${nTrees - 1}.` });
  const rows: EncodedRows = { nRows: 1, nFeatures: row.length, values: row };
  const x = encodeForTrees(model, rows);
  const { nOutputs } = ensemble;
  const contributions = new Float64Array(nTrees * nOutputs);
  const walk = (root: number, visit: (node: number, yes: boolean) => void): number => {
    let node = root;
    while (ensemble.feature[node]! >= 0) {
      const yes = goesYes(ensemble, node, x[ensemble.feature[node]!]!);
      visit(node, yes);
      node = yes ? ensemble.yes[node]! : ensemble.no[node]!;
    }
    return node;
  };
  const valuesOf = (leaf: number): Float64Array => {
    const at = ensemble.leaf[leaf]! * nOutputs;
    return ensemble.leafValues.slice(at, at + nOutputs);
  };
  for (let t = 0; t < nTrees; t++) contributions.set(valuesOf(walk(ensemble.roots[t]!, () => undefined)), t * nOutputs);
  const steps: PathStep[] = [];
  const leaf = walk(ensemble.roots[tree]!, (node, yes) => {
    const column = ensemble.feature[node]!;
    const comparison = COMPARISONS[ensemble.comparison[node]!]!;
    const threshold = ensemble.threshold[node]!;
    const source = sources[column]!;
    steps.push({
      feature: source.feature,
      name: source.name ?? null,
      comparison,
      threshold,
      codes: comparison === 'in' ? membersAsCodes(source, ensemble.categorySets[threshold]!) : [],
      value: comparison === 'in' ? row[source.feature]! : x[column]!,
      yes,
    });
  });
  return { nTrees, tree, steps, leaf: valuesOf(leaf), leafCover: ensemble.cover?.[leaf] ?? NaN, contributions };
}

/** The feature's own codes that a set admits: libraries number categories their own way behind a `lookup` step. */
function membersAsCodes({ steps }: ColumnSource, set: Uint32Array): number[] {
  const lookup = steps.find((step) => step.kind === 'lookup');
  if (lookup === undefined) return setMembers(set);
  return [...lookup.values.keys()].filter((code) => isMember(set, applySteps(steps, code)));
}
