import { LimpidError } from '#/base/errors';
import { hashSeed, permutation, createRng } from '#/base/rng';
import { encodeRows } from '#/domain/encode-rows';
import type { BackgroundChoice } from '#/domain/background-choice';
import type { AnchorRule } from '#/domain/anchor-rule';
import { allocateBlocks, BLOCK_ROWS, type Explanation, type LocalBlocks } from '#/domain/explanation';
import type { ExplanationId } from '#/domain/ids';
import type { ModelAsset } from '#/domain/model';
import { columnLabel, type Table } from '#/domain/table';
import type { AdditivityBadge } from '#/domain/units';
import { badgeOf } from '#/engine/additivity';
import { backgroundSize, checkedRows, resolveBackground, trainingRows } from '#/engine/background';
import { rowsWhere } from '#/domain/row-filter';
import type { PreparedFacts } from '#/engine/compute-task';
import { chunkBytes, chunkFromBytes } from '#/engine/jobs/chunk-bytes';
import { revise } from '#/engine/commands/handler';
import type { ExplainJob, JobOutcome, RowSelection } from '#/engine/job';
import type { JobContext } from '#/engine/jobs/job-context';
import { hashParts } from '#/engine/content-hash';
import { explainerById } from '#/explainers/catalogue';
import type { ExplainedChunk, Explainer, ExplainSpec, Fitted } from '#/explainers/explainer';
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
  const rows = chooseRows(job, explainer, context, model, table);
  const unfitted: ExplainSpec = {
    explainer: job.explainer,
    background: resolveBackground(table, model, job.background, job.seed),
    training: explainer.needsTraining ? trainingRows(table, model, job.seed) : null,
    outputSpace: job.outputSpace,
    seed: job.seed,
    parameters: job.parameters,
    nRows: rows.length,
    fitted: null,
  };
  const backgroundHash = await hashParts([unfitted.background.rows.values, unfitted.background.weights]);
  const specKey = await hashParts([
    JSON.stringify([job.explainer, job.outputSpace, job.seed, job.parameters, rows.length]),
    backgroundHash,
    context.modelKey,
    ...(unfitted.training === null ? [] : [unfitted.training.values]),
  ]);
  const spec = explainer.fit === undefined ? unfitted : { ...unfitted, fitted: await fitOnce(context, unfitted) };
  context.pool.define({
    key: specKey,
    after: [context.modelKey],
    task: { kind: 'install spec', key: specKey, model: context.modelKey, spec },
  });
  const prepared = await context.pool.install(specKey, context.signal);
  if (prepared.kind !== 'spec') throw new LimpidError({ tag: 'Internal', message: `A lane answered ${prepared.kind} to a spec.` });

  const players = prepared.players?.features ?? model.features;
  const nPlayers = players.length;
  const { nOutputs } = context.facts;
  const blocks = (width: number): LocalBlocks => allocateBlocks(nOutputs, rows.length, width, job.precision);
  // Chunks of different providers are never mixed.
  const usesGpu = context.facts.provider?.name === 'webgpu' || prepared.tables?.name === 'webgpu';
  const provider = usesGpu ? ['webgpu'] : [];
  const jobHash = await hashParts([specKey, rows, String(prepared.chunkRows), ...provider]);
  let explanation: Explanation = {
    id: `${job.explainer}-${jobHash.slice(0, 8)}-${context.study().explanations.length}` as ExplanationId,
    name: explainer.label,
    method: job.explainer,
    featureSpace: prepared.players?.featureSpace ?? 'raw',
    features: players,
    space: prepared.space,
    nOutputs,
    rows,
    completed: 0,
    state: 'running',
    local: explainer.yields === 'rules' ? null : blocks(nPlayers),
    standardErrors: prepared.exact || explainer.yields === 'rules' ? null : blocks(nPlayers),
    baseValues: prepared.baseValues.some((base) => !Number.isNaN(base)) ? prepared.baseValues : null,
    saved: null,
    badge: { kind: 'unknown', reason: 'the job is still running' },
    provenance: {
      explainer: job.explainer,
      semantics: explainer.semantics,
      parameters: {
        ...job.parameters,
        outputSpace: job.outputSpace,
        rows: job.rows.kind,
        background: describeBackground(table, job.background),
        ...(provider.length > 0 ? { provider: provider[0] } : {}),
      },
      seed: job.seed,
      backgroundHash: explainer.usesBackground ? backgroundHash : null,
      backgroundRows: explainer.usesBackground ? spec.background.rows.nRows : null,
      evaluations: 0,
      seconds: null,
      source: null,
      background: job.background,
    },
    ...(flag(job, 'interactions') ? { interactions: blocks(nPlayers * nPlayers) } : {}),
    ...(spec.fitted?.surrogate ? { surrogate: spec.fitted.surrogate } : {}),
    ...(explainer.yields === 'rules' ? { rules: new Array<AnchorRule | null>(rows.length).fill(null) } : {}),
  };
  /** R² of the local models of methods that fit one for each row. */
  const localFits: number[] = [];
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
    publish({ state, provenance, badge: badgeAfter(ended, context, prepared, localFits) });
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
      values = chunkFromBytes(stored);
    }
    storeChunk(explanation, values, start, nPlayers);
    for (const perRow of values.localFidelity ?? []) for (const r2 of perRow) localFits.push(r2);
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
function chooseRows(job: ExplainJob, explainer: Explainer, context: JobContext, model: ModelAsset, table: Table): Int32Array {
  const { nRows } = table;
  const selection: RowSelection = job.rows;
  const shuffled = (): Int32Array => permutation(nRows, createRng(hashSeed(job.seed, 1)));
  switch (selection.kind) {
    case 'all':
      return shuffled();
    case 'sample':
      return shuffled().slice(0, Math.max(1, Math.min(selection.count, nRows)));
    case 'fit': {
      const estimate = explainer.estimate(
        explainableModel(model, context.facts),
        backgroundSize(table, job.background),
        job.parameters,
        nRows,
      );
      return shuffled().slice(0, fitRows(estimate, context.pool.lanes, nRows, selection.seconds, selection.atLeast));
    }
    case 'rows':
      return checkedRows(selection.rows, nRows);
    case 'where':
      return rowsWhere(table, selection.filter);
    default:
      return selection satisfies never;
  }
}

function storeChunk(explanation: Explanation, chunk: ExplainedChunk, start: number, nPlayers: number): void {
  const put = (blocks: Explanation['local'] | undefined, source: readonly Float64Array[] | null | undefined, width: number): void => {
    if (!blocks || !source) return;
    for (let output = 0; output < source.length; output++) {
      const values = source[output]!;
      for (let i = 0; i < values.length / width; i++) {
        const position = start + i;
        blocks[output]![Math.floor(position / BLOCK_ROWS)]!.set(
          values.subarray(i * width, (i + 1) * width),
          (position % BLOCK_ROWS) * width,
        );
      }
    }
  };
  put(explanation.local, chunk.values, nPlayers);
  put(explanation.standardErrors, chunk.standardErrors, nPlayers);
  put(explanation.interactions, chunk.interactions, nPlayers * nPlayers);
  // The list belongs to this job: it grows in place like the blocks.
  chunk.rules?.forEach((rule, i) => ((explanation.rules as (AnchorRule | null)[])[start + i] = rule));
}

/** Learns once on one lane, whatever the number of lanes. */
async function fitOnce(context: JobContext, spec: ExplainSpec): Promise<Fitted> {
  const result = await context.pool.run({ kind: 'fit', model: context.modelKey, spec }, [context.modelKey], context.signal);
  if (result.kind !== 'fitted') throw new LimpidError({ tag: 'Internal', message: `A lane answered ${result.kind} to a fit.` });
  return result.fitted;
}

function badgeAfter(explanation: Explanation, context: JobContext, prepared: PreparedFacts, localFits: readonly number[]): AdditivityBadge {
  const { additivity } = prepared;
  if (localFits.length > 0) {
    // Each row has a surrogate of its own: how well they fit on average.
    const value = [...localFits].sort((a, b) => a - b).reduce((sum, r2) => sum + r2, 0) / localFits.length;
    return { kind: 'surrogate', fidelity: { metric: 'R²', value, nRows: explanation.completed } };
  }
  if (typeof additivity === 'object') return { kind: 'unknown', reason: additivity.notAdditive };
  if (additivity === 'surrogate') return { kind: 'surrogate', fidelity: explanation.surrogate?.fidelity ?? null };
  return badgeOf(explanation, context.study().predictions, additivity === 'by construction');
}

function flag(job: ExplainJob, id: string): boolean {
  return job.parameters[id] === true || job.parameters[id] === 'true';
}

/** What the rows were explained against, in words for the provenance. */
function describeBackground(table: Table, choice: BackgroundChoice): string {
  switch (choice.kind) {
    case 'all':
      return 'all rows';
    case 'sample':
      return `sample of ${choice.count}`;
    case 'k-means':
      return `${choice.count} k-means centres`;
    case 'rows':
      return choice.rows.length === 1 ? `row ${choice.rows[0]}` : `${choice.rows.length} chosen rows`;
    case 'given':
      return `${choice.rows.nRows} rows of a file`;
    case 'where': {
      const { filter } = choice;
      const column = table.columns[filter.column];
      if (column === undefined) return 'filtered rows';
      if (filter.kind === 'between') return `${column.name} from ${filter.min} to ${filter.max}`;
      return `${column.name} is ${filter.codes.map((code) => columnLabel(column, code)).join(' or ')}`;
    }
    default:
      return choice satisfies never;
  }
}
