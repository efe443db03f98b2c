import type { Forest } from '#/explainers/forest';
import { createPacer } from '#/explainers/pacer';
import { backgroundOfTree, bytesOf, type TreeBackground } from '#/explainers/tree-interventional/background-patterns';
import { betaTable, InterventionalGame } from '#/explainers/tree-interventional/pattern-weights';

/** Background patterns are kept up to this size; those of further trees are counted again for every call. */
const KEPT_BYTES = 64 * 2 ** 20;

/**
 * The plain code's interventional game: counts the background's patterns at every leaf, O(background * nodes).
 * @param columns - background rows as the trees compare them, column-major [ensemble features][nRows]
 * @param weights - [nRows], summing to 1
 */
export async function plainInterventionalGame(
  forest: Forest,
  columns: Float64Array,
  weights: Float64Array,
  choices: { readonly pairs: boolean; readonly banzhaf: boolean },
  signal: AbortSignal | undefined,
): Promise<() => InterventionalGame> {
  const backgrounds: (TreeBackground | null)[] = [];
  const pacer = createPacer(signal);
  let kept = 0;
  for (let tree = 0; tree < forest.shapes.length; tree++) {
    if (kept > KEPT_BYTES) break;
    const patterns = backgroundOfTree(forest, tree, columns, weights);
    const fits = kept + bytesOf(patterns) <= KEPT_BYTES;
    kept += bytesOf(patterns);
    backgrounds.push(fits ? patterns : null);
    if (pacer.due()) await pacer.pause();
  }
  const beta = betaTable(forest.slots, choices.banzhaf);
  const backgroundOf = (tree: number): TreeBackground => backgrounds[tree] ?? backgroundOfTree(forest, tree, columns, weights);
  return () => new InterventionalGame(backgroundOf, beta, forest.slots, choices.pairs);
}

/** Measured: seconds for a leaf and row when patterns are shared between rows, and for a pair of patterns. */
const SECONDS_A_LEAF = 1.5e-7;
const SECONDS_A_PAIR = 1.2e-8;

/** Seconds to count a background row's pattern at a leaf. */
export const SECONDS_A_BACKGROUND_ROW = 2.2e-8;

/** Seconds of the plain code for a job: each distinct pattern of a leaf meets each distinct pattern of the background. */
export function plainInterventionalSeconds(leaves: number, slots: number, backgroundRows: number, nRows: number, pairs: boolean): number {
  const patterns = 2 ** Math.min(slots, 12) / 4;
  const met = Math.min(nRows, slots > 12 ? nRows : patterns) * Math.min(backgroundRows, patterns);
  return leaves * (nRows * SECONDS_A_LEAF + met * SECONDS_A_PAIR) * (pairs ? 1 + slots / 2 : 1);
}
