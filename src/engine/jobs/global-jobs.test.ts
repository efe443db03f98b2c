/** Jobs over many rows that give curves and rankings: any lanes, any rows. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { yieldMacrotask } from '#/base/abort';
import { createRng } from '#/base/rng';
import { encodeRows } from '#/domain/encode-rows';
import type { EncodedRows } from '#/domain/model';
import { classLabels } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { applyCommand } from '#/engine/commands/catalogue';
import type { ModelFacts } from '#/engine/compute-task';
import { planExplain } from '#/engine/explain-plan';
import type { CurveJob, JobOutcome, PermutationJob } from '#/engine/job';
import { runCurve } from '#/engine/jobs/curve';
import type { JobContext } from '#/engine/jobs/job-context';
import { runPermutation } from '#/engine/jobs/permutation';
import { LanePool } from '#/engine/lane-pool';
import { selectRows } from '#/engine/selected-rows';
import { effectSums, localEffects } from '#/explainers/accumulated-effects';
import { curveSums, partialDependence } from '#/explainers/curves';
import { readDrop } from '#/formats/import-doctor';
import { questions } from '#/queries/catalogue';
import { buildStudy } from '#/testing/build-study';
import { functionPredictor } from '#/testing/games';

const MODEL = 'model';

function makeStudy(): Study {
  const rng = createRng(4);
  const rows = Array.from({ length: 400 }, (_, i) => {
    const [a, b, c] = [rng.below(100) / 10, rng.below(50) / 10, rng.below(30)];
    return `${i % 9 === 0 ? '?' : a} | ${b} | ${c} | ${i % 4 === 0 ? 'left' : 'right'} | ${i % 10 === 3 ? '?' : a + b > 6 ? 'yes' : 'no'}`;
  });
  return buildStudy(['a | b | c | ignored:side | true', ...rows].join('\n'), { classes: ['no', 'yes'], model: true });
}

const predictor = functionPredictor(
  3,
  1,
  (row) => 1 / (1 + Math.exp(-((Number.isNaN(row[0]!) ? 5 : row[0]!) + row[1]! - 6 + 0.02 * row[0]! * row[1]!))) || 0.3,
  'probability',
);

/** A context over so many lanes, each of which answers after some turns of its own. */
function contextOf(study: Study, lanes: number): JobContext & { readonly now: () => number; readonly current: () => Study } {
  const rng = createRng(lanes);
  let current = study;
  const facts = { nOutputs: 1, space: 'probability', secondsPerRow: 1e-6, importances: [] } as unknown as ModelFacts;
  const pool = new LanePool({
    kind: 'in process',
    lanes,
    open: () =>
      Promise.resolve({
        async run(task, signal) {
          for (let turns = rng.below(4); turns > 0; turns--) await yieldMacrotask();
          if (task.kind === 'install model') return { kind: 'model', facts };
          if (task.kind === 'curve') return { kind: 'curve', ...(await curveSums({ predictor, ...task }, signal)) };
          if (task.kind === 'local effects') return { kind: 'local effects', ...(await effectSums({ predictor, ...task }, signal)) };
          throw new Error(task.kind);
        },
        ping: () => Promise.resolve(),
        dispose: () => Promise.resolve(),
      }),
  });
  pool.define({ key: MODEL, after: [], task: { kind: 'install model', key: MODEL, asset: study.model!, probe: NO_ROWS } });
  return {
    study: () => current,
    current: () => current,
    pool,
    modelKey: MODEL,
    facts,
    predictor,
    signal: new AbortController().signal,
    progress: () => undefined,
    shows: () => undefined,
    apply: (command) => {
      current = applyCommand(current, command).study;
    },
    replace: (change) => {
      current = change(current);
    },
    now: () => 0,
    chunks: { read: () => Promise.resolve(null), write: () => Promise.resolve(), forget: () => Promise.resolve() },
  };
}

const NO_ROWS: EncodedRows = { nRows: 0, nFeatures: 3, values: new Float64Array(0) };
const study = makeStudy();
const grid = Float64Array.from({ length: 120 }, (_, i) => i / 12);
const LEFT = { kind: 'where', filter: { kind: 'is', column: 3, codes: [0] } } as const;

const run = async (job: Partial<CurveJob>, lanes = 1): Promise<Extract<JobOutcome, { kind: 'curve' }>> => {
  const whole: CurveJob = { kind: 'partial dependence', feature: 0, grid, maxRows: 300, lines: 9, seed: 2, ...job };
  const outcome = await runCurve(whole, contextOf(study, lanes));
  if (outcome.kind !== 'curve') throw new Error(outcome.kind);
  return outcome;
};

describe('curve job', () => {
  it.each<[string, Partial<CurveJob>]>([
    ['pdp', {}],
    ['pdp-2d', { curve: 'pdp-2d', grid: grid.slice(0, 40), second: { feature: 1, grid: Float64Array.of(0, 2, 4) } }],
    ['ale', { curve: 'ale', grid: new Float64Array(0) }],
  ])('gives the same bits on 1, 2 and 4 lanes: %s', async (_, job) => {
    const one = await run(job);
    expect(one.nRows).toBe(300);
    expect(await run(job, 2)).toEqual(one);
    expect(await run(job, 4)).toEqual(one);
  });

  it('is the partial dependence and the effects of its rows', async () => {
    const rowIds = selectRows(study.table, undefined, { maxRows: 300, seed: 2 });
    const rows = encodeRows(study.table, study.model!.features, rowIds);
    const pdp = await run({});
    const direct = await partialDependence({ predictor, rows, feature: 0, grid, keepLines: 9 });
    pdp.average.forEach((value, i) => expect(value).toBeCloseTo(direct.average[i]!, 12));
    expect(pdp.lines).toEqual(direct.lines);
    expect(pdp.lineRows).toEqual(direct.lineRows.map((position) => rowIds[position]!));
    const ale = await run({ curve: 'ale', grid: new Float64Array(0) });
    const effects = await localEffects({ predictor, rows, feature: 0, edges: ale.grid });
    ale.average.forEach((value, i) => expect(value).toBeCloseTo(effects[i]!, 12));
    expect(ale.counts!.reduce((sum, count) => sum + count, 0)).toBe(rows.values.filter((x, i) => i % 3 === 0 && !Number.isNaN(x)).length);
    expect(Math.min(...ale.counts!)).toBeGreaterThanOrEqual(4);
  });

  it('takes the rows of a cohort, and says what it lacks', async () => {
    const left = await run({ rows: LEFT });
    expect(left.nRows).toBe(100);
    for (const row of left.lineRows) expect(row % 4).toBe(0);
    expect((await run({ rows: { kind: 'rows', rows: [5, 9] } })).lineRows).toEqual([5, 9]);
    await expect(run({ curve: 'pdp-2d' })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(run({ feature: 9 })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(run({ feature: 9, curve: 'ale' })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(run({ rows: { kind: 'rows', rows: [0, 10, 18] }, curve: 'ale', grid: new Float64Array(0) })).resolves.toMatchObject({
      nRows: 3,
    });
    await expect(run({ rows: { kind: 'rows', rows: [0, 18] }, curve: 'ale', grid: new Float64Array(0) })).rejects.toThrow(/missing/);
  });
});

describe('permutation job', () => {
  const permute = async (job: Partial<PermutationJob> = {}) => {
    const context = contextOf(study, 1);
    await runPermutation({ kind: 'permutation importance', metric: null, repeats: 3, maxRows: 1000, seed: 1, ...job }, context);
    return context.current();
  };

  it('measures a cohort on its rows with a known true value', async () => {
    const { provenance, saved } = (await permute({ rows: LEFT })).explanations[0]!;
    const known = Array.from({ length: 400 }, (_, i) => i).filter((i) => i % 4 === 0 && i % 10 !== 3).length;
    expect(provenance.parameters).toMatchObject({ metric: 'accuracy', rows: known, selection: 'where' });
    expect((await permute()).explanations[0]!.saved!.overall).not.toEqual(saved!.overall);
    expect((await permute({ rows: { kind: 'sample', count: 50 } })).explanations[0]!.provenance.parameters.rows).toBe(50);
    await expect(permute({ rows: { kind: 'rows', rows: [3, 13] } })).rejects.toMatchObject({ tag: 'BadRequest' });
  });

  it('defect 13: an error metric, named as in scikit-learn, says that it rises and ranks the used features first', async () => {
    const { saved, name, provenance } = (await permute({ metric: 'log_loss' })).explanations[0]!;
    expect([name, saved!.meaning]).toEqual(['Permutation importance (log loss)', 'rise in log loss']);
    expect(provenance.parameters.metric).toBe('log loss');
    expect(saved!.overall[0]).toBeGreaterThan(0);
    expect(saved!.overall[1]).toBeGreaterThan(0);
    expect(saved!.overall[2]).toBe(0);
    expect([...saved!.spread!.slice(0, 2)].every((spread) => spread > 0)).toBe(true);
  });
});

describe('plan', () => {
  const reason = { reason: 'nothing is known' };
  const facts: ModelFacts = {
    nOutputs: 1,
    space: 'probability',
    secondsPerRow: 1e-6,
    trees: reason,
    linear: reason,
    gradients: reason,
    importances: [],
  };

  it('carries the metrics of permutation importance, none without true values', () => {
    const plan = (of: Study) => planExplain(of, of.model!, facts, 1, { backgroundRows: 10, method: null, parameters: {} });
    expect(plan(study).metrics.slice(0, 3)).toEqual([
      { id: 'accuracy', greaterIsBetter: true },
      { id: 'macro F1', greaterIsBetter: true },
      { id: 'log loss', greaterIsBetter: false },
    ]);
    expect(plan({ ...study, target: null }).metrics).toEqual([]);
  });
});

describe('defect 14: class names without local values', () => {
  it('stay when only global importances are computed', async () => {
    const context = contextOf(study, 1);
    await runPermutation({ kind: 'permutation importance', metric: 'F1', repeats: 1, maxRows: 50, seed: 1 }, context);
    const after = context.current();
    const [explanation] = after.explanations;
    expect(explanation!.local).toBeNull();
    expect(classLabels(after.outputs)).toEqual(['no', 'yes']);
    const scope = { explanation: explanation!.id, output: { kind: 'class', classIndex: 1 } } as const;
    const answer = questions['global-importance'].answer(after, { scope, sort: { kind: 'total' } });
    expect(answer).toMatchObject({ globalOnly: true, outputLabel: 'yes', meaning: 'drop in F1' });
  });

  it.each(['saved/multiclass-mimic-global-only', 'widget/multiclass-global-only.json'])(
    'stay when only they are opened: %s',
    async (path) => {
      const full = fileURLToPath(new URL(`../../formats/explanations/golden/${path}`, import.meta.url));
      const names = statSync(full).isDirectory() ? readdirSync(full).map((name) => join(full, name)) : [full];
      const draft = await readDrop(
        names.map((name) => ({ path: `folder/${name.split('/').at(-1)!}`, bytes: new Uint8Array(readFileSync(name)) })),
      );
      const opened = draft.study!;
      expect(opened.explanations[0]!.local).toBeNull();
      expect(classLabels(opened.outputs)).toEqual(['setosa', 'versicolor', 'virginica']);
      const scope = { explanation: opened.explanations[0]!.id, output: { kind: 'class', classIndex: 2 } } as const;
      expect(questions['global-importance'].answer(opened, { scope, sort: { kind: 'total' } }).outputLabel).toBe('virginica');
    },
  );
});
