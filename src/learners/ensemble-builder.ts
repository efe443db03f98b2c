import { COMPARISONS, type TreeEnsemble } from '#/domain/tree-model';

/** The test of an inner node; the row goes to `yes` when it holds. */
export type NodeTest =
  | { readonly kind: 'lte'; readonly feature: number; readonly threshold: number; readonly missingYes: boolean }
  | { readonly kind: 'in'; readonly feature: number; readonly codes: readonly number[]; readonly missingYes: boolean };

const LTE = COMPARISONS.indexOf('lte');
const IN = COMPARISONS.indexOf('in');

/** Collects nodes of growing trees; every node is a leaf until it is split. */
export class EnsembleBuilder {
  readonly #roots: number[] = [];
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #comparison: number[] = [];
  readonly #yes: number[] = [];
  readonly #no: number[] = [];
  readonly #missingYes: number[] = [];
  readonly #cover: number[] = [];
  /** By node: start of its values, -1 while it has none. */
  readonly #valueAt: number[] = [];
  readonly #values: number[] = [];
  readonly #sets: Uint32Array[] = [];
  readonly #nOutputs: number;

  constructor(nOutputs: number) {
    this.#nOutputs = nOutputs;
  }

  get nTrees(): number {
    return this.#roots.length;
  }

  /** @returns the root, a leaf */
  startTree(cover: number): number {
    const root = this.#addNode(cover);
    this.#roots.push(root);
    return root;
  }

  /** Turns a leaf into an inner node with two leaves. */
  split(node: number, test: NodeTest, yesCover: number, noCover: number): { yes: number; no: number } {
    const yes = this.#addNode(yesCover);
    const no = this.#addNode(noCover);
    this.#feature[node] = test.feature;
    this.#yes[node] = yes;
    this.#no[node] = no;
    this.#missingYes[node] = Number(test.missingYes);
    if (test.kind === 'lte') {
      this.#comparison[node] = LTE;
      this.#threshold[node] = test.threshold;
    } else {
      this.#comparison[node] = IN;
      this.#threshold[node] = this.#sets.length;
      this.#sets.push(bitSet(test.codes));
    }
    return { yes, no };
  }

  /** @param values - [nOutputs], copied */
  setLeaf(node: number, values: ArrayLike<number>): void {
    this.#valueAt[node] = this.#values.length;
    for (let k = 0; k < this.#nOutputs; k++) this.#values.push(values[k]!);
  }

  /** @param base - [nOutputs] */
  finish(nFeatures: number, base: Float64Array, float32: boolean): TreeEnsemble {
    const nOutputs = this.#nOutputs;
    const feature = Int32Array.from(this.#feature);
    const leaf = new Int32Array(feature.length).fill(-1);
    let nLeaves = 0;
    for (let node = 0; node < feature.length; node++) if (feature[node]! < 0) leaf[node] = nLeaves++;
    const leafValues = new Float64Array(nLeaves * nOutputs);
    for (let node = 0; node < feature.length; node++) {
      const at = this.#valueAt[node]!;
      if (leaf[node]! < 0 || at < 0) continue;
      for (let k = 0; k < nOutputs; k++) leafValues[leaf[node]! * nOutputs + k] = this.#values[at + k]!;
    }
    return {
      roots: Int32Array.from(this.#roots),
      feature,
      threshold: Float64Array.from(this.#threshold),
      comparison: Uint8Array.from(this.#comparison),
      yes: Int32Array.from(this.#yes),
      no: Int32Array.from(this.#no),
      missingYes: Uint8Array.from(this.#missingYes),
      leaf,
      leafValues,
      base,
      nOutputs,
      nFeatures,
      cover: Float64Array.from(this.#cover),
      float32,
      categorySets: this.#sets,
    };
  }

  #addNode(cover: number): number {
    this.#feature.push(-1);
    this.#threshold.push(0);
    this.#comparison.push(LTE);
    this.#yes.push(-1);
    this.#no.push(-1);
    this.#missingYes.push(0);
    this.#valueAt.push(-1);
    return this.#cover.push(cover) - 1;
  }
}

/** Bit set of category codes: code c is bit c % 32 of word c / 32. */
function bitSet(codes: readonly number[]): Uint32Array {
  const words = new Uint32Array((codes.reduce((most, code) => Math.max(most, code), 0) >>> 5) + 1);
  for (const code of codes) words[code >>> 5]! |= 1 << (code & 31);
  return words;
}
