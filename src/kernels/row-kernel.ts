/**
 * A kernel with a forest, ready for rows: `load` some, `run` each group of trees once in order, read `values`. What a row gets does not
 * depend on the rows beside it.
 */
export interface RowKernel {
  /** Most rows of a load. */
  readonly rows: number;
  readonly groups: number;
  /** Numbers a row and output: players, then pairs of players (0, 1), (0, 2), .. where asked for, then padding. */
  readonly lanes: number;
  /** @param x - row-major [count, columns of the ensemble], as the trees compare them */
  load(x: Float64Array, count: number): void;
  run(group: number): void;
  /** Kernels that work elsewhere: settles when the values are there. Call it after the last group. */
  finish?(): Promise<void>;
  /** [count][nOutputs][lanes]: a view, until the next call. */
  values(): Float64Array;
}

/** Borders of groups of `size` trees. */
export function groupBorders(nTrees: number, size: number): number[] {
  return [...Array.from({ length: Math.ceil(nTrees / size) }, (_, group) => group * size), nTrees];
}
