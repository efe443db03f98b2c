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
