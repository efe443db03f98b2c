import type { ExplanationId } from '#/domain/ids';
import type { Explanation } from '#/domain/explanation';

/** The wanted id, with a number behind it where an explanation has it already. */
export function freeExplanationId(explanations: readonly Explanation[], wanted: string): ExplanationId {
  const taken = new Set<string>(explanations.map(({ id }) => id));
  for (let copy = 1, id = wanted; ; id = `${wanted}-${++copy}`) if (!taken.has(id)) return id as ExplanationId;
}
