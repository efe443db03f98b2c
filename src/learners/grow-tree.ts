import type { BinnedRows } from '#/learners/feature-bins';
import type { EnsembleBuilder, NodeTest } from '#/learners/ensemble-builder';
import type { Pace } from '#/learners/pace';
import { bestSplit, type Split, type SplitRules } from '#/learners/split-search';

/** A leaf while the tree grows. Its rows are `order[start .. start + count)`. */
interface OpenLeaf {
  readonly node: number;
  readonly start: number;
  readonly count: number;
  readonly gradient: number;
  readonly hessian: number;
  readonly value: number;
  histogram: Float64Array | null;
  /** Features that could not split the parent are not tried again. */
  readonly open: Uint8Array;
  best: Split | null;
}

/** What a grown tree leaves behind: its leaves with their rows. */
export interface GrownLeaf {
  readonly node: number;
  readonly start: number;
  readonly count: number;
  readonly value: number;
}

export interface GrownTree {
  readonly leaves: readonly GrownLeaf[];
  /** Splits and their summed gain by feature. */
  readonly splits: readonly { readonly feature: number; readonly gain: number }[];
}

/**
 * Grows trees leaf by leaf on binned rows: the leaf whose best split gains most is split next (Shi 2007; LightGBM). The
 * histogram of the larger child is the parent's minus the smaller child's. One object serves all trees of a training.
 */
export class TreeGrower {
  readonly #data: BinnedRows;
  readonly #rules: SplitRules;
  readonly #maxLeaves: number;
  /** By feature: start of its bins in a histogram. */
  readonly #offsets: Int32Array;
  readonly #size: number;
  readonly #spare: Float64Array[] = [];
  readonly #held: Int32Array;
  readonly #gathered: Float32Array;
  readonly #gatheredHessian: Float32Array;
  /** Rows, those of a leaf together. */
  readonly order: Int32Array;

  constructor(data: BinnedRows, rules: SplitRules, maxLeaves: number) {
    this.#data = data;
    this.#rules = rules;
    this.#maxLeaves = maxLeaves;
    this.#offsets = new Int32Array(data.features.length);
    let size = 0;
    data.features.forEach((feature, i) => {
      this.#offsets[i] = size;
      size += 2 * feature.nBins;
    });
    this.#size = size;
    this.order = new Int32Array(data.nRows);
    this.#held = new Int32Array(data.nRows);
    this.#gathered = new Float32Array(data.nRows);
    this.#gatheredHessian = new Float32Array(data.nRows);
  }

  /**
   * One tree. Its leaf values are written to the builder times `shrinkage`; a tree that cannot split leaves the builder alone.
   * @param gradient - [nRows], of the loss by the score
   * @param hessian - [nRows], or null where it is 1 everywhere
   * @param setLeaf - writes a node's value
   * @returns null when no split is possible
   */
  async grow(
    gradient: Float32Array,
    hessian: Float32Array | null,
    shrinkage: number,
    builder: EnsembleBuilder,
    setLeaf: (node: number, value: number) => void,
    pace: Pace,
  ): Promise<GrownTree | null> {
    const { nRows, features } = this.#data;
    const { order } = this;
    for (let row = 0; row < nRows; row++) order[row] = row;
    let sumGradient = 0;
    let sumHessian = 0;
    for (let row = 0; row < nRows; row++) {
      sumGradient += gradient[row]!;
      if (hessian !== null) sumHessian += hessian[row]!;
    }
    if (hessian === null) sumHessian = nRows;
    const root: OpenLeaf = {
      node: -1,
      start: 0,
      count: nRows,
      gradient: sumGradient,
      hessian: sumHessian,
      value: 0,
      histogram: null,
      open: new Uint8Array(features.length).fill(1),
      best: null,
    };
    if (root.count < 2 * this.#rules.minRows) return null;
    root.histogram = this.#histogram(root, gradient, hessian);
    this.#search(root);
    if (root.best === null) {
      this.#release(root);
      return null;
    }
    const leaves: OpenLeaf[] = [{ ...root, node: builder.startTree(nRows) }];
    const splits: { feature: number; gain: number }[] = [];
    while (leaves.length < this.#maxLeaves) {
      let at = -1;
      leaves.forEach((leaf, i) => {
        if (leaf.best !== null && (at < 0 || leaf.best.gain > leaves[at]!.best!.gain)) at = i;
      });
      if (at < 0) break;
      const leaf = leaves[at]!;
      const split = leaf.best!;
      splits.push({ feature: split.feature, gain: split.gain });
      const [yes, no] = this.#split(leaf, split, builder);
      leaves[at] = yes;
      leaves.push(no);
      if (leaves.length < this.#maxLeaves) this.#prepare(leaf, yes, no, gradient, hessian);
      else this.#release(leaf);
      if (pace.due()) await pace.pause();
    }
    for (const leaf of leaves) {
      this.#release(leaf);
      setLeaf(leaf.node, leaf.value * shrinkage);
    }
    return {
      leaves: leaves.map(({ node, start, count, value }) => ({ node, start, count, value: value * shrinkage })),
      splits,
    };
  }

  /** Histograms and best splits of two fresh leaves; the parent's histogram becomes that of the larger one. */
  #prepare(parent: OpenLeaf, yes: OpenLeaf, no: OpenLeaf, gradient: Float32Array, hessian: Float32Array | null): void {
    const least = 2 * this.#rules.minRows;
    if (yes.count < least && no.count < least) {
      this.#release(parent);
      return;
    }
    const [smaller, larger] = yes.count < no.count ? [yes, no] : [no, yes];
    smaller.histogram = this.#histogram(smaller, gradient, hessian);
    const whole = parent.histogram!;
    parent.histogram = null;
    for (let i = 0; i < whole.length; i++) whole[i] = whole[i]! - smaller.histogram[i]!;
    larger.histogram = whole;
    for (const leaf of [smaller, larger]) {
      if (leaf.count >= least) this.#search(leaf);
      if (leaf.best === null) this.#release(leaf);
    }
  }

  #search(leaf: OpenLeaf): void {
    this.#data.features.forEach((bins, feature) => {
      if (leaf.open[feature] === 0) return;
      const split = bestSplit(bins, feature, leaf.histogram!, this.#offsets[feature]!, leaf, this.#rules);
      if (split === null) leaf.open[feature] = 0;
      else if (leaf.best === null || split.gain > leaf.best.gain) leaf.best = split;
    });
  }

  #histogram(leaf: OpenLeaf, gradient: Float32Array, hessian: Float32Array | null): Float64Array {
    const histogram = this.#spare.pop() ?? new Float64Array(this.#size);
    histogram.fill(0);
    const { nRows, bins } = this.#data;
    const { start, count } = leaf;
    const order = this.order;
    let g = gradient;
    let h = hessian;
    const all = count === nRows;
    if (!all) {
      g = this.#gathered;
      for (let i = 0; i < count; i++) g[i] = gradient[order[start + i]!]!;
      if (hessian !== null) {
        h = this.#gatheredHessian;
        for (let i = 0; i < count; i++) h[i] = hessian[order[start + i]!]!;
      }
    }
    for (let feature = 0; feature < this.#offsets.length; feature++) {
      if (leaf.open[feature] === 0) continue;
      const column = bins.subarray(feature * nRows, (feature + 1) * nRows);
      const at = this.#offsets[feature]!;
      if (all) addAll(column, g, h, histogram, at);
      else addSome(column, order, start, count, g, h, histogram, at);
    }
    return histogram;
  }

  /** Moves the rows of a leaf to its two children, keeping their order. */
  #split(leaf: OpenLeaf, split: Split, builder: EnsembleBuilder): [OpenLeaf, OpenLeaf] {
    const { nRows, bins, features } = this.#data;
    const known = features[split.feature]!;
    const goesYes = new Uint8Array(known.nBins);
    if (known.kind === 'numeric') {
      goesYes.fill(1, 0, split.bin + 1);
      if (known.missingBin >= 0) goesYes[known.missingBin] = Number(split.missingYes);
    } else {
      for (const bin of split.codeBins) goesYes[bin] = 1;
    }
    const { order } = this;
    const held = this.#held;
    const column = split.feature * nRows;
    const end = leaf.start + leaf.count;
    let at = leaf.start;
    let nHeld = 0;
    for (let i = leaf.start; i < end; i++) {
      const row = order[i]!;
      if (goesYes[bins[column + row]!] === 1) order[at++] = row;
      else held[nHeld++] = row;
    }
    order.set(held.subarray(0, nHeld), at);
    const yesCount = at - leaf.start;
    const { yes, no } = builder.split(leaf.node, testOf(split, known), yesCount, nHeld);
    const child = (node: number, start: number, count: number, gradient: number, hessian: number): OpenLeaf => ({
      node,
      start,
      count,
      gradient,
      hessian,
      value: -gradient / (hessian + split.lambda),
      histogram: null,
      open: leaf.open.slice(),
      best: null,
    });
    return [
      child(yes, leaf.start, yesCount, split.gradient, split.hessian),
      child(no, at, nHeld, leaf.gradient - split.gradient, leaf.hessian - split.hessian),
    ];
  }

  #release(leaf: OpenLeaf): void {
    if (leaf.histogram !== null) this.#spare.push(leaf.histogram);
    leaf.histogram = null;
  }
}

/**
 * The split on values instead of bins. Without missing values in training NaN is taken for 0, as LightGBM does.
 */
function testOf(split: Split, known: BinnedRows['features'][number]): NodeTest {
  if (known.kind === 'categorical') {
    return { kind: 'in', feature: split.feature, codes: split.codeBins.map((bin) => known.codes[bin]!), missingYes: false };
  }
  const limit = known.limits[split.bin]!;
  const threshold = limit === Infinity ? Number.MAX_VALUE : limit;
  return { kind: 'lte', feature: split.feature, threshold, missingYes: known.missingBin >= 0 ? split.missingYes : 0 <= threshold };
}

function addAll(column: Uint8Array, g: Float32Array, h: Float32Array | null, histogram: Float64Array, at: number): void {
  const n = column.length;
  if (h === null) {
    for (let row = 0; row < n; row++) {
      const slot = at + 2 * column[row]!;
      histogram[slot] = histogram[slot]! + g[row]!;
      histogram[slot + 1] = histogram[slot + 1]! + 1;
    }
    return;
  }
  for (let row = 0; row < n; row++) {
    const slot = at + 2 * column[row]!;
    histogram[slot] = histogram[slot]! + g[row]!;
    histogram[slot + 1] = histogram[slot + 1]! + h[row]!;
  }
}

/** @param g - gradients of the leaf's rows, in their order; `h` likewise */
function addSome(
  column: Uint8Array,
  order: Int32Array,
  start: number,
  count: number,
  g: Float32Array,
  h: Float32Array | null,
  histogram: Float64Array,
  at: number,
): void {
  if (h === null) {
    for (let i = 0; i < count; i++) {
      const slot = at + 2 * column[order[start + i]!]!;
      histogram[slot] = histogram[slot]! + g[i]!;
      histogram[slot + 1] = histogram[slot + 1]! + 1;
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    const slot = at + 2 * column[order[start + i]!]!;
    histogram[slot] = histogram[slot]! + g[i]!;
    histogram[slot + 1] = histogram[slot + 1]! + h[i]!;
  }
}
