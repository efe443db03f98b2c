import type { ExplanationSummary } from '#/domain/summary';
import type { GlobalImportanceAnswer } from '#/queries/global-importance';
import { fidelityText } from '#/text/units';

/** The answer with surrogates called by their fidelity. */
export function nameSurrogates(answer: GlobalImportanceAnswer, explanations: readonly ExplanationSummary[]): GlobalImportanceAnswer {
  return {
    ...answer,
    series: answer.series.map((series) => {
      const one = explanations.find(({ id }) => series.id === id || series.id === `${id}/saved`);
      const fidelity = one === undefined ? null : fidelityText(one.badge);
      return fidelity === null ? series : { ...series, label: `${series.label} · ${fidelity}` };
    }),
  };
}
