import { isClassifier, storedOutputCount } from '#/domain/outputs';
import type { StudySummary } from '#/domain/summary';
import type { MetricId } from '#/explainers/metrics';
import type { ExplainerOffer, ExplainJob, ExplainPlan, PermutationJob, RowSelection } from '#/engine/job';

/** What the engine offers for a model's kind of output (explainers/metrics decides; a wrong one is refused with its reason). */
export function metricsOf(study: StudySummary): readonly MetricId[] {
  const { outputs, predictionSpace: space } = study;
  if (!isClassifier(outputs)) return ['R²', 'MAE', 'RMSE', 'MSE'];
  const metrics: MetricId[] = ['accuracy', 'macro F1'];
  if (space === 'probability' || space === 'logit') metrics.push('log loss');
  if (space !== 'label only' && storedOutputCount(outputs) === 1) metrics.push('AUC');
  return metrics;
}

export type MethodId = ExplainerOffer['id'] | 'permutation';

/** Everything that the dialog lets a person choose. */
export interface ExplainForm {
  /** Null: the recommended one. */
  readonly method: MethodId | null;
  readonly rows: 'fit' | 'all' | 'sample';
  readonly sampleRows: number;
  readonly backgroundRows: number;
  /** Null: the explainer's first. */
  readonly outputSpace: ExplainJob['outputSpace'] | null;
  readonly seed: number;
  /** Kernel SHAP: coalitions a row, 0 chooses. */
  readonly budget: number;
  /** Null: the first of `metricsOf`. */
  readonly metric: MetricId | null;
  readonly repeats: number;
}

export const FIRST_FORM: ExplainForm = {
  method: null,
  rows: 'fit',
  sampleRows: 1000,
  backgroundRows: 100,
  outputSpace: null,
  seed: 0,
  budget: 0,
  metric: null,
  repeats: 5,
};

const FIT_SECONDS = 20;
/** Even where they take longer. */
export const FIT_AT_LEAST = 20;
const PERMUTATION_ROWS = 5000;
/** Beyond this, fewer rows must be asked for (ARCHITECTURE, memory). */
export const MAX_BYTES = 512e6;

export function parametersOf(form: ExplainForm, method: MethodId): ExplainJob['parameters'] {
  return method === 'kernel' && form.budget > 0 ? { budget: form.budget } : {};
}

export function explainJobOf(form: ExplainForm, offer: ExplainerOffer): ExplainJob {
  return {
    kind: 'explain',
    explainer: offer.id,
    rows: rowsOf(form),
    background: { kind: 'sample', count: form.backgroundRows },
    outputSpace: form.outputSpace ?? offer.outputSpaces[0]?.space ?? 'raw',
    seed: form.seed,
    parameters: parametersOf(form, offer.id),
  };
}

export function permutationJobOf(form: ExplainForm): PermutationJob {
  return { kind: 'permutation importance', metric: form.metric, repeats: form.repeats, maxRows: PERMUTATION_ROWS, seed: form.seed };
}

function rowsOf(form: ExplainForm): RowSelection {
  switch (form.rows) {
    case 'fit':
      return { kind: 'fit', seconds: FIT_SECONDS, atLeast: FIT_AT_LEAST };
    case 'all':
      return { kind: 'all' };
    case 'sample':
      return { kind: 'sample', count: form.sampleRows };
    default:
      return form.rows satisfies never;
  }
}

export interface Cost {
  readonly rows: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** What a run would cost, as the engine estimates it. */
export function costOf(form: ExplainForm, offer: ExplainerOffer, plan: ExplainPlan): Cost | null {
  if (offer.estimate === null) return null;
  const rows = form.rows === 'all' ? plan.nRows : form.rows === 'fit' ? offer.fitRows : Math.min(form.sampleRows, plan.nRows);
  return { rows, seconds: (rows * offer.estimate.secondsPerRow) / plan.lanes, bytes: rows * offer.estimate.bytesPerRow };
}
