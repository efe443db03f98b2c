import { COMPARISONS, type TreeEnsemble } from '#/domain/tree-model';
import type { Forest } from '#/explainers/forest';
import type { KernelForest } from '#/kernels/kernel-forest';
import { nextBelow } from '#/trees/compiled-ensemble';
import { coverShare, isMember } from '#/trees/covers';

/**
 * A forest as the kernels take it (kernels/kernel-forest). Every comparison becomes a range of bins or a set of bins, exactly:
 * `x < t` is `x <= the float64 below t`, `>` and `>=` swap the children, sets of categories get cuts at the whole numbers.
 * @param cover - shares of children come from it; null leaves them at 1
 */
export function kernelForest(forest: Forest, cover: Float64Array | null): KernelForest {
  const { ensemble } = forest.model;
  const { cuts, cutStarts } = cutsOf(ensemble);
  const players = playersOf(forest);
  const playerAt = new Map(Array.from(players, (player, index) => [player, index]));
  const nNodes = ensemble.feature.length;
  const nTrees = ensemble.roots.length;
  const nOutputs = ensemble.nOutputs;
  const starts = new Int32Array(nTrees + 1);
  const right = new Int32Array(nNodes).fill(-1);
  const column = new Int32Array(nNodes).fill(-1);
  const player = new Int32Array(nNodes).fill(-1);
  const low = new Uint32Array(nNodes);
  const span = new Uint32Array(nNodes);
  const lookup = new Uint8Array(nNodes);
  const leaf = new Int32Array(nNodes).fill(-1);
  const splits = new Int32Array(nNodes);
  const share = new Float64Array(nNodes).fill(1);
  const slots = new Int32Array(nNodes);
  const leafValues = new Float64Array(nOutputs * ensemble.feature.reduce((count, feature) => count + Number(feature < 0), 0));
  const words: number[] = [];
  let at = 0;
  let nLeaves = 0;
  const uses = new Int32Array(players.length);
  let onPath = 0;

  const place = (node: number, part: number): number => {
    const position = at++;
    share[position] = part;
    slots[position] = onPath;
    const feature = ensemble.feature[node]!;
    if (feature < 0) {
      const from = ensemble.leaf[node]! * nOutputs;
      leafValues.set(ensemble.leafValues.subarray(from, from + nOutputs), nLeaves * nOutputs);
      leaf[position] = nLeaves++;
      return 0;
    }
    const own = playerAt.get(forest.playerOf[feature]!)!;
    const test = testOf(ensemble, node, cuts, cutStarts);
    column[position] = feature;
    player[position] = own;
    span[position] = test.span;
    if (test.bins === null) low[position] = test.low;
    else {
      lookup[position] = 1;
      low[position] = words.length;
      for (const word of test.bins) words.push(word);
    }
    const yes = ensemble.yes[node]!;
    const no = ensemble.no[node]!;
    const partOf = (child: number): number => (cover === null ? 1 : coverShare(cover, node, child));
    const isNew = uses[own] === 0;
    uses[own]!++;
    if (isNew) onPath++;
    const first = test.swaps ? no : yes;
    const second = test.swaps ? yes : no;
    let below = 1 + place(first, partOf(first));
    right[position] = at;
    below += place(second, partOf(second));
    uses[own]!--;
    if (isNew) onPath--;
    splits[position] = below;
    return below;
  };
  ensemble.roots.forEach((root, tree) => {
    starts[tree] = at;
    place(root, 1);
  });
  starts[nTrees] = at;
  return {
    starts,
    right,
    column,
    player,
    low,
    span,
    lookup,
    words: Uint32Array.from(words),
    leaf,
    splits,
    share,
    slots,
    leafValues,
    nOutputs,
    ...outputsOf(starts, leaf, leafValues, nOutputs),
    nColumns: ensemble.nFeatures,
    cuts,
    cutStarts,
    players,
    depths: Int32Array.from(forest.shapes, (shape) => shape.depth),
    mostSlots: Int32Array.from(forest.shapes, (shape) => shape.slots),
  };
}

/** Players that any node tests, ascending. */
export function playersOf(forest: Forest): Int32Array {
  const used = new Set<number>();
  for (const feature of forest.model.ensemble.feature) if (feature >= 0) used.add(forest.playerOf[feature]!);
  return Int32Array.from(used).sort();
}

/** Values at which the outcome of some test changes: x <= cut or x > cut. */
function cutsOf(ensemble: TreeEnsemble): { cuts: Float64Array; cutStarts: Int32Array } {
  const perColumn = Array.from({ length: ensemble.nFeatures }, () => new Set<number>());
  ensemble.feature.forEach((feature, node) => {
    if (feature < 0) return;
    const column = perColumn[feature]!;
    const threshold = ensemble.threshold[node]!;
    const comparison = COMPARISONS[ensemble.comparison[node]!]!;
    if (comparison === 'in') {
      for (let code = 0; code <= ensemble.categorySets[threshold]!.length * 32; code++) column.add(nextBelow(code));
      return;
    }
    if (comparison !== 'lte' && comparison !== 'gt') column.add(nextBelow(threshold));
    if (comparison !== 'lt' && comparison !== 'gte') column.add(threshold);
  });
  const cutStarts = new Int32Array(ensemble.nFeatures + 1);
  const sorted = perColumn.map((column, index) => {
    column.delete(NaN);
    const cuts = Float64Array.from(column).sort();
    cutStarts[index + 1] = cutStarts[index]! + cuts.length;
    return cuts;
  });
  const cuts = new Float64Array(cutStarts[ensemble.nFeatures]!);
  sorted.forEach((column, index) => cuts.set(column, cutStarts[index]));
  return { cuts, cutStarts };
}

interface BinTest {
  /** The children change places. */
  readonly swaps: boolean;
  readonly low: number;
  readonly span: number;
  /** Bit set over bins where they are no range. */
  readonly bins: Uint32Array | null;
}

function testOf(ensemble: TreeEnsemble, node: number, cuts: Float64Array, cutStarts: Int32Array): BinTest {
  const feature = ensemble.feature[node]!;
  const column = cuts.subarray(cutStarts[feature], cutStarts[feature + 1]);
  const threshold = ensemble.threshold[node]!;
  const comparison = COMPARISONS[ensemble.comparison[node]!]!;
  // Nothing is greater than NaN, nor less.
  const swaps = comparison === 'neq' || (!Number.isNaN(threshold) && (comparison === 'gt' || comparison === 'gte'));
  const takesMissing = (ensemble.missingYes[node] === 1) !== swaps;
  if (comparison === 'in') {
    const set = ensemble.categorySets[threshold]!;
    // A bin holds values of one whole number, up to its cut; beyond the last cut there are no members.
    return binSet(column, takesMissing, (bin) => bin <= column.length && isMember(set, column[bin - 1]!), false);
  }
  const isEqual = comparison === 'eq' || comparison === 'neq';
  const limit = comparison === 'lt' || comparison === 'gte' ? nextBelow(threshold) : threshold;
  if (Number.isNaN(limit)) return binSet(column, takesMissing, () => false, swaps);
  const bin = positionOf(column, limit) + 1;
  if (isEqual && takesMissing) return binSet(column, true, (other) => other === bin, swaps);
  if (isEqual) return { swaps, low: bin, span: 0, bins: null };
  return takesMissing ? { swaps, low: 0, span: bin, bins: null } : { swaps, low: 1, span: bin - 1, bins: null };
}

function binSet(column: Float64Array, takesMissing: boolean, holds: (bin: number) => boolean, swaps: boolean): BinTest {
  const bins = new Uint32Array((column.length + 2 + 31) >>> 5);
  if (takesMissing) bins[0] = 1;
  for (let bin = 1; bin <= column.length + 1; bin++) if (holds(bin)) bins[bin >>> 5]! |= 1 << (bin & 31);
  return { swaps, low: 0, span: 0, bins };
}

/** How many of the sorted numbers lie below x. */
function positionOf(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function outputsOf(
  starts: Int32Array,
  leaf: Int32Array,
  leafValues: Float64Array,
  nOutputs: number,
): { outputStarts: Int32Array; outputs: Int32Array } {
  const outputStarts = new Int32Array(starts.length);
  const outputs: number[] = [];
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    for (let output = 0; output < nOutputs; output++) {
      let any = false;
      for (let node = starts[tree]!; node < starts[tree + 1]! && !any; node++) {
        any = leaf[node]! >= 0 && leafValues[leaf[node]! * nOutputs + output] !== 0;
      }
      if (any) outputs.push(output);
    }
    outputStarts[tree + 1] = outputs.length;
  }
  return { outputStarts, outputs: Int32Array.from(outputs) };
}
