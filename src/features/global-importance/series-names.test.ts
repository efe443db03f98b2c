import { describe, expect, it } from 'vitest';
import { summariseStudy } from '#/domain/summary';
import { buildStudy } from '#/testing/build-study';
import { globalAnswer } from '#/testing/chart-answers';
import { nameSurrogates } from './series-names';

const [plain] = summariseStudy(
  buildStudy(`
  age | phi:age
  30 | 1
`),
).explanations;
const fidelity = { metric: 'accuracy', value: 0.951, nRows: 20 } as const;

describe('names of series', () => {
  const series = (id: string) => ({ ...globalAnswer().series[0]!, id, label: 'Mimic' });

  it('hold the fidelity of surrogates, and of what they saved', () => {
    const surrogate = { ...plain!, id: 'mimic', badge: { kind: 'surrogate', fidelity } as const };
    const unknown = { ...plain!, id: 'other', badge: { kind: 'surrogate', fidelity: null } as const };
    const answer = {
      ...globalAnswer(),
      series: [series('mimic'), series('mimic/saved'), series('other'), series(plain!.id), series('gone')],
    };
    expect(nameSurrogates(answer, [plain!, surrogate, unknown]).series.map(({ label }) => label)).toEqual([
      'Mimic · accuracy 95.1%',
      'Mimic · accuracy 95.1%',
      'Mimic · fidelity not known',
      'Mimic',
      'Mimic',
    ]);
  });
});
