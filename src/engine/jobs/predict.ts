import { encodeRows } from '#/domain/encode-rows';
import { isClassifier, predictedClassOf } from '#/domain/outputs';
import type { Predictions, Study } from '#/domain/study';
import { LimpidError } from '#/base/errors';
import { revise } from '#/engine/commands/handler';
import type { JobOutcome } from '#/engine/job';
import type { JobContext } from '#/engine/jobs/job-context';

const STEP_ROWS = 16_384;

/** Predicts every row of the table; the study gets all predictions at once when they are complete. */
export async function runPredict(context: JobContext): Promise<JobOutcome> {
  const { model, table } = context.study();
  if (model === null) throw new LimpidError({ tag: 'BadRequest', message: 'There is no model to predict with.' });
  const { nOutputs, space } = context.facts;
  const values = Array.from({ length: nOutputs }, () => new Float64Array(table.nRows));
  for (let start = 0; start < table.nRows; start += STEP_ROWS) {
    const rows = Int32Array.from({ length: Math.min(STEP_ROWS, table.nRows - start) }, (_, i) => start + i);
    const predicted = await context.predictor.predict(encodeRows(table, model.features, rows), context.signal);
    for (let i = 0; i < rows.length; i++) for (let k = 0; k < nOutputs; k++) values[k]![start + i] = predicted[i * nOutputs + k]!;
    context.progress(start + rows.length, table.nRows);
  }
  context.replace((study) => revise(study, { predictions: toPredictions(study, space, values) }, 'predictions'));
  return { kind: 'predicted' };
}

export function toPredictions(study: Study, space: Predictions['space'], values: readonly Float64Array[]): Predictions {
  const nRows = values[0]?.length ?? 0;
  const stored = new Float64Array(values.length);
  let classes: Int32Array | null = null;
  if (isClassifier(study.outputs)) {
    classes = new Int32Array(nRows);
    for (let row = 0; row < nRows; row++) {
      for (let k = 0; k < values.length; k++) stored[k] = values[k]![row]!;
      classes[row] = predictedClassOf(study.outputs, space, stored);
    }
  }
  return { space, values, classes, source: 'model' };
}
