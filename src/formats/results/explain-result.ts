/** A finished explanation as the command line writes it: nested by output, row and feature. */
import { ruleText, type AnchorRule, type Predicate } from '#/domain/anchor-rule';
import { decodeCell } from '#/domain/encoded-cell';
import type { Explanation, LocalBlocks, Provenance } from '#/domain/explanation';
import type { FeatureSchema } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { classLabels } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import type { AdditivityBadge, Fidelity } from '#/domain/units';

/** Numbers of one stored output each; `values` row-major [rows, features], `interactions` [rows, features, features]. */
export interface ExplainResult {
  readonly explainer: string;
  /** The space that values add up in: `log-odds`, `probability`, `value`. */
  readonly units: string;
  /** What the stored outputs are: class 1 of a binary model, every class, or the target. */
  readonly outputs: readonly string[];
  readonly featureNames: readonly string[];
  /** Rows of the data file, from 0. */
  readonly rows: Int32Array;
  /** [nOutputs]; null where the method has none. */
  readonly baseValues: Float64Array | null;
  /** Null for methods that give rules. */
  readonly values: readonly Float64Array[] | null;
  readonly interactions: readonly Float64Array[] | null;
  readonly standardErrors: readonly Float64Array[] | null;
  readonly rules: readonly (RuleResult | null)[] | null;
  /** [nOutputs][rows] in prediction space. */
  readonly predictions: readonly Float64Array[];
  /** max |inverse link(sum + base) - prediction| over the rows; null where sums are not predictions. */
  readonly additivityResidual: number | null;
  readonly provenance: ResultProvenance;
}

export interface ResultProvenance extends Omit<Provenance, 'background'> {
  readonly method: string;
  readonly featureSpace: Explanation['featureSpace'];
  readonly predictionSpace: string | null;
  readonly additivity: AdditivityBadge['kind'];
  /** How well the surrogate agrees with the model, where one was trained. */
  readonly fidelity: Fidelity | null;
  readonly model: string | null;
  readonly data: string;
}

interface RuleResult {
  /** `age ≤ 30 and sex = male`. */
  readonly text: string;
  readonly predicates: readonly PredicateResult[];
  readonly precision: number;
  readonly precisionLow: number;
  readonly precisionHigh: number;
  readonly coverage: number;
  readonly predictedClass: string;
  readonly success: boolean;
  readonly evaluations: number;
}

/** Open sides of a range are null. */
export type PredicateResult =
  | { readonly feature: string; readonly kind: 'is'; readonly values: readonly (string | number | boolean | null)[] }
  | { readonly feature: string; readonly kind: 'between'; readonly above: number | null; readonly upTo: number | null }
  | { readonly feature: string; readonly kind: 'missing' };

/** Names of the stored outputs: class 1 of a binary model, every class, or the target. */
export function outputNames(outputs: Outputs): readonly string[] {
  const labels = classLabels(outputs);
  return labels.length === 0 ? [outputs.targetName] : labels.length === 2 ? labels.slice(1) : labels;
}

/** @param explanation - complete, of this study */
export function explainResult(study: Study, explanation: Explanation): ExplainResult {
  const { badge, rows, rules, surrogate } = explanation;
  const provenance: Omit<Provenance, 'background'> & { background?: unknown } = { ...explanation.provenance };
  // Rows of a file do not belong into a result; their hash and number stay.
  delete provenance.background;
  return {
    explainer: explanation.method,
    units: explanation.space,
    outputs: outputNames(study.outputs),
    featureNames: explanation.features.map(({ name }) => name),
    rows,
    baseValues: explanation.baseValues,
    values: joinBlocks(explanation.local),
    interactions: joinBlocks(explanation.interactions ?? null),
    standardErrors: joinBlocks(explanation.standardErrors),
    rules: rules?.map((rule) => (rule === null ? null : describeRule(rule, study))) ?? null,
    predictions: (study.predictions?.values ?? []).map((values) => Float64Array.from(rows, (row) => values[row] ?? NaN)),
    additivityResidual: 'maxResidual' in badge ? badge.maxResidual : null,
    provenance: {
      ...provenance,
      method: explanation.name,
      featureSpace: explanation.featureSpace,
      predictionSpace: study.predictions?.space ?? null,
      additivity: badge.kind,
      fidelity: surrogate?.fidelity ?? null,
      model: study.model?.name ?? null,
      data: study.table.name,
    },
  };
}

/** The blocks of each output one behind the other. */
function joinBlocks(blocks: LocalBlocks | null): readonly Float64Array[] | null {
  if (blocks === null) return null;
  return blocks.map((output) => {
    const joined = new Float64Array(output.reduce((sum, block) => sum + block.length, 0));
    let at = 0;
    for (const block of output) {
      joined.set(block, at);
      at += block.length;
    }
    return joined;
  });
}

function describeRule(rule: AnchorRule, study: Study): RuleResult {
  const features = study.model?.features ?? [];
  return {
    text: ruleText(features, rule.predicates),
    ...rule,
    predicates: rule.predicates.map((predicate) => describePredicate(predicate, features)),
    predictedClass: classLabels(study.outputs)[rule.predictedClass] ?? String(rule.predictedClass),
  };
}

function describePredicate(predicate: Predicate, features: readonly FeatureSchema[]): PredicateResult {
  const schema = features[predicate.feature];
  const feature = schema?.name ?? String(predicate.feature);
  switch (predicate.kind) {
    case 'is':
      return { feature, kind: 'is', values: predicate.codes.map((code) => (schema === undefined ? code : decodeCell(schema, code))) };
    case 'between':
      return { feature, kind: 'between', above: finite(predicate.above), upTo: finite(predicate.upTo) };
    case 'missing':
      return { feature, kind: 'missing' };
    default:
      return predicate satisfies never;
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
