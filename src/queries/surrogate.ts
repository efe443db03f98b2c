/** The simple model behind a surrogate explanation, in a form that a page can draw: one of its trees, or its coefficients. */
import { LimpidError } from '#/base/errors';
import { setMembers } from '#/domain/category-set';
import type { Explanation } from '#/domain/explanation';
import type { SurrogateKind } from '#/domain/surrogate';
import { COMPARISONS, type ColumnSource, type Comparison, type TreeModel } from '#/domain/tree-model';
import type { Fidelity } from '#/domain/units';
import type { Question } from './question';
import { requireExplanation } from './resolve-scope';
import type { Scope } from './scope';
import { additiveUnit } from './unit-label';

export interface SurrogateParams {
  readonly scope: Scope;
  /** Which tree to show, from 0. */
  readonly tree: number;
  /** Levels below the root that are listed. */
  readonly depth: number;
}

export interface SurrogateNode {
  /** Position in the list of its parent; -1 for the root. */
  readonly parent: number;
  /** Whether it is the parent's `yes` side. */
  readonly yes: boolean;
  /** What is tested; null in leaves and where the listing stops. */
  readonly test: {
    readonly name: string;
    readonly comparison: Comparison;
    readonly threshold: number;
    readonly codes: readonly number[];
  } | null;
  /** Mean value of the leaves below, weighted by cover, one a stored output. */
  readonly values: readonly number[];
  /** Share of the training rows. */
  readonly share: number;
  /** Leaves below it that are not listed. */
  readonly hidden: number;
}

export interface SurrogateAnswer {
  readonly kind: SurrogateKind;
  readonly fidelity: Fidelity;
  readonly trainedOn: number;
  readonly unit: string;
  readonly nTrees: number;
  /** Parents before children; [] for linear surrogates. */
  readonly nodes: readonly SurrogateNode[];
  /** Largest |coefficient| first, of the first stored output; [] for trees. */
  readonly coefficients: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly intercepts: readonly number[];
}

export const surrogateQuestion: Question<SurrogateParams, SurrogateAnswer> = {
  id: 'surrogate',
  reads: ['explanations'],
  answer(study, { scope, tree, depth }) {
    const explanation = requireExplanation(study, scope);
    const { surrogate } = explanation;
    if (surrogate === undefined) throw new LimpidError({ tag: 'NotFound', message: 'The explanation comes from no surrogate.' });
    const { trees, linear } = surrogate;
    const shared = {
      kind: surrogate.kind,
      fidelity: surrogate.fidelity,
      trainedOn: surrogate.trainedOn,
      unit: additiveUnit(explanation.space, study.outputs),
    };
    if (trees !== null) {
      const nTrees = trees.ensemble.roots.length;
      const shown = Math.min(Math.max(0, Math.floor(tree)), nTrees - 1);
      return { ...shared, nTrees, nodes: listTree(explanation, trees, shown, depth), coefficients: [], intercepts: [] };
    }
    const nColumns = linear?.sources.length ?? 0;
    const coefficients = (linear?.sources ?? []).map((source, column) => ({
      name: columnName(explanation, source),
      values: Array.from({ length: linear!.nOutputs }, (_, output) => linear!.coefficients[output * nColumns + column]!),
    }));
    const size = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.abs(value), 0);
    coefficients.sort((a, b) => size(b.values) - size(a.values));
    return { ...shared, nTrees: 0, nodes: [], coefficients, intercepts: [...(linear?.intercepts ?? [])] };
  },
};

function columnName(explanation: Explanation, source: ColumnSource): string {
  return source.name ?? explanation.features[source.feature]?.name ?? `column ${source.feature}`;
}

function listTree(explanation: Explanation, model: TreeModel, tree: number, depth: number): SurrogateNode[] {
  const { ensemble, sources } = model;
  const { nOutputs, cover } = ensemble;
  const nodes: SurrogateNode[] = [];
  const root = ensemble.roots[tree]!;
  const whole = cover?.[root] ?? 0;
  const sum = (node: number): { values: number[]; weight: number; leaves: number } => {
    if (ensemble.feature[node]! < 0) {
      const at = ensemble.leaf[node]! * nOutputs;
      const weight = cover?.[node] ?? 1;
      return { values: Array.from({ length: nOutputs }, (_, k) => ensemble.leafValues[at + k]! * weight), weight, leaves: 1 };
    }
    const yes = sum(ensemble.yes[node]!);
    const no = sum(ensemble.no[node]!);
    return {
      values: yes.values.map((value, k) => value + no.values[k]!),
      weight: yes.weight + no.weight,
      leaves: yes.leaves + no.leaves,
    };
  };
  const list = (node: number, parent: number, yes: boolean, level: number): void => {
    const below = sum(node);
    const feature = ensemble.feature[node]!;
    const stops = feature < 0 || level >= depth;
    const comparison = COMPARISONS[ensemble.comparison[node]!]!;
    const threshold = ensemble.threshold[node]!;
    const at = nodes.length;
    nodes.push({
      parent,
      yes,
      test:
        feature < 0 || stops
          ? null
          : {
              name: columnName(explanation, sources[feature]!),
              comparison,
              threshold,
              codes: comparison === 'in' ? setMembers(ensemble.categorySets[threshold]!) : [],
            },
      values: below.values.map((value) => value / Math.max(below.weight, Number.MIN_VALUE)),
      share: whole > 0 ? below.weight / whole : NaN,
      hidden: stops && feature >= 0 ? below.leaves : 0,
    });
    if (stops) return;
    list(ensemble.yes[node]!, at, true, level + 1);
    list(ensemble.no[node]!, at, false, level + 1);
  };
  list(root, -1, true, 0);
  return nodes;
}
