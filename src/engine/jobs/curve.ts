import { LimpidError } from '#/base/errors';
import { sampleIndices } from '#/base/rng';
import { encodeRows } from '#/domain/encode-rows';
import type { CurveJob, JobOutcome } from '#/engine/job';
import type { JobContext } from '#/engine/jobs/job-context';
import { partialDependence } from '#/explainers/curves';

/** Partial dependence of one feature over a seeded sample of rows, in prediction space. */
export async function runCurve(job: CurveJob, context: JobContext): Promise<JobOutcome> {
  const { model, table } = context.study();
  if (model === null) throw new LimpidError({ tag: 'BadRequest', message: 'A partial dependence curve needs a model.' });
  const rowIds = sampleIndices(table.nRows, job.maxRows, job.seed);
  const result = await partialDependence(
    {
      predictor: context.predictor,
      rows: encodeRows(table, model.features, rowIds),
      feature: job.feature,
      grid: job.grid,
      keepLines: job.lines,
    },
    context.signal,
    (done, total) => context.progress(done, total),
  );
  return {
    kind: 'curve',
    grid: job.grid,
    average: result.average,
    lines: result.lines,
    lineRows: result.lineRows.map((position) => rowIds[position]!),
    nRows: rowIds.length,
    nOutputs: context.facts.nOutputs,
  };
}
