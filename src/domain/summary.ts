import type { Explanation, ExplanationState } from '#/domain/explanation';
import type { ModelAsset } from '#/domain/model';
import type { Outputs, PredictionSpace } from '#/domain/outputs';
import type { Finding, Revisions, Study } from '#/domain/study';
import type { SurrogateKind } from '#/domain/surrogate';
import type { ColumnRole } from '#/domain/table';
import type { AdditiveSpace, AdditivityBadge, Fidelity } from '#/domain/units';

export interface ExplanationSummary {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly semantics: string;
  readonly featureSpace: Explanation['featureSpace'];
  /** What else the explanation holds beside values. */
  readonly hasInteractions: boolean;
  readonly hasRules: boolean;
  readonly surrogate: { readonly kind: SurrogateKind; readonly fidelity: Fidelity } | null;
  readonly space: AdditiveSpace;
  readonly featureNames: readonly string[];
  /** Table column of each feature, null without data. */
  readonly featureColumns: readonly (number | null)[];
  readonly nRows: number;
  readonly completed: number;
  readonly state: ExplanationState;
  readonly hasLocal: boolean;
  readonly hasErrors: boolean;
  /** What it was explained against (`sample of 100`, `sex is Female`); null for files and for methods without background. */
  readonly against: string | null;
  /** Hidden layer that it is about; null for all but layer methods. */
  readonly layer: string | null;
  readonly badge: AdditivityBadge;
  readonly seconds: number | null;
}

/** What the page holds of a study: names and facts, never columns. Views say `needs(summary)`. */
export interface StudySummary {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly notes: string;
  readonly tableName: string;
  readonly nRows: number;
  readonly columns: readonly { readonly name: string; readonly kind: string; readonly role: ColumnRole; readonly labels: number }[];
  readonly outputs: Outputs;
  readonly predictionSpace: PredictionSpace | null;
  readonly hasPredictions: boolean;
  readonly hasTarget: boolean;
  readonly model: {
    readonly name: string;
    readonly kind: ModelAsset['kind'];
    readonly featureNames: readonly string[];
    readonly bytes: number;
  } | null;
  readonly explanations: readonly ExplanationSummary[];
  readonly points: readonly {
    readonly id: string;
    readonly name: string;
    readonly baseRow: number;
    readonly values: Float64Array;
    readonly prediction: Float64Array;
  }[];
  readonly findings: readonly Finding[];
  readonly revisions: Revisions;
}

/** Values of features can be summed over groups: there are some, they are finished, and their players are features. */
export function canGroupFeatures(one: ExplanationSummary): boolean {
  return one.featureNames.length > 1 && one.state !== 'running' && !one.hasRules && one.featureSpace !== 'layer';
}

function againstOf({ provenance }: Explanation): string | null {
  const against = provenance.parameters.background;
  return typeof against === 'string' && provenance.backgroundRows !== null ? against : null;
}

function summariseExplanation(explanation: Explanation): ExplanationSummary {
  return {
    id: explanation.id,
    name: explanation.name,
    method: explanation.method,
    semantics: explanation.provenance.semantics,
    featureSpace: explanation.featureSpace,
    hasInteractions: explanation.interactions !== undefined,
    hasRules: explanation.rules !== undefined,
    surrogate: explanation.surrogate ? { kind: explanation.surrogate.kind, fidelity: explanation.surrogate.fidelity } : null,
    space: explanation.space,
    featureNames: explanation.features.map((feature) => feature.name),
    featureColumns: explanation.features.map((feature) => feature.column),
    nRows: explanation.rows.length,
    completed: explanation.completed,
    state: explanation.state,
    hasLocal: explanation.local !== null,
    hasErrors: explanation.standardErrors !== null,
    against: againstOf(explanation),
    layer: explanation.featureSpace === 'layer' ? String(explanation.provenance.parameters.layer ?? '') : null,
    badge: explanation.badge,
    seconds: explanation.provenance.seconds,
  };
}

export function summariseStudy(study: Study): StudySummary {
  return {
    id: study.id,
    name: study.name,
    description: study.description,
    notes: study.notes,
    tableName: study.table.name,
    nRows: study.table.nRows,
    columns: study.table.columns.map((column) => ({
      name: column.name,
      kind: column.kind,
      role: column.role,
      labels: column.kind === 'categorical' ? column.labels.length : 0,
    })),
    outputs: study.outputs,
    predictionSpace: study.predictions?.space ?? null,
    hasPredictions: study.predictions !== null,
    hasTarget: study.target !== null,
    model:
      study.model === null
        ? null
        : {
            name: study.model.name,
            kind: study.model.kind,
            featureNames: study.model.features.map((feature) => feature.name),
            bytes: study.model.bytes.byteLength,
          },
    explanations: study.explanations.map(summariseExplanation),
    points: study.points.map((point) => ({
      id: point.id,
      name: point.name,
      baseRow: point.baseRow,
      values: point.values,
      prediction: point.prediction,
    })),
    findings: study.findings,
    revisions: study.revisions,
  };
}
