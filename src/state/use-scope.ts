import { defaultOutputChoice } from '#/domain/outputs';
import type { ExplanationSummary, StudySummary } from '#/domain/summary';
import type { Scope } from '#/queries/scope';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';

/** The explanation in force: the chosen one while it exists, else the first with local values, else the first. */
export function activeExplanation(study: StudySummary, chosen: string | null): ExplanationSummary | null {
  return (
    study.explanations.find((explanation) => explanation.id === chosen) ??
    study.explanations.find((explanation) => explanation.hasLocal) ??
    study.explanations[0] ??
    null
  );
}

export interface ActiveScope {
  readonly study: StudySummary;
  readonly explanation: ExplanationSummary | null;
  readonly scope: Scope;
}

/** Explanation and output that every view shares; null while no study is open. */
export function useScope(): ActiveScope | null {
  const study = useSession((state) => state.study);
  const chosen = useChoices((state) => state.choices.explanation);
  const output = useChoices((state) => state.choices.output);
  if (study === null) return null;
  const explanation = activeExplanation(study, chosen);
  return {
    study,
    explanation,
    scope: { explanation: (explanation?.id ?? null) as Scope['explanation'], output: output ?? defaultOutputChoice(study.outputs) },
  };
}
