import type { AnchorRule } from '#/domain/anchor-rule';
import type { Explanation, LocalBlocks } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import type { Surrogate } from '#/domain/surrogate';
import { Engine } from '#/engine/engine';
import type { Executor } from '#/engine/executor';
import type { EngineEvent, Job } from '#/engine/job';
import { explainers } from '#/explainers/catalogue';
import type { Parameters } from '#/explainers/parameters';
import { createMemoryStore } from '#/storage/memory-store';

/** How far a saved result is from the same result computed again. */
export interface Verification {
  readonly what: string;
  /** max |saved - again| / max |saved|, over all outputs; 0 when both are the same bits, infinite when shapes differ. */
  readonly relative: number;
  readonly compared: number;
}

/**
 * Computes a study's predictions and its own explanations again and compares: values, interactions, surrogates, rules, and
 * permutation importances. Explanations that came from files of other tools have no recipe and are left out.
 */
export async function verifyStudy(
  study: Study,
  executor: Executor,
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<readonly Verification[]> {
  const engine = new Engine({ executor, store: createMemoryStore(), onEvent });
  const found: Verification[] = [];
  try {
    await engine.open({ ...study, predictions: null }, false);
    if (study.predictions?.values && engine.study.predictions?.values) {
      found.push({ what: 'predictions', ...compareNumbers(study.predictions.values, engine.study.predictions.values) });
    }
    for (const saved of study.explanations) {
      const job = recipeOf(saved);
      if (job === null) continue;
      const outcome = await engine.run(job);
      const again = engine.study.explanations.find(({ id }) => outcome.kind === 'explanation' && id === outcome.id);
      if (again) found.push(...compareExplanations(saved, again));
    }
  } finally {
    await engine.dispose();
  }
  return found;
}

/** The job that an explanation says it came from; null without a recipe or for one that did not end. */
export function recipeOf(saved: Explanation): Job | null {
  if (saved.state !== 'complete') return null;
  const { explainer: id, parameters, seed, background, backgroundRows } = saved.provenance;
  if (id === 'permutation-importance') {
    const { metric, repeats, rows, selection } = parameters;
    // Rows that a person chose are not kept with the result.
    if (selection !== undefined && selection !== 'all') return null;
    if (typeof metric !== 'string' || typeof repeats !== 'number' || typeof rows !== 'number') return null;
    return { kind: 'permutation importance', metric, repeats, maxRows: rows, seed: seed ?? 0 };
  }
  const explainer = explainers.find((known) => known.id === id);
  if (explainer === undefined || (saved.local === null && saved.rules === undefined)) return null;
  return {
    kind: 'explain',
    explainer: explainer.id,
    rows: { kind: 'rows', rows: [...saved.rows] },
    background: background ?? { kind: 'sample', count: backgroundRows ?? 0 },
    outputSpace: parameters.outputSpace === 'probability' ? 'probability' : 'raw',
    seed: seed ?? 0,
    parameters: ownParameters(parameters),
    precision: saved.local?.[0]?.[0] instanceof Float64Array ? 'float64' : 'float32',
  };
}

/** What the explainer was set to, without what the job wrote beside it. */
function ownParameters(all: Explanation['provenance']['parameters']): Parameters {
  return Object.fromEntries(
    Object.entries(all).filter(
      (entry): entry is [string, string | number | boolean] =>
        entry[1] !== null && !['outputSpace', 'rows', 'background'].includes(entry[0]),
    ),
  );
}

/** One line for each part that the saved explanation has. */
export function compareExplanations(saved: Explanation, again: Explanation): readonly Verification[] {
  const found: Verification[] = [];
  const add = (part: string, before: readonly ArrayLike<number>[] | null, after: readonly ArrayLike<number>[] | null): void => {
    if (before !== null) found.push({ what: part === '' ? saved.name : `${saved.name}, ${part}`, ...compareNumbers(before, after ?? []) });
  };
  add('', flatten(saved.local), flatten(again.local));
  add('standard errors', flatten(saved.standardErrors), flatten(again.standardErrors));
  add('interactions', flatten(saved.interactions), flatten(again.interactions));
  add('surrogate', surrogateNumbers(saved.surrogate), surrogateNumbers(again.surrogate));
  add('rules', ruleNumbers(saved.rules), ruleNumbers(again.rules));
  if (saved.local === null && saved.rules === undefined) add('', globalNumbers(saved), globalNumbers(again));
  return found;
}

function flatten(blocks: LocalBlocks | null | undefined): readonly ArrayLike<number>[] | null {
  return blocks?.flat() ?? null;
}

function globalNumbers({ saved }: Explanation): readonly ArrayLike<number>[] | null {
  return saved === null ? null : [saved.overall, ...(saved.spread === null ? [] : [saved.spread])];
}

/** What predicts: splits and leaves, or coefficients. */
function surrogateNumbers(surrogate: Surrogate | undefined): readonly ArrayLike<number>[] | null {
  if (surrogate === undefined) return null;
  const { trees, linear } = surrogate;
  if (linear !== null) return [linear.coefficients, linear.intercepts];
  if (trees === null) return [];
  const { feature, threshold, leafValues, base } = trees.ensemble;
  return [feature, threshold, leafValues, base];
}

/** A row's rule as numbers; open sides are infinite on both sides and compare as equal. */
function ruleNumbers(rules: readonly (AnchorRule | null)[] | undefined): readonly ArrayLike<number>[] | null {
  if (rules === undefined) return null;
  return rules.map((rule) => {
    if (rule === null) return [];
    const predicates = rule.predicates.flatMap((predicate) =>
      predicate.kind === 'is'
        ? [predicate.feature, ...predicate.codes]
        : predicate.kind === 'between'
          ? [predicate.feature, predicate.above, predicate.upTo]
          : [predicate.feature],
    );
    return [rule.precision, rule.coverage, rule.predictedClass, Number(rule.success), ...predicates];
  });
}

/** Equal bits, and equal infinities, count as no difference; another length or a NaN on one side as an infinite one. */
export function compareNumbers(saved: readonly ArrayLike<number>[], again: readonly ArrayLike<number>[]): Omit<Verification, 'what'> {
  let largest = 0;
  let difference = saved.length === again.length ? 0 : Infinity;
  let compared = 0;
  saved.forEach((values, k) => {
    if (again[k]?.length !== values.length) difference = Infinity;
    for (let i = 0; i < values.length; i++) {
      const a = values[i] ?? NaN;
      const b = again[k]?.[i] ?? NaN;
      compared += 1;
      if (Number.isFinite(a)) largest = Math.max(largest, Math.abs(a));
      if (Object.is(a, b) || a === b) continue;
      difference = Number.isNaN(a - b) ? Infinity : Math.max(difference, Math.abs(a - b));
    }
  });
  return { relative: difference === 0 ? 0 : difference / largest, compared };
}
