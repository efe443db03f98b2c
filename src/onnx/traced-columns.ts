import { applySteps } from '#/domain/column-steps';
import type { FeatureSchema } from '#/domain/model';
import type { ColumnStep } from '#/domain/tree-model';
import { describeNode, type GraphNode } from './graph';
import type { Reason } from './raw-trees';

/** What the runtime computes with; whole numbers are exact in all of them. */
export type ElementKind = 'float' | 'double' | 'int' | 'bool' | 'string';
export type Cell = number | string;

/** A number of one feature through steps. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly feature: number;
  readonly steps: readonly ColumnStep[];
}

/**
 * A function of one feature that takes finitely many values.
 *
 *   points null   cells[c] for code c of the feature, the last cell for a missing one
 *   else          cells[2i] below points[i], cells[2i + 1] at it, ..., then above the last point, then missing; of the
 *                 feature's number after `steps`
 */
export interface TableColumn {
  readonly kind: 'table';
  readonly feature: number;
  readonly steps: readonly ColumnStep[];
  readonly points: Float64Array | null;
  readonly cells: readonly Cell[];
  /** The category that a one-hot column stands for. */
  readonly category?: string;
}

export interface ConstantColumn {
  readonly kind: 'constant';
  readonly cell: Cell;
}

/** Depends on its features in a way that columns with steps cannot say. */
export interface MixedColumn {
  readonly kind: 'mixed';
  readonly features: readonly number[];
  readonly reason: string;
}

export type TracedColumn = NumberColumn | TableColumn | ConstantColumn | MixedColumn;

/** A tensor of the graph with one row a table row: `columns` lie in storage order, `dims` is its shape without the rows. */
export interface TracedTensor {
  readonly element: ElementKind;
  readonly dims: readonly number[];
  readonly columns: readonly TracedColumn[];
}

export const TO_FLOAT32: ColumnStep = { kind: 'to float32' };
/** Columns that a tensor may have. */
export const MAX_COLUMNS = 100_000;
export const MAX_CELLS = 20_000_000;

export function mixes(node: GraphNode): Reason {
  return { reason: `${describeNode(node)} changes or mixes columns before the model.` };
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((size, dim) => size * dim, 1);
}

/** Features that a column depends on. */
export function featuresOf(column: TracedColumn): readonly number[] {
  switch (column.kind) {
    case 'constant':
      return [];
    case 'mixed':
      return column.features;
    default:
      return [column.feature];
  }
}

export function mixedColumn(node: GraphNode, columns: readonly TracedColumn[]): TracedColumn {
  const inner = columns.find((column) => column.kind === 'mixed');
  const features = [...new Set(columns.flatMap(featuresOf))].sort((a, b) => a - b);
  if (features.length === 0) return { kind: 'mixed', features, reason: mixes(node).reason };
  return { kind: 'mixed', features, reason: inner?.reason ?? mixes(node).reason };
}

/** Features with codes: their columns are tables over the codes wherever an operator needs one. */
export function codeCount(feature: FeatureSchema): number | null {
  if (feature.kind === 'categorical') return feature.labels.length;
  return feature.kind === 'boolean' ? 2 : null;
}

function sameStep(a: ColumnStep, b: ColumnStep): boolean {
  const left: Readonly<Record<string, unknown>> = { ...a };
  const right: Readonly<Record<string, unknown>> = { ...b };
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.is(left[key], right[key]));
}

function sameSteps(a: readonly ColumnStep[], b: readonly ColumnStep[]): boolean {
  return a === b || (a.length === b.length && a.every((step, index) => sameStep(step, b[index]!)));
}

/** A number inside every piece, in the order of cells (without the missing one). A piece without floats gets one of its ends. */
function representatives(points: Float64Array): number[] {
  const inner: number[] = [];
  for (let i = 0; i <= points.length; i++) {
    const low = i === 0 ? -Infinity : points[i - 1]!;
    const high = i === points.length ? Infinity : points[i]!;
    if (low === -Infinity) inner.push(high === Infinity ? 0 : high - Math.max(1, Math.abs(high)));
    else inner.push(high === Infinity ? low + Math.max(1, Math.abs(low)) : low + (high - low) / 2);
    if (i < points.length) inner.push(points[i]!);
  }
  return inner;
}

function cellAt(points: Float64Array, cells: readonly Cell[], x: number): Cell {
  let piece = 0;
  for (const point of points) {
    if (x < point) break;
    if (x === point) return cells[piece + 1]!;
    piece += 2;
  }
  return cells[piece]!;
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(new Set(values.filter((value) => !Number.isNaN(value)).map((value) => (value === 0 ? 0 : value)))).sort();
}

/** Cells of a column over the codes of its feature. */
function overCodes(column: TracedColumn, nCodes: number): readonly Cell[] {
  if (column.kind === 'table') return column.cells;
  if (column.kind !== 'number') return [];
  return Array.from({ length: nCodes + 1 }, (_, code) => applySteps(column.steps, code < nCodes ? code : NaN));
}

/**
 * One column out of several by a function of their cells, where they depend on one feature alone.
 * @param breaks - numbers at which the function of a number may change; null when it changes everywhere
 */
export function combine(
  node: GraphNode,
  features: readonly FeatureSchema[],
  columns: readonly TracedColumn[],
  breaks: readonly number[] | null,
  compute: (cells: readonly Cell[]) => Cell,
): TracedColumn {
  const used = new Set(columns.flatMap(featuresOf));
  if (used.size > 1 || columns.some((column) => column.kind === 'mixed')) return mixedColumn(node, columns);
  const [feature] = used;
  const schema = feature === undefined ? undefined : features[feature];
  if (feature === undefined)
    return { kind: 'constant', cell: compute(columns.map((column) => (column.kind === 'constant' ? column.cell : NaN))) };
  if (schema === undefined) return mixedColumn(node, columns);
  const at = (sides: readonly (readonly Cell[])[], index: number): Cell =>
    compute(columns.map((column, side) => (column.kind === 'constant' ? column.cell : sides[side]![index]!)));

  const nCodes = codeCount(schema);
  if (nCodes !== null) {
    const sides = columns.map((column) => overCodes(column, nCodes));
    return { kind: 'table', feature, steps: [], points: null, cells: Array.from({ length: nCodes + 1 }, (_, code) => at(sides, code)) };
  }
  const chains = columns.flatMap((column) => (column.kind === 'number' || column.kind === 'table' ? [column] : []));
  const { steps } = chains[0]!;
  const isNumber = chains.some((column) => column.kind === 'number');
  if ((isNumber && breaks === null) || chains.some((column) => !sameSteps(column.steps, steps))) return mixedColumn(node, columns);
  const points = ascending([
    ...(isNumber ? (breaks ?? []) : []),
    ...chains.flatMap((column) => (column.kind === 'table' ? Array.from(column.points ?? []) : [])),
  ]);
  const numbers = representatives(points);
  const sides = columns.map((column): readonly Cell[] => {
    if (column.kind === 'number') return [...numbers, NaN];
    if (column.kind !== 'table') return [];
    if (column.points?.length === points.length) return column.cells;
    return [...numbers.map((x) => cellAt(column.points ?? new Float64Array(0), column.cells, x)), column.cells.at(-1)!];
  });
  return { kind: 'table', feature, steps, points, cells: Array.from({ length: numbers.length + 1 }, (_, piece) => at(sides, piece)) };
}

export function tooMany(node: GraphNode): Reason {
  return { reason: `${describeNode(node)} makes more columns than Limpid keeps apart.` };
}

/** A refusal where tables of categories would take too much memory. */
export function tooLarge(node: GraphNode, columns: readonly TracedColumn[]): Reason | null {
  const cells = columns.reduce((sum, column) => sum + (column.kind === 'table' ? column.cells.length : 1), 0);
  return cells > MAX_CELLS || columns.length > MAX_COLUMNS ? tooMany(node) : null;
}
