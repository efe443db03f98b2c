import { LimpidError } from '#/base/errors';
import { hashSeed, permutation, createRng } from '#/base/rng';
import { encodeRows } from '#/domain/encode-rows';
import { allocateBlocks, BLOCK_ROWS, type Explanation } from '#/domain/explanation';
import type { ExplanationId } from '#/domain/ids';
import type { ModelAsset } from '#/domain/model';
import { badgeOf } from '#/engine/additivity';
import { sampleBackground } from '#/engine/background';
import { chunkBytes, chunkFromBytes } from '#/engine/jobs/chunk-bytes';
import { revise } from '#/engine/commands/handler';
import type { ExplainJob, JobOutcome, RowSelection } from '#/engine/job';
import type { JobContext } from '#/engine/jobs/job-context';
import { hashParts } from '#/engine/content-hash';
import { explainerById } from '#/explainers/catalogue';
import type { ExplainedChunk, Explainer, ExplainSpec } from '#/explainers/explainer';
import { explainableModel, fitRows } from '#/engine/explain-plan';

/**
 * Explains rows of the open table. Values land in float32 blocks as chunks finish; the explanation is visible from the first
 * chunk on, stays as `partial` when cancelled, and resumes from stored chunks when the same job runs again. Chunk borders
 * depend on the job alone, so 1, 2 and 4 lanes give the same bits.
 */
export async function runExplain(job: ExplainJob, context: JobContext): Promise<JobOutcome> {
  const { model, table } = context.study();
  if (model === null)
    throw new LimpidError({ tag: 'BadRequest', message: 'There is no model to explain.', hint: 'Open an ONNX model with its table.' });
  const explainer = explainerById(job.explainer);
  const reason = explainer.unavailable(explainableModel(model, context.facts));
  if (reason !== null) throw new LimpidError({ tag: 'BadRequest', message: `${explainer.label} cannot explain this model: ${reason}` });

  const started = context.now();
  const spec: ExplainSpec = {
    explainer: job.explainer,
    background: sampleBackground(table, model, job.backgroundRows, job.seed),
    outputSpace: job.outputSpace,
    seed: job.seed,
    parameters: job.parameters,
  };
  const backgroundHash = await hashParts([spec.background.rows.values, spec.background.weights]);
  const specKey = await hashParts([
    JSON.stringify([job.explainer, job.outputSpace, job.seed, job.parameters]),
    backgroundHash,
    context.modelKey,
  ]);
  context.pool.define({
    key: specKey,
    after: [context.modelKey],
    task: { kind: 'install spec', key: specKey, model: context.modelKey, spec },
  });
  const prepared = await context.pool.install(specKey, context.signal);
  if (prepared.kind !== 'spec') throw new LimpidError({ tag: 'Internal', message: `A lane answered ${prepared.kind} to a spec.` });

  const rows = chooseRows(job, explainer, context, model, table.nRows);
  const jobHash = await hashParts([specKey, rows, String(prepared.chunkRows)]);
  let explanation: Explanation = {
    id: `${job.explainer}-${jobHash.slice(0, 8)}-${context.study().explanations.length}` as ExplanationId,
    name: explainer.label,
    method: job.explainer,
    featureSpace: 'raw',
    features: model.features,
    space: prepared.space,
    nOutputs: context.facts.nOutputs,
    rows,
    completed: 0,
    state: 'running',
    local: allocateBlocks(context.facts.nOutputs, rows.length, model.features.length),
    standardErrors: prepared.exact ? null : allocateBlocks(context.facts.nOutputs, rows.length, model.features.length),
    baseValues: prepared.baseValues,
    saved: null,
    badge: { kind: 'unknown', reason: 'the job is still running' },
    provenance: {
      explainer: job.explainer,
      semantics: explainer.semantics,
      parameters: { ...job.parameters, outputSpace: job.outputSpace, rows: job.rows.kind },
      seed: job.seed,
      backgroundHash,
      backgroundRows: spec.background.rows.nRows,
      evaluations: 0,
      seconds: null,
      source: null,
    },
  };
  const { id } = explanation;
  const view = { shown: false };
  const publish = (change: Partial<Explanation>): void => {
    explanation = { ...explanation, ...change };
    if (!view.shown) {
      view.shown = true;
      context.apply({ kind: 'insert explanation', explanation, index: context.study().explanations.length });
      context.shows(id);
    } else {
      const current = explanation;
      context.replace((study) =>
        revise(study, { explanations: study.explanations.map((other) => (other.id === id ? current : other)) }, 'explanations'),
      );
    }
  };
  const finish = (state: 'complete' | 'partial' | 'failed'): void => {
    const provenance = { ...explanation.provenance, seconds: (context.now() - started) / 1000 };
    const ended = { ...explanation, state, provenance };
    publish({ state, provenance, badge: badgeOf(ended, context.study().predictions, prepared.exact ? job.explainer === 'kernel' : true) });
  };

  const nChunks = Math.ceil(rows.length / prepared.chunkRows);
  const finished = new Uint8Array(nChunks);
  let completedChunks = 0;
  let doneRows = 0;
  let evaluations = 0;
  const runChunk = async (chunk: number): Promise<void> => {
    const start = chunk * prepared.chunkRows;
    const end = Math.min(start + prepared.chunkRows, rows.length);
    const rowIds = rows.slice(start, end);
    const stored = await context.chunks.read(jobHash, String(chunk));
    let values: ExplainedChunk;
    if (stored === null) {
      const result = await context.pool.run(
        { kind: 'explain', spec: specKey, rows: encodeRows(table, model.features, rowIds), rowIds },
        [context.modelKey, specKey],
        context.signal,
      );
      if (result.kind !== 'values') throw new LimpidError({ tag: 'Internal', message: `A lane answered ${result.kind} to rows.` });
      values = result;
      await context.chunks.write(jobHash, String(chunk), chunkBytes(values));
    } else {
      values = chunkFromBytes(stored, context.facts.nOutputs, (end - start) * model.features.length);
    }
    storeChunk(explanation, values, start, model.features.length);
    evaluations += values.evaluations;
    finished[chunk] = 1;
    while (completedChunks < nChunks && finished[completedChunks] === 1) completedChunks += 1;
    doneRows += end - start;
    const completed = Math.min(completedChunks * prepared.chunkRows, rows.length);
    if (completed > explanation.completed) {
      publish({ completed, provenance: { ...explanation.provenance, evaluations } });
    }
    context.progress(doneRows, rows.length);
  };

  context.progress(0, rows.length);
  try {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < nChunks) {
        const chunk = next;
        next += 1;
        await runChunk(chunk);
      }
    };
    await Promise.all(Array.from({ length: Math.min(context.pool.lanes, nChunks) }, worker));
    finish('complete');
    await context.chunks.forget(jobHash);
  } catch (error) {
    if (view.shown) finish(context.signal.aborted ? 'partial' : 'failed');
    throw error;
  } finally {
    void context.pool.release(specKey);
  }
  return { kind: 'explanation', id, completed: explanation.completed, total: rows.length };
}

/**
 * Rows in the order of work. All and sampled rows are shuffled by the seed, so that a partial result is a fair sample of the
 * whole; rows that the user named keep their order.
 */
function chooseRows(job: ExplainJob, explainer: Explainer, context: JobContext, model: ModelAsset, nRows: number): Int32Array {
  const selection: RowSelection = job.rows;
  const shuffled = (): Int32Array => permutation(nRows, createRng(hashSeed(job.seed, 1)));
  switch (selection.kind) {
    case 'all':
      return shuffled();
    case 'sample':
      return shuffled().slice(0, Math.max(1, Math.min(selection.count, nRows)));
    case 'fit': {
      const estimate = explainer.estimate(explainableModel(model, context.facts), job.backgroundRows, job.parameters);
      return shuffled().slice(0, fitRows(estimate, context.pool.lanes, nRows, selection.seconds, selection.atLeast));
    }
    case 'rows': {
      const wrong = selection.rows.find((row) => !Number.isInteger(row) || row < 0 || row >= nRows);
      if (wrong !== undefined) {
        throw new LimpidError({ tag: 'BadRequest', message: `The table has no row ${wrong}.`, hint: `Rows count from 0 to ${nRows - 1}.` });
      }
      return Int32Array.from(selection.rows);
    }
    default:
      return selection satisfies never;
  }
}

function storeChunk(explanation: Explanation, chunk: ExplainedChunk, start: number, nFeatures: number): void {
  const put = (blocks: Explanation['local'], source: readonly Float64Array[]): void => {
    if (blocks === null) return;
    for (let output = 0; output < source.length; output++) {
      const values = source[output]!;
      for (let i = 0; i < values.length / nFeatures; i++) {
        const position = start + i;
        blocks[output]![Math.floor(position / BLOCK_ROWS)]!.set(
          values.subarray(i * nFeatures, (i + 1) * nFeatures),
          (position % BLOCK_ROWS) * nFeatures,
        );
      }
    }
  };
  put(explanation.local, chunk.values);
  if (chunk.standardErrors !== null) put(explanation.standardErrors, chunk.standardErrors);
}
