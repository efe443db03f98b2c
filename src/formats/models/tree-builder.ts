/** Trees of any model file, node by node, into one structure of arrays. */
import { COMPARISONS, type Comparison, type TreeEnsemble } from '#/domain/tree-model';
import { unreadable, unsupported } from '#/formats/format-errors';

/** A node as a reader finds it; `K` names a node in the file. */
export type FileNode<K> =
  | { readonly leaf: number | ArrayLike<number>; readonly cover: number }
  | {
      readonly slot: number;
      /** The node treats 0 as missing (LightGBM's missing type Zero). */
      readonly zeroIsMissing?: boolean;
      readonly comparison: Comparison;
      /** For `in`: ignored, `members` counts. */
      readonly threshold: number;
      readonly members?: Uint32Array;
      readonly missingYes: boolean;
      readonly cover: number;
      /** NaN where the file has none. */
      readonly gain: number;
      readonly yes: K;
      readonly no: K;
    };

/** A column that trees compare: a slot of the model's matrix, taken as it is or with 0 as missing. */
export interface BuiltColumn {
  readonly slot: number;
  readonly zeroIsMissing: boolean;
}

/** Sums over all splits, by slot. */
export interface SplitSums {
  readonly splits: Float64Array;
  readonly gain: Float64Array;
  readonly cover: Float64Array;
  /** Splits with a gain above 0, which is what LightGBM counts. */
  readonly gaining: Float64Array;
}

/** No ensemble of an import is larger (512 MB of leaf values). */
const MAX_LEAF_VALUES = 2 ** 26;
const MAX_NODES = 2 ** 25;

export class TreeBuilder {
  readonly #nSlots: number;
  readonly #nOutputs: number;
  readonly #file: string;
  readonly #columns: BuiltColumn[] = [];
  readonly #columnOf = new Map<number, number>();
  readonly #roots: number[] = [];
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #comparison: number[] = [];
  readonly #yes: number[] = [];
  readonly #no: number[] = [];
  readonly #missingYes: number[] = [];
  readonly #leaf: number[] = [];
  readonly #cover: number[] = [];
  readonly #leaves: { readonly output: number; readonly value: number | ArrayLike<number> }[] = [];
  readonly #sets: Uint32Array[] = [];
  readonly sums: SplitSums;

  constructor(nSlots: number, nOutputs: number, file: string) {
    this.#nSlots = nSlots;
    this.#nOutputs = nOutputs;
    this.#file = file;
    const zeros = (): Float64Array => new Float64Array(nSlots);
    this.sums = { splits: zeros(), gain: zeros(), cover: zeros(), gaining: zeros() };
  }

  /**
   * @param output - what a leaf with one number adds to
   * @param maxNodes - nodes that the file lists for this tree; a walk that meets more goes in circles
   * @throws LimpidError `UnreadableFile` for circles, unknown features and leaves of the wrong width
   */
  addTree<K>(root: K, output: number, maxNodes: number, where: string, expand: (key: K) => FileNode<K>): void {
    this.#roots.push(this.#feature.length);
    const stack: { readonly key: K; readonly parent: number; readonly isYes: boolean }[] = [{ key: root, parent: -1, isYes: false }];
    let met = 0;
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (++met > maxNodes) throw this.#damaged('Its nodes form no tree.', where);
      const at = this.#feature.length;
      if (at >= MAX_NODES) throw unsupported(`The model has more than ${MAX_NODES} nodes.`, { file: this.#file, at: where });
      const node = expand(top.key);
      if (top.parent >= 0) (top.isYes ? this.#yes : this.#no)[top.parent] = at;
      this.#cover.push(node.cover);
      this.#yes.push(-1);
      this.#no.push(-1);
      if ('leaf' in node) {
        this.#addLeaf(node.leaf, output, where);
        continue;
      }
      this.#addSplit(node, where);
      stack.push({ key: node.no, parent: at, isYes: false }, { key: node.yes, parent: at, isYes: true });
    }
  }

  #addLeaf(value: number | ArrayLike<number>, output: number, where: string): void {
    if (typeof value !== 'number' && value.length !== this.#nOutputs) {
      throw this.#damaged(`A leaf has ${value.length} values, expected ${this.#nOutputs}.`, where);
    }
    this.#feature.push(-1);
    this.#threshold.push(0);
    this.#comparison.push(0);
    this.#missingYes.push(0);
    this.#leaf.push(this.#leaves.length);
    this.#leaves.push({ output, value });
  }

  #addSplit<K>(node: Exclude<FileNode<K>, { leaf: unknown }>, where: string): void {
    if (!(node.slot >= 0 && node.slot < this.#nSlots)) {
      throw this.#damaged(`A node tests feature ${node.slot}, the model has ${this.#nSlots}.`, where);
    }
    if (Number.isNaN(node.threshold)) throw this.#damaged('A node has no threshold.', where);
    this.#feature.push(this.#column(node.slot, node.zeroIsMissing === true));
    this.#comparison.push(COMPARISONS.indexOf(node.comparison));
    this.#threshold.push(node.comparison === 'in' ? this.#sets.push(node.members ?? new Uint32Array(0)) - 1 : node.threshold);
    this.#missingYes.push(node.missingYes ? 1 : 0);
    this.#leaf.push(-1);
    const { splits, gain, cover, gaining } = this.sums;
    splits[node.slot]!++;
    gain[node.slot]! += node.gain;
    cover[node.slot]! += node.cover;
    if (node.gain > 0) gaining[node.slot]!++;
  }

  #column(slot: number, zeroIsMissing: boolean): number {
    const key = 2 * slot + (zeroIsMissing ? 1 : 0);
    const known = this.#columnOf.get(key);
    if (known !== undefined) return known;
    this.#columnOf.set(key, this.#columns.length);
    return this.#columns.push({ slot, zeroIsMissing }) - 1;
  }

  #damaged(message: string, where: string): Error {
    return unreadable(message, { file: this.#file, at: where, hint: 'The file looks damaged: save the model again.' });
  }

  /**
   * @param scale - factor of every leaf value (averages, CatBoost's scale)
   * @param hasCovers - false where the file's covers mean nothing
   */
  finish(
    base: ArrayLike<number>,
    options: { readonly float32: boolean; readonly scale?: number; readonly hasCovers?: boolean },
  ): { readonly ensemble: TreeEnsemble; readonly columns: readonly BuiltColumn[] } {
    const nOutputs = this.#nOutputs;
    const { scale = 1, hasCovers = true } = options;
    if (this.#leaves.length * nOutputs > MAX_LEAF_VALUES) {
      throw unsupported(`The model has ${this.#leaves.length} leaves for ${nOutputs} outputs, more than can be opened.`, {
        file: this.#file,
      });
    }
    const leafValues = new Float64Array(this.#leaves.length * nOutputs);
    for (const [index, { output, value }] of this.#leaves.entries()) {
      if (typeof value === 'number') leafValues[index * nOutputs + output] = value * scale;
      else for (let k = 0; k < nOutputs; k++) leafValues[index * nOutputs + k] = value[k]! * scale;
    }
    if (leafValues.some((value) => !Number.isFinite(value))) throw this.#damaged('A leaf holds no finite number.', 'trees');
    const known = hasCovers && this.#cover.every((value) => value >= 0);
    const ensemble: TreeEnsemble = {
      roots: Int32Array.from(this.#roots),
      feature: Int32Array.from(this.#feature),
      threshold: Float64Array.from(this.#threshold),
      comparison: Uint8Array.from(this.#comparison),
      yes: Int32Array.from(this.#yes),
      no: Int32Array.from(this.#no),
      missingYes: Uint8Array.from(this.#missingYes),
      leaf: Int32Array.from(this.#leaf),
      leafValues,
      base: Float64Array.from(base),
      nOutputs,
      nFeatures: this.#columns.length,
      cover: known ? Float64Array.from(this.#cover) : null,
      float32: options.float32,
      categorySets: this.#sets,
    };
    return { ensemble, columns: this.#columns };
  }
}

/** No category code of an import is larger: a set of this size takes 128 kB. */
const MAX_CODE = 2 ** 20;

/** Codes as a bit set; null when one is no code. */
export function memberSet(codes: Iterable<number>): Uint32Array | null {
  let largest = -1;
  const list = [...codes];
  for (const code of list) {
    if (!Number.isInteger(code) || code < 0 || code >= MAX_CODE) return null;
    largest = Math.max(largest, code);
  }
  const set = new Uint32Array(Math.ceil((largest + 1) / 32));
  for (const code of list) set[code >>> 5]! |= 1 << (code & 31);
  return set;
}
