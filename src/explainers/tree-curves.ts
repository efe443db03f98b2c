import type { EncodedRows } from '#/domain/model';
import type { TreeModel } from '#/domain/tree-model';
import { encodeForTrees } from '#/trees/apply-steps';
import { compileEnsemble, type CompiledEnsemble } from '#/trees/compiled-ensemble';
import { isMember } from '#/trees/covers';
import { applyInverseLink } from '#/trees/link';

/** A feature that runs over encoded values. */
export interface GridAxis {
  readonly feature: number;
  readonly grid: Float64Array;
}

/** Rows walked through one tree after the other: their sums stay in the cache. */
const BLOCK_ROWS = 64;

/**
 * Predictions of each row while one or two features run over grids, without predicting each point by itself: a row walks a tree once
 * and parts only where a node tests such a feature, with the range of grid points that goes each way. A leaf is added to all points
 * that reach it, in tree order: the result has the bits of `predictTrees` on every point. Time: rows * trees * (depth + leaves reached
 * + grid points).
 *
 * @param rows - [nRows, nFeatures] over the model's features; not modified; NaN is missing
 * @param axes - one axis, or an outer and an inner one of different features; grids may hold NaN
 * @returns row-major [nRows, outer grid, inner grid, nOutputs] in prediction space
 */
export function treeCurves(model: TreeModel, rows: EncodedRows, axes: readonly [GridAxis] | readonly [GridAxis, GridAxis]): Float64Array {
  const { ensemble, link } = model;
  const { nOutputs, nFeatures: width, leafValues, base } = ensemble;
  const trees = compileEnsemble(ensemble);
  // A single axis is the inner one: its points lie next to each other.
  const [outer, inner] = axes.length === 1 ? [null, axes[0]] : axes;
  const inside = planAxis(model, trees, rows.nFeatures, inner);
  const outside = outer === null ? null : planAxis(model, trees, rows.nFeatures, outer);
  const [nOuter, nInner] = [outer?.grid.length ?? 1, inner.grid.length];
  const lineSize = nOuter * nInner * nOutputs;
  const sums = new Float64Array(rows.nRows * lineSize);
  for (let i = 0; i < sums.length; i++) sums[i] = base[i % nOutputs]!;
  const x = encodeForTrees(model, rows);
  const walk = createWalk({ trees, x, sums, leafValues, nOutputs, inside, outside, nOuter, nInner });
  for (let start = 0; start < rows.nRows; start += BLOCK_ROWS) {
    const end = Math.min(start + BLOCK_ROWS, rows.nRows);
    for (const root of trees.roots) for (let row = start; row < end; row++) walk(root, row * width, row * lineSize);
  }
  return applyInverseLink(link, sums, nOutputs);
}

/** How the nodes that test an axis part its grid. */
interface AxisPlan {
  /** By node: first entry in `ends`, -1 where the node does not test the axis. */
  readonly first: Int32Array;
  /** Ends of runs of grid points that go the same way, by node; the last is the size of the grid. */
  readonly ends: Int32Array;
  /** Child of each run. */
  readonly child: Int32Array;
}

function planAxis(model: TreeModel, trees: CompiledEnsemble, nFeatures: number, { feature, grid }: GridAxis): AxisPlan {
  const { nInner } = trees;
  const width = model.ensemble.nFeatures;
  const values = new Float64Array(grid.length * nFeatures).fill(NaN);
  for (let g = 0; g < grid.length; g++) values[g * nFeatures + feature] = grid[g]!;
  const x = encodeForTrees(model, { nRows: grid.length, nFeatures, values });
  const first = new Int32Array(nInner).fill(-1);
  const ends: number[] = [];
  const child: number[] = [];
  for (let node = 0; node < nInner; node++) {
    const column = trees.feature[node]!;
    if (model.sources[column]!.feature !== feature) continue;
    first[node] = ends.length;
    let before = -1;
    for (let g = 0; g < grid.length; g++) {
      const next = trees.children[2 * node + testOf(trees, node, x[g * width + column]!)]!;
      if (g > 0 && next === before) ends[ends.length - 1] = g + 1;
      else {
        ends.push(g + 1);
        child.push(next);
      }
      before = next;
    }
  }
  return { first, ends: Int32Array.from(ends), child: Int32Array.from(child) };
}

/** 1 when the node's test holds or a missing value goes that way. */
function testOf({ threshold, equal, missing, categorySets }: CompiledEnsemble, node: number, value: number): number {
  const limit = threshold[node]!;
  if (equal[node] === 2) return Number(isMember(categorySets[limit]!, value)) | (Number(value !== value) & missing[node]!);
  const holds = Number(value <= limit) & (Number(value >= limit) | (1 - equal[node]!));
  return holds | (Number(value !== value) & missing[node]!);
}

interface WalkParts {
  readonly trees: CompiledEnsemble;
  readonly x: Float64Array;
  readonly sums: Float64Array;
  readonly leafValues: Float64Array;
  readonly nOutputs: number;
  readonly inside: AxisPlan;
  readonly outside: AxisPlan | null;
  readonly nOuter: number;
  readonly nInner: number;
}

/** Numbers of one entry of the stack: node, outer range, inner range. */
const ENTRY = 5;

/** Adds one tree to one row's points. */
function createWalk(parts: WalkParts): (root: number, xAt: number, sumsAt: number) => void {
  const { trees, x, sums, leafValues, nOutputs, inside, outside, nOuter, nInner } = parts;
  const { feature, threshold, children, nInner: firstLeaf, hasEqual } = trees;
  const deepest = trees.depths.reduce((most, depth) => Math.max(most, depth), 0);
  // Every level of a path leaves at most all runs of one node behind.
  const stack = new Int32Array(ENTRY * (deepest + 1) * (Math.max(nOuter, nInner) + 1));
  const plain = !hasEqual && !x.some((value) => Number.isNaN(value));
  const { first: innerFirst, ends: innerEnds, child: innerChild } = inside;
  const noAxis = new Int32Array(innerFirst.length).fill(-1);
  const { first: outerFirst, ends: outerEnds, child: outerChild } = outside ?? { first: noAxis, ends: noAxis, child: noAxis };
  const addLeaf = (leaf: number, sumsAt: number, outerFrom: number, outerTo: number, innerFrom: number, innerTo: number): void => {
    for (let a = outerFrom; a < outerTo; a++) {
      const from = sumsAt + (a * nInner + innerFrom) * nOutputs;
      const to = sumsAt + (a * nInner + innerTo) * nOutputs;
      if (nOutputs === 1) {
        const value = leafValues[leaf]!;
        for (let at = from; at < to; at++) sums[at] = sums[at]! + value;
      } else {
        for (let at = from; at < to; at += nOutputs) {
          for (let k = 0; k < nOutputs; k++) sums[at + k] = sums[at + k]! + leafValues[leaf * nOutputs + k]!;
        }
      }
    }
  };
  return (root, xAt, sumsAt) => {
    let top = 0;
    let node = root;
    let outerFrom = 0;
    let outerTo = nOuter;
    let innerFrom = 0;
    let innerTo = nInner;
    for (;;) {
      if (node >= firstLeaf) {
        addLeaf(node - firstLeaf, sumsAt, outerFrom, outerTo, innerFrom, innerTo);
        if (top === 0) return;
        top -= ENTRY;
        node = stack[top]!;
        outerFrom = stack[top + 1]!;
        outerTo = stack[top + 2]!;
        innerFrom = stack[top + 3]!;
        innerTo = stack[top + 4]!;
        continue;
      }
      let run = innerFirst[node]!;
      if (run >= 0) {
        while (innerEnds[run]! <= innerFrom) run++;
        node = innerChild[run]!;
        // The first run goes on from here, the others wait.
        let from = innerEnds[run]!;
        if (from >= innerTo) continue;
        const to = innerTo;
        innerTo = from;
        while (from < to) {
          const end = Math.min(innerEnds[++run]!, to);
          stack[top] = innerChild[run]!;
          stack[top + 1] = outerFrom;
          stack[top + 2] = outerTo;
          stack[top + 3] = from;
          stack[top + 4] = end;
          top += ENTRY;
          from = end;
        }
        continue;
      }
      run = outerFirst[node]!;
      if (run >= 0) {
        while (outerEnds[run]! <= outerFrom) run++;
        node = outerChild[run]!;
        let from = outerEnds[run]!;
        if (from >= outerTo) continue;
        const to = outerTo;
        outerTo = from;
        while (from < to) {
          const end = Math.min(outerEnds[++run]!, to);
          stack[top] = outerChild[run]!;
          stack[top + 1] = from;
          stack[top + 2] = end;
          stack[top + 3] = innerFrom;
          stack[top + 4] = innerTo;
          top += ENTRY;
          from = end;
        }
        continue;
      }
      const value = x[xAt + feature[node]!]!;
      node = children[2 * node + (plain ? Number(value <= threshold[node]!) : testOf(trees, node, value))]!;
    }
  };
}
