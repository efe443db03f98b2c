import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import type { Outputs, PredictionSpace } from '#/domain/outputs';
import type { SurrogateKind } from '#/domain/surrogate';
import { expit } from '#/domain/units';
import type { ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { augmentRows } from '#/explainers/mimic/augment';
import { mimicExplainer } from '#/explainers/mimic/mimic-explainer';
import { replicationMeasure, surrogateSums } from '#/explainers/mimic/replication';
import { askTeacher } from '#/explainers/mimic/teacher';
import { scaleToTotals } from '#/explainers/mimic/values-output';
import type { Parameters } from '#/explainers/parameters';
import { NO_STRUCTURE, OPAQUE_MODEL } from '#/testing/explain-parts';
import { encoded, equalBackground, functionPredictor } from '#/testing/games';
import { featuresWithCodes } from '#/testing/learner-cases';

const KINDS: readonly SurrogateKind[] = ['lightgbm', 'linear', 'sgd', 'tree'];
const CODES = [null, null, null, 4] as const;

/** Three numbers in [-2, 2) (some missing) and a code below 4. */
function table(nRows: number, seed: number, missing = 0): EncodedRows {
  const rng = createRng(seed);
  return encoded(
    4,
    Float64Array.from({ length: nRows * 4 }, (_, i) =>
      rng.next() < missing ? NaN : i % 4 === 3 ? rng.below(4) : Math.round((4 * rng.next() - 2) * 4096) / 4096,
    ),
  );
}

const EFFECTS = [0, 1, -1, 2];
/** Additive and monotone: all surrogates can follow it. NaN counts as 0, unknown codes too. */
const planted = (row: Float64Array): number =>
  1.5 * (row[0]! || 0) - (row[1]! || 0) + (Number.isNaN(row[3]!) ? 0 : (EFFECTS[row[3]!] ?? 0));

const softmax = (margins: readonly number[]): number[] => {
  const shares = margins.map((margin) => Math.exp(margin));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
};

const OUTPUTS: Readonly<Record<Outputs['task'], Outputs>> = {
  regression: { task: 'regression', targetName: 'y', unit: null },
  binary: { task: 'binary', targetName: 'y', classLabels: ['no', 'yes'] },
  multiclass: { task: 'multiclass', targetName: 'y', classLabels: ['a', 'b', 'c'] },
};

function environmentOf(
  task: Outputs['task'],
  teacher?: (row: Float64Array) => number | readonly number[],
  space?: PredictionSpace,
): ExplainerEnvironment {
  const known = {
    regression: planted,
    binary: (row: Float64Array) => expit(planted(row)),
    multiclass: (row: Float64Array) => softmax([planted(row), 1 - planted(row), 2 * (row[2]! || 0)]),
  }[task];
  const nOutputs = task === 'multiclass' ? 3 : 1;
  const predictor = functionPredictor(4, nOutputs, teacher ?? known, space ?? (task === 'regression' ? 'value' : 'probability'));
  return { predictor, ...NO_STRUCTURE, features: featuresWithCodes(CODES), outputs: OUTPUTS[task] };
}

function specOf(training: EncodedRows, parameters: Parameters): ExplainSpec {
  return {
    explainer: 'mimic',
    background: equalBackground(training),
    training,
    outputSpace: 'raw',
    seed: 11,
    parameters,
    nRows: 10,
    fitted: null,
  };
}

async function run(
  environment: ExplainerEnvironment,
  spec: ExplainSpec,
  rows: EncodedRows,
): Promise<{ prepared: PreparedExplainer; values: readonly Float64Array[]; fitted: ExplainSpec }> {
  const fitted = { ...spec, fitted: structuredClone(await mimicExplainer.fit!(spec, environment)) };
  const prepared = await mimicExplainer.prepare(fitted, environment);
  const { values } = await prepared.explain(rows, new Int32Array(rows.nRows));
  return { prepared, values, fitted };
}

const sumOf = (values: Float64Array, row: number): number => values.subarray(4 * row, 4 * row + 4).reduce((sum, value) => sum + value, 0);

describe('every surrogate of every task', () => {
  const least: Readonly<Record<Outputs['task'], Readonly<Record<SurrogateKind, number>>>> = {
    regression: { lightgbm: 0.99, linear: 0.999, sgd: 0.99, tree: 1 },
    binary: { lightgbm: 0.98, linear: 0.98, sgd: 0.97, tree: 1 },
    multiclass: { lightgbm: 0.99, linear: 0.97, sgd: 0.9, tree: 1 },
  };
  const spaces = {
    regression: { lightgbm: 'value', linear: 'value', sgd: 'value', tree: 'value' },
    binary: { lightgbm: 'log-odds', linear: 'log-odds', sgd: 'log-odds', tree: 'log-odds' },
    multiclass: { lightgbm: 'softmax margin', linear: 'softmax margin', sgd: 'log-odds', tree: 'probability' },
  } as const;
  const cases = (['regression', 'binary', 'multiclass'] as const).flatMap((task) => KINDS.map((kind) => [task, kind] as const));

  it.each(cases)('%s by %s: faithful, additive, the same bits again', async (task, kind) => {
    const environment = environmentOf(task);
    const training = table(600, 3);
    const spec = specOf(training, { surrogate: kind });
    const rows = table(20, 4);
    const { prepared, values, fitted } = await run(environment, spec, rows);
    const surrogate = fitted.fitted!.surrogate!;
    expect(surrogate).toMatchObject({ kind, trainedOn: 600, fidelity: { metric: task === 'regression' ? 'R²' : 'accuracy', nRows: 600 } });
    expect(surrogate.fidelity.value).toBeGreaterThanOrEqual(least[task][kind]);
    expect(prepared).toMatchObject({ space: spaces[task][kind], exact: true, additivity: 'surrogate' });
    const sums = surrogateSums(surrogate, rows);
    const { nOutputs } = environment.predictor;
    values.forEach((own, k) => {
      for (let row = 0; row < 20; row++) expect(prepared.baseValues[k]! + sumOf(own, row)).toBeCloseTo(sums[row * nOutputs + k]!, 8);
      // The third number matters to the third class alone.
      if (task !== 'multiclass' && kind === 'linear')
        expect(Math.max(...own.filter((_, i) => i % 4 === 2).map(Math.abs))).toBeLessThan(0.1);
    });
    const again = await run(environment, spec, rows);
    expect(again.values).toEqual(values);
    expect(again.fitted.fitted).toEqual(fitted.fitted);
  });

  it.each(KINDS)('%s explains rows with NaN and codes it has not seen', async (kind) => {
    const environment = environmentOf('regression');
    const { values, prepared, fitted } = await run(environment, specOf(table(400, 5, 0.1), { surrogate: kind }), table(12, 6, 0.3));
    expect(values[0]!.every(Number.isFinite)).toBe(true);
    const strange = encoded(4, [0.5, 0.5, 0.5, 7, NaN, NaN, NaN, NaN]);
    const chunk = await prepared.explain(strange, new Int32Array(2));
    const sums = surrogateSums(fitted.fitted!.surrogate!, strange);
    for (const row of [0, 1]) expect(prepared.baseValues[0]! + sumOf(chunk.values[0]!, row)).toBeCloseTo(sums[row]!, 8);
  });

  it('recovers the coefficients of a linear teacher', async () => {
    const { fitted } = await run(environmentOf('regression'), specOf(table(300, 8), { surrogate: 'linear' }), table(2, 9));
    const { coefficients, sources } = fitted.fitted!.surrogate!.linear!;
    const levels = sources.map(({ name }) => name);
    expect(levels.slice(3)).toEqual(['x3=level 0', 'x3=level 1', 'x3=level 2', 'x3=level 3']);
    [1.5, -1, 0].forEach((expected, j) => expect(coefficients[j]).toBeCloseTo(expected, 9));
    // Of all that differ by a constant the shortest: effects minus their mean.
    EFFECTS.forEach((effect, code) => expect(coefficients[3 + code]).toBeCloseTo(effect - 0.5, 9));
  });
});

describe('values_output', () => {
  it.each(KINDS)('%s: probabilities of the surrogate or of the model', async (surrogate) => {
    for (const task of ['binary', 'multiclass'] as const) {
      const environment = environmentOf(task);
      const training = table(300, 13);
      const rows = table(15, 14);
      const { nOutputs } = environment.predictor;
      const teacher = await environment.predictor.predict(rows);
      const plain = await run(environment, specOf(training, { surrogate }), rows);
      const own = await run(environment, specOf(training, { surrogate, values_output: 'probability' }), rows);
      const theirs = await run(environment, specOf(training, { surrogate, values_output: 'teacher_probability' }), rows);
      expect(own.prepared).toMatchObject({ space: 'probability', additivity: 'surrogate' });
      expect(theirs.prepared).toMatchObject({ space: 'probability', additivity: 'by construction' });
      const sums = surrogateSums(plain.fitted.fitted!.surrogate!, rows);
      const isShare = surrogate === 'tree' && task === 'multiclass';
      for (let row = 0; row < rows.nRows; row++) {
        const margins = [...sums.subarray(row * nOutputs, (row + 1) * nOutputs)];
        const p = isShare ? margins : task === 'binary' || surrogate === 'sgd' ? margins.map(expit) : softmax(margins);
        for (let k = 0; k < nOutputs; k++) {
          expect(own.prepared.baseValues[k]! + sumOf(own.values[k]!, row)).toBeCloseTo(p[k]!, 9);
          expect(theirs.prepared.baseValues[k]! + sumOf(theirs.values[k]!, row)).toBeCloseTo(teacher[row * nOutputs + k]!, 9);
        }
      }
      if (!isShare) expect(own.prepared.baseValues[0]).toBeCloseTo(expit(plain.prepared.baseValues[0]!), 12);
    }
  });

  it('asked for the probability as output space, gives it', async () => {
    const spec = { ...specOf(table(100, 1), { surrogate: 'linear' }), outputSpace: 'probability' } as const;
    const { prepared } = await run(environmentOf('binary'), spec, table(2, 2));
    expect(prepared.space).toBe('probability');
  });

  it('shares a gap in proportion to |value|, the rest equally', () => {
    const values = Float64Array.of(1, -3, 0, 0, 1, -3, 0, 0, 0, 0, 0, 0);
    // Gaps: 2 (within |1| + |-3| = 4), 6 (2 beyond it), 1 with no value at all.
    scaleToTotals(values, 4, 0.5, [0.5, 4.5, 1.5]);
    expect([...values]).toEqual([1.5, -1.5, 0, 0, 2.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]);
  });
});

describe('the lesson', () => {
  it('gives every class a row', async () => {
    // Class 2 never wins; row 1 comes nearest to it.
    const shares = [
      [0.9, 0.05, 0.05],
      [0.5, 0.1, 0.4],
      [0.1, 0.8, 0.1],
    ];
    const environment = environmentOf('multiclass', (row) => shares[row[0]!]!);
    const rows = encoded(4, [0, 0, 0, 0, 1, 0, 0, 1, 2, 0, 0, 2]);
    const lesson = await askTeacher(rows, environment);
    expect([...lesson.labels]).toEqual([0, 0, 1, 2]);
    expect([...lesson.rows.values.subarray(12)]).toEqual([1, 0, 0, 1]);
    for (const surrogate of KINDS) {
      const { values } = await run(environment, specOf(rows, { surrogate, augment: false }), rows);
      expect(values).toHaveLength(3);
      expect(values.every((own) => own.every(Number.isFinite))).toBe(true);
    }
  });

  it('cuts log-odds at 5 and takes margins as they are', async () => {
    const rows = encoded(4, [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
    const sure = await askTeacher(
      rows,
      environmentOf('binary', (row) => [0, 1, 0.5, expit(2)][row[0]!]!),
    );
    [-5, 5, 0, 2].forEach((odds, i) => expect(sure.labels[i]).toBeCloseTo(odds, 12));
    const margins = await askTeacher(
      rows,
      environmentOf('binary', (row) => [-9, 3, 0, 2][row[0]!]!, 'logit'),
    );
    expect([...margins.labels]).toEqual([-5, 3, 0, 2]);
    const scores = await askTeacher(
      rows,
      environmentOf('binary', (row) => [-9, 3, 0, 2][row[0]!]!, 'score'),
    );
    expect(scores).toMatchObject({ space: 'score', labels: Float64Array.of(-9, 3, 0, 2) });
  });

  it('leaves out rows that the model cannot judge', async () => {
    const environment = environmentOf('regression', (row) => (row[0]! > 0 ? NaN : row[1]!));
    const { fitted } = await run(environment, specOf(table(200, 21), { surrogate: 'linear' }), table(2, 22));
    const { trainedOn, fidelity } = fitted.fitted!.surrogate!;
    expect(trainedOn).toBeGreaterThan(60);
    expect(trainedOn).toBeLessThan(140);
    expect(fidelity).toMatchObject({ nRows: trainedOn });
    expect(fidelity.value).toBeCloseTo(1, 9);
    const mute = environmentOf('regression', () => NaN);
    await expect(mimicExplainer.fit!(specOf(table(20, 1), {}), mute)).rejects.toMatchObject({ tag: 'BadRequest' });
  });
});

describe('augmentation', () => {
  const wide = encoded(
    12,
    Float64Array.from({ length: 36 }, (_, i) => i),
  );

  it('appends columns / rows - 1 copies with each column shuffled', () => {
    const grown = augmentRows(wide, 10, 5);
    expect(grown.nRows).toBe(12);
    expect([...grown.values.subarray(0, 36)]).toEqual([...wide.values]);
    for (let copy = 1; copy < 4; copy++) {
      for (let feature = 0; feature < 12; feature++) {
        const column = [0, 1, 2].map((row) => grown.values[(copy * 3 + row) * 12 + feature]!).sort((a, b) => a - b);
        expect(column).toEqual([feature, 12 + feature, 24 + feature]);
      }
    }
    expect(grown.values.subarray(36, 72)).not.toEqual(wide.values);
    expect(augmentRows(wide, 10, 5)).toEqual(grown);
    expect(augmentRows(wide, 10, 6)).not.toEqual(grown);
    expect(augmentRows(wide, 2, 5).nRows).toBe(9);
    expect(augmentRows(wide, 0, 5)).toBe(wide);
  });

  it('leaves tables alone that are not wide', () => {
    const square = encoded(4, new Float64Array(12));
    expect(augmentRows(square, 10, 1)).toBe(square);
  });

  it('is a parameter', async () => {
    const training = table(2, 30);
    const fit = async (parameters: Parameters): Promise<number> =>
      (await mimicExplainer.fit!(specOf(training, parameters), environmentOf('regression'))).surrogate!.trainedOn;
    expect(await fit({ surrogate: 'tree' })).toBe(4);
    expect(await fit({ surrogate: 'tree', augment: false })).toBe(2);
  });
});

describe('replication measure', () => {
  it('is the agreement on any rows, worse where the surrogate was not trained', async () => {
    const teacher = environmentOf('regression', (row) => Math.sin(3 * row[0]!) + row[1]! * row[2]!);
    const { fitted } = await run(teacher, specOf(table(300, 41), { surrogate: 'lightgbm' }), table(2, 42));
    const surrogate = fitted.fitted!.surrogate!;
    const fresh = await replicationMeasure(surrogate, table(300, 43), teacher);
    expect(fresh).toMatchObject({ metric: 'R²', nRows: 300 });
    expect(fresh.value).toBeLessThan(surrogate.fidelity.value);
    expect(fresh.value).toBeGreaterThan(0.7);
    const opposite = environmentOf('binary', (row) => (row[0]! > 0 ? 0.9 : 0.2));
    const { fitted: of } = await run(opposite, specOf(table(200, 44), { surrogate: 'tree' }), table(2, 45));
    const turned = environmentOf('binary', (row) => (row[0]! > 0 ? 0.2 : 0.9));
    expect((await replicationMeasure(of.fitted!.surrogate!, table(50, 46), turned)).value).toBe(0);
  });

  it('knows a constant teacher', async () => {
    for (const surrogate of KINDS) {
      const { fitted, values } = await run(
        environmentOf('regression', () => 3),
        specOf(table(60, 50), { surrogate }),
        table(3, 51),
      );
      if (surrogate !== 'sgd') expect(fitted.fitted!.surrogate!.fidelity.value).toBe(1);
      expect(Math.max(...values[0]!.map(Math.abs))).toBeLessThan(surrogate === 'sgd' ? 0.1 : 1e-12);
    }
  });
});

describe('requests', () => {
  it.each(KINDS)('%s stops when aborted', async (surrogate) => {
    const environment = environmentOf('multiclass');
    const spec = specOf(table(5000, 60), { surrogate });
    const early = AbortSignal.abort();
    await expect(mimicExplainer.fit!(spec, environment, early)).rejects.toMatchObject({ tag: 'Aborted' });
    const controller = new AbortController();
    const { predictor } = environment;
    const late: ExplainerEnvironment = {
      ...environment,
      // Fires between the teacher's answers and the training; how soon the training notices depends on the clock.
      predictor: { ...predictor, predict: (rows) => predictor.predict(rows).finally(() => controller.abort()) },
    };
    await expect(mimicExplainer.fit!(spec, late, controller.signal)).rejects.toMatchObject({ tag: 'Aborted' });
  });

  it('refuses what it does not know', async () => {
    const environment = environmentOf('binary');
    const spec = specOf(table(30, 70), {});
    await expect(mimicExplainer.fit!({ ...spec, parameters: { surrogate: 'net' } }, environment)).rejects.toMatchObject({
      tag: 'BadRequest',
    });
    await expect(mimicExplainer.fit!({ ...spec, parameters: { augmentations: 0 } }, environment)).rejects.toMatchObject({
      tag: 'BadRequest',
    });
    await expect(mimicExplainer.fit!({ ...spec, training: null }, environment)).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(mimicExplainer.prepare(spec, environment)).rejects.toMatchObject({ tag: 'BadRequest' });
    const scores = environmentOf('binary', (row) => planted(row), 'score');
    const fitted = await mimicExplainer.fit!(spec, scores);
    const asked = { ...spec, fitted, parameters: { values_output: 'probability' } };
    await expect(mimicExplainer.prepare(asked, scores)).rejects.toMatchObject({ tag: 'BadRequest' });
  });

  it('limits the tree and estimates its cost', async () => {
    const fitted = await mimicExplainer.fit!(specOf(table(300, 80), { surrogate: 'tree', max_depth: 2 }), environmentOf('regression'));
    expect(fitted.surrogate!.trees!.ensemble.leafValues).toHaveLength(4);
    const quick = mimicExplainer.estimate(OPAQUE_MODEL, 0, { surrogate: 'linear' }, 1000);
    const slow = mimicExplainer.estimate(OPAQUE_MODEL, 0, { values_output: 'teacher_probability' }, 1000);
    expect(quick.evaluationsPerRow).toBe(0);
    expect(slow.evaluationsPerRow).toBe(1);
    expect(slow.setupSeconds).toBeGreaterThan(quick.setupSeconds);
    const tree = (max_depth: number): number =>
      mimicExplainer.estimate(OPAQUE_MODEL, 0, { surrogate: 'tree', max_depth }, 1000).secondsPerRow;
    expect(tree(0) / tree(3)).toBeCloseTo(1000 / 8, 9);
  });
});
