import { treeCount, type KernelForest } from '#/kernels/kernel-forest';

/** What both kernels export (assembly/forest.ts). */
interface ForestExports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  setForest(nodes: number, roots: number, columns: number, players: number, outputs: number): void;
  setOutputs(starts: number, ids: number): void;
  setCuts(starts: number, cuts: number): void;
}

const NODE_BYTES = 40;

/** An instance of a kernel with a forest in its memory. Memory is given back when the instance is dropped. */
export class ModuleMemory<E> {
  readonly exports: E & ForestExports;

  /** @param flags - by node: CELL, TABLES, WALKS of the plan */
  constructor(module: WebAssembly.Module, forest: KernelForest, flags: Uint8Array) {
    this.exports = new WebAssembly.Instance(module, {}).exports as E & ForestExports;
    this.exports.setForest(this.#putNodes(forest, flags), this.put(forest.starts), forest.nColumns, forest.players.length, forest.nOutputs);
    this.exports.setOutputs(this.put(forest.outputStarts), this.put(forest.outputs));
    this.exports.setCuts(this.put(forest.cutStarts), this.put(forest.cuts));
  }

  /** Copies an array into the module's memory, for good. @returns its address */
  put(array: Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array): number {
    const address = this.exports.allocate(array.byteLength);
    new Uint8Array(this.exports.memory.buffer, address, array.byteLength).set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    );
    return address;
  }

  /** A view of the memory, until the next call that allocates. */
  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.exports.memory.buffer, address, length);
  }

  #putNodes(forest: KernelForest, flags: Uint8Array): number {
    const words = this.put(forest.words);
    const n = forest.starts[treeCount(forest)]!;
    const buffer = new ArrayBuffer(n * NODE_BYTES);
    const ints = new Uint32Array(buffer);
    const doubles = new Float64Array(buffer);
    for (let node = 0, at = 0; node < n; node++, at += NODE_BYTES / 4) {
      ints[at] = forest.right[node]!;
      ints[at + 1] = forest.column[node]!;
      ints[at + 2] = forest.player[node]!;
      ints[at + 3] = forest.lookup[node] === 1 ? words + 4 * forest.low[node]! : forest.low[node]!;
      ints[at + 4] = forest.span[node]!;
      ints[at + 5] = flags[node]! | forest.lookup[node]!;
      ints[at + 6] = forest.leaf[node]!;
      ints[at + 7] = forest.splits[node]!;
      doubles[at / 2 + 4] = forest.share[node]!;
    }
    return this.put(new Uint8Array(buffer));
  }
}
