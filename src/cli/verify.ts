import type { Explanation } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import { Engine } from '#/engine/engine';
import type { Executor } from '#/engine/executor';
import { explainers } from '#/explainers/catalogue';
import { createMemoryStore } from '#/storage/memory-store';

/** How far a saved result is from the same result computed again. */
export interface Verification {
  readonly what: string;
  /** max |saved - again| / max |saved|, over all outputs; 0 when both are the same bits. */
  readonly relative: number;
  readonly compared: number;
}

/**
 * Computes a study's predictions and its own explanations again and compares. Explanations that came from files of other
 * tools have no recipe and are left out.
 */
export async function verifyStudy(study: Study, executor: Executor): Promise<readonly Verification[]> {
  const engine = new Engine({ executor, store: createMemoryStore() });
  const found: Verification[] = [];
  try {
    await engine.open({ ...study, predictions: null }, false);
    if (study.predictions?.values && engine.study.predictions?.values) {
      found.push({ what: 'predictions', ...compare(study.predictions.values, engine.study.predictions.values) });
    }
    for (const saved of study.explanations) {
      const explainer = explainers.find(({ id }) => id === saved.provenance.explainer);
      if (!explainer || saved.local === null || saved.state !== 'complete') continue;
      const { parameters, seed, background, backgroundRows } = saved.provenance;
      const { outputSpace } = parameters;
      const outcome = await engine.run({
        kind: 'explain',
        explainer: explainer.id,
        rows: { kind: 'rows', rows: [...saved.rows] },
        background: background ?? { kind: 'sample', count: backgroundRows ?? 0 },
        outputSpace: outputSpace === 'probability' ? 'probability' : 'raw',
        seed: seed ?? 0,
        parameters: Object.fromEntries(
          Object.entries(parameters).filter(
            (entry): entry is [string, string | number | boolean] =>
              entry[1] !== null && !['outputSpace', 'rows', 'background'].includes(entry[0]),
          ),
        ),
      });
      const again = engine.study.explanations.find(({ id }) => outcome.kind === 'explanation' && id === outcome.id);
      if (again?.local) found.push({ what: saved.name, ...compare(flatten(saved), flatten(again)) });
    }
  } finally {
    await engine.dispose();
  }
  return found;
}

function flatten(explanation: Explanation): readonly ArrayLike<number>[] {
  return (explanation.local ?? []).flat();
}

function compare(saved: readonly ArrayLike<number>[], again: readonly ArrayLike<number>[]): Omit<Verification, 'what'> {
  let largest = 0;
  let difference = 0;
  let compared = 0;
  saved.forEach((values, k) => {
    for (let i = 0; i < values.length; i++) {
      const a = values[i] ?? NaN;
      const b = again[k]?.[i] ?? NaN;
      compared += 1;
      if (Number.isNaN(a) && Number.isNaN(b)) continue;
      largest = Math.max(largest, Math.abs(a));
      difference = Number.isNaN(a - b) ? Infinity : Math.max(difference, Math.abs(a - b));
    }
  });
  return { relative: difference === 0 ? 0 : difference / largest, compared };
}
