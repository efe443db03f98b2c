/** Groups of features and engineered columns may have no column in the table (`column: null`): every question must live with that. */
import { describe, expect, it } from 'vitest';
import type { ExplanationId } from '#/domain/ids';
import type { Study } from '#/domain/study';
import { deriveExplanation } from '#/explainers/feature-map/derive-explanation';
import { questions } from '#/queries/catalogue';
import type { Scope } from '#/queries/scope';
import { buildStudy, DRAWN } from '#/testing/build-study';

const drawn = buildStudy(
  `age | sex | p   | phi:age | phi:sex=f | phi:sex=m | phi:job=a | phi:job=b
   30  | f   | 0.2 | 0.5     | 1         | 2         | 3         | 4
   40  | m   | 0.6 | -0.5    | 1         | -2        | 3         | -4
   50  | f   | 0.7 | 0.25    | 0         | 1         | 2         | 2`,
  { classes: ['no', 'yes'], base: [0.1] },
);
const GROUPED = 'grouped' as ExplanationId;
const grouped = deriveExplanation(drawn.explanations[0]!, {
  id: GROUPED,
  name: 'Grouped',
  by: {
    groups: [
      { name: 'gender', features: [1, 2] },
      { name: 'job', features: [3, 4] },
    ],
  },
  schemaOf: () => null,
});
const study: Study = { ...drawn, explanations: [...drawn.explanations, grouped] };
const output = { kind: 'class', classIndex: 1 } as const;
const scope: Scope = { explanation: GROUPED, output };

describe('questions about features without a column', () => {
  it('names and ranks groups', () => {
    const answer = questions['global-importance'].answer(study, { scope, sort: { kind: 'total' } });
    expect(answer.names).toEqual(['age', 'gender', 'job']);
    expect(Array.from(answer.total)).toEqual([(0.5 + 0.5 + 0.25) / 3, (3 + 1 + 1) / 3, (7 + 1 + 4) / 3]);
  });

  it('shows the strongest feature that has a column', () => {
    const axes = questions.axes.answer(study, { scope });
    expect(axes.exploreDefaults).toMatchObject({ x: { kind: 'column', column: 0 }, y: { kind: 'importance', feature: 0 } });
    expect(axes.dataDefaults.x).toEqual({ kind: 'index' });
    expect(axes.importances.map(({ label }) => label)).toEqual(['Importance: age', 'Importance: gender', 'Importance: job']);
  });

  it('has no default where no feature has a column', () => {
    const nowhere: Study = {
      ...study,
      explanations: [{ ...grouped, features: grouped.features.map((feature) => ({ ...feature, column: null })) }],
    };
    expect(questions.axes.answer(nowhere, { scope }).exploreDefaults).toBeNull();
  });

  it('explains a row, with an unknown value for a group', () => {
    const answer = questions['local-importance'].answer(study, { scope, row: 1 });
    if (!('features' in answer)) throw new Error('not explained');
    const byName = Object.fromEntries(answer.features.map((feature) => [feature.name, [feature.value, feature.phi]]));
    expect(byName).toEqual({ age: [40, -0.5], gender: [null, -1], job: [null, -1] });
  });

  it.each(['swarm', 'box', 'violin', 'bar'] as const)('draws a %s of groups', (chart) => {
    const answer = questions['summary-importance'].answer(study, { scope, topK: 5, chart, colour: 'value', group: 'none' });
    expect(answer.features.map(({ name }) => name)).toEqual(['job', 'gender', 'age']);
  });

  it('plots the importance of a group', () => {
    const answer = questions.plot.answer(study, {
      scope,
      x: { ref: { kind: 'index' } },
      y: { ref: { kind: 'importance', feature: 1 } },
      colour: null,
      extent: null,
    });
    expect(answer.y?.label).toBe('Importance: gender');
  });

  it('answers the rest', () => {
    expect(() => questions.overview.answer(study, {})).not.toThrow();
    expect(() => questions.profiles.answer(study, {})).not.toThrow();
    expect(() => questions['row-details'].answer(study, { row: 0 })).not.toThrow();
    expect(() => questions.interactions.answer(study, { scope, topK: 5 })).toThrow();
    expect(() => questions.axes.answer(study, { scope: { explanation: DRAWN, output } })).not.toThrow();
  });
});
