import { LimpidError } from '#/base/errors';
import { encodeRows } from '#/domain/encode-rows';
import type { Explanation } from '#/domain/explanation';
import type { ExplanationId } from '#/domain/ids';
import { revise } from '#/engine/commands/handler';
import { hashParts } from '#/engine/content-hash';
import type { JobOutcome, PermutationJob } from '#/engine/job';
import type { JobContext } from '#/engine/jobs/job-context';
import { knownTargetRows, targetOfRows } from '#/engine/target-rows';
import { metricByName } from '#/explainers/metrics';
import { selectRows } from '#/engine/selected-rows';
import { defaultMetric, permutationImportance } from '#/explainers/permutation-importance';

/** Permutation importance on rows with a known true value, as a global-only explanation that grows feature by feature. */
export async function runPermutation(job: PermutationJob, context: JobContext): Promise<JobOutcome> {
  const { model, table, target, outputs } = context.study();
  if (model === null || target === null) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: 'Permutation importance needs a model and true values.',
      hint: 'Open the model with a table that has the target column.',
    });
  }
  const started = context.now();
  const rowIds = selectRows(table, job.rows, { maxRows: job.maxRows, seed: job.seed, among: knownTargetRows(target) });
  const wanted = job.metric === null || job.metric.trim() === '' ? defaultMetric(outputs) : job.metric;
  const found = metricByName(wanted, outputs, context.facts.space);
  const metric = found?.id ?? wanted;
  const meaning = `${found?.greaterIsBetter === false ? 'rise' : 'drop'} in ${metric}`;
  const hash = await hashParts([JSON.stringify([metric, job.repeats, job.seed]), rowIds, context.modelKey]);
  const id = `permutation-${hash.slice(0, 8)}-${context.study().explanations.length}` as ExplanationId;
  const nFeatures = model.features.length;
  const overall = new Float64Array(nFeatures).fill(NaN);
  const spread = new Float64Array(nFeatures).fill(NaN);
  const view = { shown: false };
  let explanation: Explanation = {
    id,
    name: `Permutation importance (${metric})`,
    method: 'permutation-importance',
    featureSpace: 'raw',
    features: model.features,
    space: 'none',
    nOutputs: context.facts.nOutputs,
    rows: new Int32Array(0),
    completed: 0,
    state: 'running',
    local: null,
    standardErrors: null,
    baseValues: null,
    saved: { perOutput: null, overall, meaning: meaning, spread, signed: true },
    badge: { kind: 'unknown', reason: 'permutation importance does not add up to predictions' },
    provenance: {
      explainer: 'permutation-importance',
      semantics: 'Breiman 2001; scikit-learn permutation_importance',
      parameters: { metric, repeats: job.repeats, rows: rowIds.length, selection: job.rows?.kind ?? 'all' },
      seed: job.seed,
      backgroundHash: null,
      backgroundRows: null,
      evaluations: null,
      seconds: null,
      source: null,
    },
  };
  const publish = (state: Explanation['state'], baseScore: number): void => {
    explanation = {
      ...explanation,
      state,
      saved: { perOutput: null, overall: overall.slice(), meaning: meaning, spread: spread.slice(), signed: true },
      provenance: {
        ...explanation.provenance,
        parameters: { ...explanation.provenance.parameters, baseScore },
        seconds: (context.now() - started) / 1000,
      },
    };
    const current = explanation;
    if (!view.shown) {
      view.shown = true;
      context.apply({ kind: 'insert explanation', explanation: current, index: context.study().explanations.length });
      context.shows(id);
    } else {
      context.replace((study) =>
        revise(study, { explanations: study.explanations.map((other) => (other.id === id ? current : other)) }, 'explanations'),
      );
    }
  };
  let baseScore = NaN;
  let done = 0;
  try {
    const parts = permutationImportance(
      {
        predictor: context.predictor,
        rows: encodeRows(table, model.features, rowIds),
        outputs,
        target: targetOfRows(target, rowIds),
        metric,
        repeats: job.repeats,
        seed: job.seed,
      },
      context.signal,
    );
    context.progress(0, nFeatures);
    for await (const part of parts) {
      overall[part.feature] = part.mean;
      spread[part.feature] = part.deviation;
      baseScore = part.baseScore;
      done += 1;
      publish('running', baseScore);
      context.progress(done, nFeatures);
    }
    publish('complete', baseScore);
  } catch (error) {
    if (view.shown) publish(context.signal.aborted ? 'partial' : 'failed', baseScore);
    throw error;
  }
  return { kind: 'explanation', id, completed: done, total: nFeatures };
}
