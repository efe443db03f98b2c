import { LimpidError } from '#/base/errors';
import type { Explanation } from '#/domain/explanation';
import type { ExplanationId } from '#/domain/ids';
import type { JobOutcome } from '#/engine/job';
import type { JobContext } from '#/engine/jobs/job-context';

/** Puts the importances that the model brings itself beside the computed ones: one global-only explanation for each kind. */
export function runNativeImportance(context: JobContext): Promise<JobOutcome> {
  const { model } = context.study();
  const { importances, nOutputs } = context.facts;
  if (model === null || importances.length === 0)
    throw new LimpidError({
      tag: 'BadRequest',
      message: 'The model brings no importances of its own.',
      hint: 'Use permutation importance.',
    });
  context.progress(0, importances.length);
  let last = '' as ExplanationId;
  importances.forEach(({ meaning, values }, at) => {
    const id = `native-${meaning.replaceAll(/[^a-z]+/g, '-')}-${context.study().explanations.length}` as ExplanationId;
    const explanation: Explanation = {
      id,
      name: `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)} (model)`,
      method: 'native-importance',
      featureSpace: 'raw',
      features: model.features,
      space: 'none',
      nOutputs,
      rows: new Int32Array(0),
      completed: 0,
      state: 'complete',
      local: null,
      standardErrors: null,
      baseValues: null,
      saved: { perOutput: null, overall: values, meaning, spread: null, signed: false },
      badge: { kind: 'unknown', reason: `${meaning} does not add up to predictions` },
      provenance: {
        explainer: 'native-importance',
        semantics: 'as the training library wrote it',
        parameters: { meaning },
        seed: null,
        backgroundHash: null,
        backgroundRows: null,
        evaluations: 0,
        seconds: 0,
        source: null,
      },
    };
    context.apply({ kind: 'insert explanation', explanation, index: context.study().explanations.length });
    context.shows(id);
    context.progress(at + 1, importances.length);
    last = id;
  });
  return Promise.resolve({ kind: 'explanation', id: last, completed: importances.length, total: importances.length });
}
