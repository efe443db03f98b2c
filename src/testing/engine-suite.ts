import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import type { Explanation } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import type { Executor } from '#/engine/executor';
import { Engine } from '#/engine/engine';
import type { EngineEvent, ExplainJob, JobOutcome } from '#/engine/job';
import type { DroppedFile } from '#/formats/draft';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';
import { createMemoryStore } from '#/storage/memory-store';
import type { Store } from '#/storage/store';

/** Reads `src/formats/models/golden/<id>/{model.onnx,data.csv,expected.json}`. */
export type FixtureReader = (id: string) => Promise<{ readonly files: readonly DroppedFile[]; readonly expected: ExpectedFixture }>;

export interface ExpectedFixture {
  readonly target: string;
  readonly predictions: readonly (readonly number[])[];
  readonly tolerance: { readonly predictions: number };
}

async function studyOf(read: FixtureReader, id: string): Promise<{ readonly study: Study; readonly expected: ExpectedFixture }> {
  const { files, expected } = await read(id);
  const draft = await readDrop(files);
  const card = makeCard(draft);
  const target = draft.table!.columns.findIndex((column) => column.name === expected.target);
  const roles = card.choices.roles.map((role, index) =>
    index === target ? ('target' as const) : role === 'target' ? ('feature' as const) : role,
  );
  const chosen = makeCard(draft, { ...card.choices, target, roles });
  return { study: completeDraft(draft, chosen.choices), expected };
}

const TREE: ExplainJob = {
  kind: 'explain',
  explainer: 'tree-interventional',
  rows: { kind: 'sample', count: 40 },
  background: { kind: 'sample', count: 30 },
  outputSpace: 'raw',
  seed: 3,
  parameters: {},
};
const KERNEL: ExplainJob = {
  kind: 'explain',
  explainer: 'kernel',
  rows: { kind: 'sample', count: 12 },
  background: { kind: 'sample', count: 20 },
  outputSpace: 'probability',
  seed: 5,
  parameters: {},
};

function explanationOf(engine: Engine, outcome: JobOutcome): Explanation {
  if (outcome.kind !== 'explanation') throw new Error(outcome.kind);
  return engine.study.explanations.find(({ id }) => id === outcome.id)!;
}

/** What the engine must do over every executor. `lanes` lists how many lanes the executor is tried with. */
export function describeEngine(name: string, lanes: readonly number[], executor: (lanes: number) => Executor, read: FixtureReader): void {
  const start = (count = lanes[0]!, store: Store = createMemoryStore(), onEvent: (event: EngineEvent) => void = () => undefined): Engine =>
    new Engine({ executor: executor(count), store, onEvent });

  describe(`engine: ${name}`, () => {
    it('opens a model with its table and predicts as ONNX Runtime in Python does', async () => {
      for (const id of ['a-float-tensor', 'c-columns']) {
        const engine = start();
        const { study, expected } = await studyOf(read, id);
        await engine.open(study);
        const largest = Math.max(...expected.predictions.flat().map(Math.abs));
        const { values } = engine.study.predictions!;
        expected.predictions.forEach((row, r) =>
          row.forEach((value, k) =>
            expect(Math.abs(values![k]![r]! - value)).toBeLessThanOrEqual(expected.tolerance.predictions * largest),
          ),
        );
        await engine.dispose();
      }
    });

    it('gives the same bits on any number of lanes', async () => {
      const { study } = await studyOf(read, 'a-float-tensor');
      const results: Explanation[][] = [];
      for (const count of lanes) {
        const engine = start(count);
        await engine.open(study);
        results.push([explanationOf(engine, await engine.run(TREE)), explanationOf(engine, await engine.run(KERNEL))]);
        await engine.dispose();
      }
      for (const other of results.slice(1)) {
        other.forEach((explanation, e) => {
          expect(explanation.rows).toEqual(results[0]![e]!.rows);
          expect(explanation.local).toEqual(results[0]![e]!.local);
          expect(explanation.standardErrors).toEqual(results[0]![e]!.standardErrors);
        });
      }
      expect(results[0]![0]!.completed).toBe(40);
      expect(results[0]![0]!.badge).toMatchObject({ kind: 'measured' });
      expect((results[0]![0]!.badge as { maxResidual: number }).maxResidual).toBeLessThan(1e-5);
      expect(results[0]![1]!.badge.kind).toBe('by construction');
    });

    it('shows progress, keeps the partial result when cancelled, and resumes to the same bits', async () => {
      const { study } = await studyOf(read, 'c-columns');
      const job: ExplainJob = { ...KERNEL, rows: { kind: 'all' }, background: { kind: 'sample', count: 100 } };
      const whole = start();
      await whole.open(study);
      const full = explanationOf(whole, await whole.run(job));
      await whole.dispose();

      const store = createMemoryStore();
      const abort = new AbortController();
      let cancelAt = 2;
      const engine = start(lanes[0], store, (event) => {
        const running = event.kind === 'jobs' ? event.jobs.find((running) => running.kind === 'explain') : undefined;
        if (running?.state === 'running' && running.explanation !== null && --cancelAt === 0) abort.abort();
      });
      await engine.open(study);
      const error: unknown = await engine.run(job, abort.signal).catch((thrown: unknown) => thrown);
      expect(isLimpidError(error, 'Aborted')).toBe(true);
      const partial = engine.study.explanations[0]!;
      expect(partial.state).toBe('partial');
      expect(partial.completed).toBeGreaterThan(0);
      expect(partial.completed).toBeLessThan(partial.rows.length);
      const answer = engine.ask('global-importance', {
        scope: { explanation: partial.id, output: { kind: 'class', classIndex: 1 } },
        sort: { kind: 'total' },
      });
      expect(answer.coverage).toEqual({ used: partial.completed, total: study.table.nRows });
      const resumed = explanationOf(engine, await engine.run(job));
      expect(resumed.local).toEqual(full.local);
      await engine.dispose();
    });

    it('undoes and redoes every command, and what a job added', async () => {
      const engine = start();
      const { study } = await studyOf(read, 'a-float-tensor');
      await engine.open(study);
      const before = engine.study;
      engine.apply({ kind: 'rename', name: 'Renamed' });
      engine.apply({ kind: 'set notes', notes: 'Looked at twice.' });
      engine.apply({ kind: 'set class names', names: ['malign', 'benign'] });
      await engine.run(TREE);
      const id = engine.study.explanations[0]!.id;
      engine.apply({ kind: 'rename explanation', id, name: 'First' });
      engine.apply({ kind: 'remove explanation', id });
      const point = { id: 'p' as never, name: 'Older', baseRow: 2, values: Float64Array.of(1), prediction: Float64Array.of(0.5) };
      engine.apply({ kind: 'add point', point });
      engine.apply({ kind: 'change point', point: { ...point, name: 'Older still' } });
      engine.apply({ kind: 'remove point', id: 'p' });
      const after = engine.study;
      for (let i = 0; i < 9; i++) engine.undo();
      expect({ ...engine.study, revisions: null }).toEqual({ ...before, revisions: null });
      for (let i = 0; i < 9; i++) engine.redo();
      expect({ ...engine.study, revisions: null }).toEqual({ ...after, revisions: null });
      expect(() => engine.redo()).toThrow(/nothing to redo/);
      await engine.dispose();
    });

    it('keeps working copies, and opens them as they were', async () => {
      const store = createMemoryStore();
      const engine = start(lanes[0], store);
      const { study } = await studyOf(read, 'c-columns');
      await engine.open(study);
      engine.apply({ kind: 'rename', name: 'Kept' });
      await engine.settle();
      const kept = { ...engine.study, revisions: null };
      await engine.close();
      expect(await engine.recent()).toMatchObject([{ name: 'Kept', nRows: study.table.nRows }]);
      await engine.openStored(study.id);
      expect({ ...engine.study, revisions: null }).toEqual(kept);
      await engine.forget(study.id);
      expect(await engine.recent()).toEqual([]);
      await engine.dispose();
    });

    it('plans an explanation: recommends what fits the model, and says why trees do not', async () => {
      for (const [id, recommended] of [
        ['a-float-tensor', 'tree-interventional'],
        ['c-columns', 'linear'],
      ] as const) {
        const engine = start();
        await engine.open((await studyOf(read, id)).study);
        const plan = await engine.explainPlan({ backgroundRows: 100, method: null, parameters: {} });
        expect(plan.recommended).toBe(recommended);
        expect(plan.reason.length).toBeGreaterThan(10);
        const offer = plan.offers.find((one) => one.id === recommended)!;
        expect(offer.fitRows).toBeGreaterThanOrEqual(20);
        expect(offer.estimate!.secondsPerRow).toBeGreaterThan(0);
        if (recommended === 'linear') expect(plan.offers.find((one) => one.id === 'tree-interventional')!.unavailable).toMatch(/\w+/);
        await engine.dispose();
      }
    });

    it('measures permutation importance and partial dependence', async () => {
      const engine = start();
      await engine.open((await studyOf(read, 'a-float-tensor')).study);
      const outcome = await engine.run({ kind: 'permutation importance', metric: null, repeats: 3, maxRows: 120, seed: 1 });
      const explanation = explanationOf(engine, outcome);
      expect(explanation.local).toBeNull();
      expect([...explanation.saved!.overall].every(Number.isFinite)).toBe(true);
      const curve = await engine.run({
        kind: 'partial dependence',
        feature: 0,
        grid: Float64Array.of(8, 14, 20),
        maxRows: 50,
        lines: 5,
        seed: 1,
      });
      if (curve.kind !== 'curve') throw new Error(curve.kind);
      expect(curve.average.length).toBe(3);
      expect(curve.lines.length).toBe(5);
      await engine.dispose();
    });

    it('leaves the open study alone when the next one fails', async () => {
      const engine = start();
      const { study } = await studyOf(read, 'a-float-tensor');
      await engine.open(study);
      const draft = await readDrop([{ path: 'broken.json', bytes: new TextEncoder().encode('{"testData": [[1, 2') }]);
      expect(draft.items[0]!.status).toBe('broken');
      await expect(engine.accept(draft, makeCard(draft).choices)).rejects.toThrow();
      expect(engine.study.id).toBe(study.id);
      const refused = { ...study, id: 'refused' as never, model: { ...study.model!, bytes: study.model!.bytes.slice(0, 2000) } };
      await expect(engine.open(refused)).rejects.toThrow();
      expect(engine.study.id).toBe(study.id);
      await engine.run(TREE);
      await engine.dispose();
    });
  });
}
