import { describe, expect, it } from 'vitest';
import { chart, describe as say, pairCode } from '#/charts/interaction-heat';
import { chartTheme } from '#/charts/theme';
import type { InteractionsAnswer } from '#/queries/interactions';

const n = 8;
const names = Array.from({ length: n }, (_, i) => `feature ${i}`);
const answer: InteractionsAnswer = {
  features: names.map((_, i) => i),
  names,
  strengths: Float64Array.from({ length: n * n }, (_, i) => 1 / (1 + i)),
  means: new Float64Array(n * n),
  pairs: [{ first: 0, second: 1, strength: 0.5, mean: 0.1 }],
  nFeatures: n,
  unit: 'log-odds',
  signed: true,
  coverage: { used: 10, total: 10 },
};

describe('the heat map of pairs', () => {
  it.each([true, false])('gives exactly the data sets that it draws, compact %s', (compact) => {
    const drawn = chart(answer, { first: 0, second: 1 }, chartTheme('light', compact));
    const text = JSON.stringify(drawn.spec);
    for (const name of Object.keys(drawn.datasets)) expect(text).toContain(`"name":"${name}"`);
    expect('numbers' in drawn.datasets).toBe(!compact);
    expect(drawn.datasets.chosen).toHaveLength(2);
  });

  it('opens the pair of a cell and names the strongest', () => {
    const { marks } = chart(answer, null, chartTheme('light', false));
    expect(marks.features?.[1]).toBe(pairCode(0, 1, n));
    expect(say(answer, names)).toContain('feature 0 and feature 1 act together most');
  });
});
