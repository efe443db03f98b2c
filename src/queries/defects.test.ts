/** One test for each defect of the original dashboards that questions could repeat (VIEWS 3). Others stand beside their question. */
import { describe, expect, it } from 'vitest';
import { defaultOutputChoice } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { questions, type QuestionId } from '#/queries/catalogue';
import { buildStudy, DRAWN } from '#/testing/build-study';

const axesOf = (study: Study, output = defaultOutputChoice(study.outputs)) =>
  questions.axes.answer(study, { scope: { explanation: DRAWN, output } });
const scoresOf = (study: Study) => Object.fromEntries(questions.overview.answer(study, {}).scores.map(({ name, value }) => [name, value]));

describe('defect 6: default axes', () => {
  const study = buildStudy(
    `a | b | c | d | p   | phi:a | phi:b | phi:c | phi:d
     1 | 5 | 1 | 3 | 0.1 | 1     | 9     | 5     | 7
     2 | 4 | 0 | 9 | 0.9 | 2     | 8     | -5    | 7
     3 | 3 | 1 | 1 | 0.9 | 2     | 7     | 5     | 7`,
    { classes: ['no', 'yes'] },
  );

  it('take the top and the true second feature, not the previous running maximum', () => {
    expect(axesOf(study).dataDefaults).toEqual({
      x: { kind: 'column', column: 1 },
      y: { kind: 'column', column: 3 },
      colour: { kind: 'predicted' },
    });
    expect(axesOf(study).exploreDefaults).toMatchObject({ x: { kind: 'column', column: 1 }, y: { kind: 'importance', feature: 1 } });
  });

  it('are index and first feature without an explanation', () => {
    const answer = questions.axes.answer(study, { scope: { explanation: null, output: { kind: 'predicted' } } });
    expect(answer.dataDefaults).toEqual({ x: { kind: 'index' }, y: { kind: 'column', column: 0 }, colour: { kind: 'predicted' } });
    expect(answer.exploreDefaults).toBeNull();
    expect(answer.importances).toEqual([]);
  });

  it('colour by the feature that interacts with the top one', () => {
    const rows = Array.from({ length: 300 }, (_, i) => {
      const [x, moves, noise] = [i, (i * 7919) % 13, (i * 104729) % 17];
      return `${noise} | ${x} | ${moves} | 0.1 | ${x / 100 + 4 * moves} | 0.1 | 0.2`;
    });
    const interacting = buildStudy(['noise | x | moves | p | phi:x | phi:noise | phi:moves', ...rows].join('\n'), {
      classes: ['no', 'yes'],
    });
    expect(axesOf(interacting).exploreDefaults).toEqual({
      x: { kind: 'column', column: 1 },
      y: { kind: 'importance', feature: 0 },
      colour: { kind: 'column', column: 2 },
    });
  });
});

describe('defect 7: two classes', () => {
  const study = buildStudy('a | p | phi:a\n 1 | 0.9 | -2\n 2 | 0.2 | 3', { classes: ['no', 'yes'] });

  it('begin at class 1 with signed values everywhere', () => {
    const output = defaultOutputChoice(study.outputs);
    const scope = { explanation: DRAWN, output };
    expect(output).toEqual({ kind: 'class', classIndex: 1 });
    const summary = questions['summary-importance'].answer(study, { scope, topK: 1, chart: 'swarm', colour: 'none', group: 'none' });
    const plot = questions.plot.answer(study, {
      scope,
      x: { ref: { kind: 'index' } },
      y: { ref: { kind: 'importance', feature: 0 } },
      colour: null,
      extent: null,
    });
    const local = questions['local-importance'].answer(study, { scope, row: 0 });
    expect(summary).toMatchObject({ kind: 'swarm', outputLabel: 'yes', values: Float64Array.of(-2, 3) });
    expect(plot).toMatchObject({ kind: 'points', ys: Float64Array.of(-2, 3) });
    expect(local).toMatchObject({ outputLabel: 'yes', features: [{ phi: -2 }] });
  });

  it('what-if codes point at the right label: empty, number-like and boolean-like ones, in any order', () => {
    const drawn = buildStudy("c | phi:c\n '' | 1\n 7 | 1\n true | 1\n x | 1\n ? | 1\n 7 | 1");
    const [explanation] = drawn.explanations;
    const labels = ['x', 'true', '', '7'];
    const features = [{ ...explanation!.features[0]!, labels }];
    const reordered = { ...drawn, explanations: [{ ...explanation!, features }] };
    for (const [row, label] of ['', '7', 'true', 'x', undefined, '7'].entries()) {
      const { encoded, cells } = questions['row-details'].answer(reordered, { row });
      expect(labels[encoded![0]!]).toBe(label);
      expect(cells[0]!.value).toBe(label ?? null);
    }
    const [profile] = questions.profiles.answer(reordered, {}).profiles;
    expect([...profile!.labelCounts]).toEqual([1, 1, 1, 2]);
    expect(profile!.missing).toBe(1);
  });
});

describe('defect 8: labels other than 0 and 1', () => {
  it.each([
    ['1', '2'],
    ['-1', '1'],
    ['no', 'yes'],
  ])('%s / %s give the same hits and misses', (negative, positive) => {
    const study = buildStudy(
      `a | true        | p
       1 | ${negative} | 0.1
       2 | ${negative} | 0.8
       3 | ${positive} | 0.2
       4 | ${positive} | 0.9`,
      { classes: [negative, positive] },
    );
    const scope = { explanation: null, output: { kind: 'class', classIndex: 1 } } as const;
    const answer = questions.plot.answer(study, { scope, x: { ref: { kind: 'error' } }, y: null, colour: null, extent: null });
    expect(answer.x.labels).toEqual(['true negative', 'false positive', 'false negative', 'true positive']);
    expect(answer).toMatchObject({ kind: 'histogram', counts: Uint32Array.of(1, 1, 1, 1), exampleRows: Int32Array.of(0, 1, 2, 3) });
    expect(scoresOf(study)).toEqual({ accuracy: 0.5, 'macro F1': 0.5, AUC: 0.75 });
  });
});

describe('defect 10: missing stays missing', () => {
  it('in facts about columns and features', () => {
    const study = buildStudy('n | c | phi:n | phi:c\n ? | ? | 1 | 2\n 5 | a | 1 | 2\n 7.5 | a | 1 | 2');
    const { columns, missingCells } = questions.overview.answer(study, {});
    expect(columns).toMatchObject([
      { missing: 1, nUnique: 2, summary: '5 to 7.5' },
      { missing: 1, nUnique: 1, summary: 'a' },
    ]);
    expect(missingCells).toBe(2);
    const { profiles } = questions.profiles.answer(study, {});
    expect(profiles[0]).toMatchObject({ min: 5, max: 7.5, median: 6.25, missing: 1 });
    expect([...profiles[1]!.labelCounts]).toEqual([2]);
    expect(profiles[0]!.histogram.reduce((a, b) => a + b, 0)).toBe(2);
  });
});

describe('defect 11: scores are never NaN', () => {
  it('when a class is never predicted, or never true', () => {
    const study = buildStudy('a | true | p | p@1 | p@2\n 1 | a | 0.9 | 0.1 | 0\n 2 | b | 0.9 | 0.1 | 0', { classes: ['a', 'b', 'c'] });
    // scikit-learn: F1 of a = 2/3, of b = 0, c does not occur.
    expect(scoresOf(study)).toEqual({ accuracy: 0.5, 'macro F1': 1 / 3 });
    expect(scoresOf(buildStudy('a | true | p\n 1 | yes | 0.9', { classes: ['no', 'yes'] }))).toEqual({ accuracy: 1, 'macro F1': 1 });
  });

  it('when there is nothing to compare', () => {
    expect(scoresOf(buildStudy('a | true | p\n 1 | ? | 0.9', { classes: ['no', 'yes'] }))).toEqual({});
    expect(scoresOf(buildStudy('a | p\n 1 | 0.9', { classes: ['no', 'yes'] }))).toEqual({});
  });

  it('when the truth is constant', () => {
    expect(scoresOf(buildStudy('a | true | p\n 1 | 2 | 3\n 1 | 2 | 1'))).toEqual({ 'R²': 0, MAE: 1, RMSE: 1 });
    expect(scoresOf(buildStudy('a | true | p\n 1 | 2 | 2'))).toEqual({ 'R²': 1, MAE: 0, RMSE: 0 });
    expect(scoresOf(buildStudy('a | true | p\n 1 | 1 | 2\n 2 | 3 | 3'))).toEqual({ 'R²': 0.5, MAE: 0.5, RMSE: Math.sqrt(0.5) });
  });
});

describe('the catalogue', () => {
  it('names every question by its own id', () => {
    for (const id of Object.keys(questions) as QuestionId[]) expect(questions[id].id).toBe(id);
  });
});
