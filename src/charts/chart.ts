/**
 * What a chart is before it is drawn: a spec that changes only with the shape, small data sets under fixed short field
 * names, and the marks in scale units for hover, click and the keyboard. Names from files appear only as values of
 * data sets and signals, never in fields, keys or expressions.
 */
export type ChartKind =
  | 'plot-points'
  | 'plot-boxes'
  | 'plot-heat'
  | 'plot-histogram'
  | 'raster'
  | 'global-bars'
  | 'series-bars'
  | 'summary-swarm'
  | 'summary-box'
  | 'summary-violin'
  | 'summary-bar'
  | 'waterfall'
  | 'local-bars'
  | 'ice-lines'
  | 'ice-surface'
  | 'interaction-heat'
  | 'neuron-bars';

export type Datum = Readonly<Record<string, string | number | boolean | null>>;
/** Vega-Lite JSON; equal JSON means that the view is kept and only its data change. */
export type Spec = Readonly<Record<string, unknown>>;
/** A label, or its lines. */
export type Label = string | readonly string[];
export type Signal = string | number | readonly number[] | readonly Label[];

export interface Tip {
  /** The row's or feature's label. */
  readonly title: string;
  /** At most four: name and value with full precision. */
  readonly lines: readonly { readonly name: string; readonly value: string }[];
}

/** What a click on a mark opens. */
export type MarkAction = 'row' | 'feature' | 'cell' | null;

export interface Marks {
  readonly n: number;
  /** Position in scale units of each mark, centre of boxes. NaN: not drawn. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Half width and height in scale units where marks are boxes; null for points. */
  readonly halfX: Float64Array | null;
  readonly halfY: Float64Array | null;
  /** Table row of each mark; -1 when it stands for none. */
  readonly rows: Int32Array;
  /** Feature of each mark where a click opens a feature. */
  readonly features: Int32Array | null;
  /** Lane of each mark, for the arrow keys up and down; null without lanes. */
  readonly lanes: Int32Array | null;
  readonly action: MarkAction;
  /** Bars are hit anywhere along their lane, points within some pixels. */
  readonly reach: 'near' | 'lane';
  tip(mark: number): Tip;
  /** Marks listed in the chart's `data-points`; 20 when absent. */
  readonly exposed?: number;
  /** Numbers of a mark beside its place in `data-points`. */
  readonly facts?: (mark: number) => Readonly<Record<string, number>>;
}

/** `interval`: a whisker; `dashed`: a broken line. */
export type LegendShape = 'square' | 'line' | 'dashed' | 'dotted' | 'interval' | 'diamond' | 'star';

export type Legend =
  | {
      readonly kind: 'classes';
      readonly title: string;
      readonly items: readonly { readonly label: string; readonly colour: string; readonly shape?: LegendShape }[];
    }
  | {
      readonly kind: 'ramp';
      readonly title: string;
      readonly low: string;
      readonly high: string;
      /** Low to high. */
      readonly colours: readonly string[];
      readonly missing: string | null;
      readonly missingColour: string;
    };

/** A picture under the axes, in scale units. `pixels` is RGBA, row 0 at the top. */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly xRange: readonly [number, number];
  /** Value at the bottom edge, value at the top edge. */
  readonly yRange: readonly [number, number];
}

export interface Chart {
  readonly kind: ChartKind;
  readonly spec: Spec;
  readonly datasets: Readonly<Record<string, readonly Datum[]>>;
  readonly signals: Readonly<Record<string, Signal>>;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly marks: Marks;
  readonly legends: readonly Legend[];
  readonly raster: RasterImage | null;
  /** CSS pixels: grows with the room between these; null: fills whatever room there is. */
  readonly height: { readonly min: number; readonly max: number } | null;
}

export type Cell = string | number | null;

/** The chart's numbers with full precision. */
export interface ChartTable {
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[];
  readonly nRows: number;
  /** A cell; `null` is missing. */
  cell(row: number, column: number): Cell;
  /** Table row that a line of the table opens, -1 none. */
  rowOf(row: number): number;
}

export function tableOf(
  columns: ChartTable['columns'],
  nRows: number,
  cell: (row: number, column: number) => Cell,
  rowOf: (row: number) => number = () => -1,
): ChartTable {
  return {
    columns,
    nRows,
    cell: (row, column) => {
      const value = cell(row, column);
      return typeof value === 'number' && Number.isNaN(value) ? null : value;
    },
    rowOf,
  };
}

/** RFC 4180; text that a spreadsheet would run as a formula is quoted with a leading apostrophe. */
export function csvOf(table: ChartTable): string {
  const field = (value: Cell): string => {
    if (value === null) return '';
    if (typeof value === 'number') return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [table.columns.map((column) => field(column.name)).join(',')];
  for (let row = 0; row < table.nRows; row++) lines.push(table.columns.map((_, column) => field(table.cell(row, column))).join(','));
  return `${lines.join('\n')}\n`;
}
