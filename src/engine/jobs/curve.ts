import { LimpidError } from '#/base/errors';
import { encodeRows } from '#/domain/encode-rows';
import type { ModelAsset } from '#/domain/model';
import type { ComputeResult, ComputeTask } from '#/engine/compute-task';
import type { CurveJob, JobOutcome } from '#/engine/job';
import type { JobContext } from '#/engine/jobs/job-context';
import { selectRows } from '#/engine/selected-rows';
import { accumulatedEffects, effectEdges } from '#/explainers/accumulated-effects';
import { evenly, type GridAxes } from '#/explainers/curves';

/** Points of a chunk: small enough for several lanes, large enough to be worth a message. */
const CHUNK_POINTS = 16_384;
const EFFECT_CHUNK_ROWS = 2048;
/** Bins of accumulated effects when the caller names no edges. */
const EFFECT_BINS = 40;
const LEAST_ROWS_IN_A_BIN = 4;

/**
 * Partial dependence with ICE lines, its surface over two features, or accumulated local effects over a seeded sample of rows, in
 * prediction space. Rows go to the lanes in chunks whose borders depend on the job alone, and chunks add up in their order: 1, 2 and 4
 * lanes give the same bits.
 */
export async function runCurve(job: CurveJob, context: JobContext): Promise<JobOutcome> {
  const { model, table } = context.study();
  if (model === null) throw new LimpidError({ tag: 'BadRequest', message: 'A partial dependence curve needs a model.' });
  const rowIds = selectRows(table, job.rows, job);
  const outcome = { kind: 'curve', nRows: rowIds.length, nOutputs: context.facts.nOutputs } as const;
  if (job.curve === 'ale') return { ...outcome, ...(await effects(job, context, model, rowIds)) };
  return { ...outcome, ...(await dependence(job, context, model, rowIds)) };
}

type Parts = Pick<Extract<JobOutcome, { kind: 'curve' }>, 'curve' | 'grid' | 'second' | 'average' | 'counts' | 'lines' | 'lineRows'>;

async function dependence(job: CurveJob, context: JobContext, model: ModelAsset, rowIds: Int32Array): Promise<Parts> {
  const second = job.curve === 'pdp-2d' ? job.second : undefined;
  if (job.curve === 'pdp-2d' && second === undefined)
    throw new LimpidError({ tag: 'BadRequest', message: 'A surface needs two different features.' });
  const first = { feature: job.feature, grid: job.grid };
  const axes: GridAxes = second === undefined ? [first] : [first, second];
  const points = axes.reduce((product, { grid }) => product * grid.length, 1);
  const chunkRows = Math.max(8, Math.floor(CHUNK_POINTS / Math.max(1, points)));
  const positions = evenly(rowIds.length, Math.min(rowIds.length, job.lines));
  const average = new Float64Array(points * context.facts.nOutputs);
  const lines: Float64Array[] = [];
  await inChunks(
    context,
    model,
    rowIds,
    chunkRows,
    (rows, start, end) => ({
      kind: 'curve',
      model: context.modelKey,
      rows,
      axes,
      keep: positions.filter((row) => row >= start && row < end).map((row) => row - start),
    }),
    (result) => {
      if (result.kind !== 'curve') throw wrongAnswer(result);
      addTo(average, result.sums);
      lines.push(...result.lines);
    },
  );
  return {
    curve: second === undefined ? 'pdp' : 'pdp-2d',
    grid: job.grid,
    second: second?.grid ?? null,
    average: average.map((sum) => sum / rowIds.length),
    counts: null,
    lines,
    lineRows: positions.map((position) => rowIds[position]!),
  };
}

async function effects(job: CurveJob, context: JobContext, model: ModelAsset, rowIds: Int32Array): Promise<Parts> {
  const { nOutputs } = context.facts;
  const feature = model.features[job.feature];
  if (feature === undefined) throw new LimpidError({ tag: 'BadRequest', message: `The model has no feature ${job.feature}.` });
  const own = encodeRows(context.study().table, [feature], rowIds).values;
  const edges = job.grid.length > 0 ? job.grid : effectEdges(own, { bins: EFFECT_BINS, leastRows: LEAST_ROWS_IN_A_BIN });
  if (edges.length === 0)
    throw new LimpidError({ tag: 'BadRequest', message: `${feature.name} is missing in all of these rows.`, hint: 'Choose other rows.' });
  const nBins = edges.length - 1;
  const sums = new Float64Array(nBins * nOutputs);
  const counts = new Float64Array(nBins);
  await inChunks(
    context,
    model,
    rowIds,
    EFFECT_CHUNK_ROWS,
    (rows) => ({ kind: 'local effects', model: context.modelKey, rows, feature: job.feature, edges }),
    (result) => {
      if (result.kind !== 'local effects') throw wrongAnswer(result);
      addTo(sums, result.sums);
      addTo(counts, result.counts);
    },
  );
  return {
    curve: 'ale',
    grid: edges,
    second: null,
    average: accumulatedEffects({ sums, counts }, nOutputs),
    counts,
    lines: [],
    lineRows: [],
  };
}

type Rows = ReturnType<typeof encodeRows>;

/** Hands chunks of rows to the lanes and takes their results in the order of the chunks. */
async function inChunks(
  context: JobContext,
  model: ModelAsset,
  rowIds: Int32Array,
  chunkRows: number,
  taskOf: (rows: Rows, start: number, end: number) => ComputeTask,
  take: (result: ComputeResult) => void,
): Promise<void> {
  if (rowIds.length === 0) throw new LimpidError({ tag: 'BadRequest', message: 'No rows are chosen.' });
  const { table } = context.study();
  const nChunks = Math.ceil(rowIds.length / chunkRows);
  const results = new Map<number, ComputeResult>();
  let next = 0;
  let taken = 0;
  const worker = async (): Promise<void> => {
    while (next < nChunks) {
      const chunk = next++;
      const start = chunk * chunkRows;
      const end = Math.min(start + chunkRows, rowIds.length);
      const rows = encodeRows(table, model.features, rowIds.slice(start, end));
      results.set(chunk, await context.pool.run(taskOf(rows, start, end), [context.modelKey], context.signal));
      for (let result = results.get(taken); result !== undefined; result = results.get(taken)) {
        take(result);
        results.delete(taken);
        taken++;
      }
      context.progress(Math.min(taken * chunkRows, rowIds.length), rowIds.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(context.pool.lanes, nChunks) }, worker));
}

function addTo(sums: Float64Array, part: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + part[i]!;
}

function wrongAnswer(result: ComputeResult): LimpidError {
  return new LimpidError({ tag: 'Internal', message: `A lane answered ${result.kind} to a curve.` });
}
