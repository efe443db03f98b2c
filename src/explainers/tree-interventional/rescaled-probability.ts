import type { EncodedRows } from '#/domain/model';
import type { ModelLink } from '#/domain/tree-model';
import { expit } from '#/domain/units';
import type { Background } from '#/explainers/explainer';
import { rowBlock, type Forest } from '#/explainers/forest';
import { createPacer } from '#/explainers/pacer';
import { betaTable, lowestBit } from '#/explainers/tree-interventional/pattern-weights';
import { fullWord, patternWords, walkTree, type LeafPath } from '#/explainers/tree-walk';
import { popcount } from '#/math/combinatorics';
import { encodeForTrees } from '#/trees/apply-steps';
import { evaluateEnsemble } from '#/trees/evaluate';

/** Links that squash each output by itself. */
export type OneByOneLink = Exclude<ModelLink, 'softmax' | 'identity'>;

/**
 * shap's model_output="probability": for each background row, the Shapley values of the margin against that row alone, times the
 * ratio of the probability gap to the margin gap, (g(f(x)) - g(f(r))) / (f(x) - f(r)); averaged over the background. Sums to the
 * probability, but is not the Shapley value of the probability (ALGORITHMS 9.3). Where the margins are equal the ratio is g'.
 * shap 0.51-0.54 TreeExplainer(data, feature_perturbation="interventional", model_output="probability"); float64.
 * Time: leaves * background rows a row.
 *
 * @returns [nOutputs][nRows * nFeatures]
 */
export async function rescaledValues(
  forest: Forest,
  link: OneByOneLink,
  background: Background,
  rows: EncodedRows,
  signal: AbortSignal | undefined,
): Promise<Float64Array[]> {
  const { model, nFeatures } = forest;
  const { ensemble } = model;
  const { nOutputs } = ensemble;
  const nOthers = background.weights.length;
  const beta = betaTable(forest.slots, false);
  const values = Array.from({ length: nOutputs }, () => new Float64Array(rows.nRows * nFeatures));
  const others = encodeForTrees(model, background.rows);
  const theirs = evaluateEnsemble(ensemble, others, nOthers);
  const pacer = createPacer(signal);
  for (let row = 0; row < rows.nRows; row++) {
    const own = encodeForTrees(model, rowBlock(rows, row, 1));
    const mine = evaluateEnsemble(ensemble, own, 1);
    // [output][background row]: the ratio, weighted.
    const scales = Array.from({ length: nOutputs }, (_, output) =>
      background.weights.map((weight, other) => weight * gapRatio(link, mine[output]!, theirs[other * nOutputs + output]!)),
    );
    const columns = together(own, others, ensemble.nFeatures);
    for (let tree = 0; tree < ensemble.roots.length; tree++) {
      walkTree(ensemble, ensemble.roots[tree]!, forest.shapes[tree]!, forest.playerOf, columns, nOthers + 1, null, (path, patterns) => {
        addLeaf(path, patterns, nOthers, ensemble.leafValues, scales, beta, forest.slots + 1, values, row * nFeatures);
      });
      if (pacer.due()) await pacer.pause();
    }
  }
  return values;
}

/** Column-major: the row first, then the others. */
function together(own: Float64Array, others: Float64Array, width: number): Float64Array {
  const n = own.length / width + others.length / width;
  const columns = new Float64Array(n * width);
  for (let column = 0; column < width; column++) {
    columns[column * n] = own[column]!;
    for (let other = 1; other < n; other++) columns[column * n + other] = others[(other - 1) * width + column]!;
  }
  return columns;
}

function addLeaf(
  path: LeafPath,
  patterns: Int32Array,
  nOthers: number,
  leafValues: Float64Array,
  scales: readonly Float64Array[],
  beta: Float64Array,
  side: number,
  values: readonly Float64Array[],
  at: number,
): void {
  const { nSlots, players, leaf } = path;
  if (nSlots === 0) return;
  const stride = nOthers + 1;
  const words = patternWords(nSlots);
  for (let other = 1; other <= nOthers; other++) {
    let p = 0;
    let q = 0;
    let reachable = true;
    for (let word = 0; word < words && reachable; word++) {
      const mine = patterns[word * stride]!;
      const theirs = patterns[word * stride + other]!;
      reachable = (mine | theirs) === fullWord(nSlots, word);
      p += popcount(mine & ~theirs);
      q += popcount(theirs & ~mine);
    }
    if (!reachable || p + q === 0) continue;
    const up = p === 0 ? 0 : beta[(p - 1) * side + q]!;
    const down = q === 0 ? 0 : beta[p * side + q - 1]!;
    for (let output = 0; output < values.length; output++) {
      const scaled = leafValues[leaf * values.length + output]! * scales[output]![other - 1]!;
      if (scaled === 0) continue;
      const target = values[output]!;
      for (let word = 0; word < words; word++) {
        const mine = patterns[word * stride]!;
        const theirs = patterns[word * stride + other]!;
        for (let bits = mine & ~theirs; bits !== 0; bits &= bits - 1) target[at + players[word * 32 + lowestBit(bits)]!]! += scaled * up;
        for (let bits = theirs & ~mine; bits !== 0; bits &= bits - 1) target[at + players[word * 32 + lowestBit(bits)]!]! -= scaled * down;
      }
    }
  }
}

/** (g(a) - g(b)) / (a - b), g' where they are equal. */
function gapRatio(link: OneByOneLink, a: number, b: number): number {
  const g = link === 'logit' ? expit : Math.exp;
  if (a !== b) return (g(a) - g(b)) / (a - b);
  const value = g(a);
  return link === 'logit' ? value * (1 - value) : value;
}
