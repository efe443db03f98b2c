/**
 * The study's table: columns as a discriminated union, all of the same length. Buffers are never
 * changed after construction (typed arrays cannot be readonly; owners promise it).
 */
export type NumericValues = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface NumericColumn {
  readonly kind: 'numeric';
  readonly name: string;
  readonly role: ColumnRole;
  /** Missing is NaN, hence only float arrays can hold missing cells. */
  readonly values: NumericValues;
  /** Every present value is a whole number. */
  readonly integer: boolean;
}

export interface CategoricalColumn {
  readonly kind: 'categorical';
  readonly name: string;
  readonly role: ColumnRole;
  /** Positions in `labels`; -1 is missing. */
  readonly codes: Int32Array;
  readonly labels: readonly string[];
  /** The text that stood where cells are missing (`?`, `NA`); models with string inputs receive it. Default ''. */
  readonly missingText?: string;
}

export interface BooleanColumn {
  readonly kind: 'boolean';
  readonly name: string;
  readonly role: ColumnRole;
  /** 0 false, 1 true, 255 missing. */
  readonly values: Uint8Array;
}

export interface DatetimeColumn {
  readonly kind: 'datetime';
  readonly name: string;
  readonly role: ColumnRole;
  /** Milliseconds since the epoch, UTC; NaN is missing. */
  readonly values: Float64Array;
}

export type Column = NumericColumn | CategoricalColumn | BooleanColumn | DatetimeColumn;

/** `engineered`: a column that a pipeline made from raw ones; only explanations in the engineered space refer to it. */
export type ColumnRole = 'feature' | 'target' | 'prediction' | 'id' | 'weight' | 'ignored' | 'engineered';

export interface Table {
  /** As the user knows it: file name without folder. */
  readonly name: string;
  readonly nRows: number;
  readonly columns: readonly Column[];
}

/** A cell as a number: value, category code, 0/1 or milliseconds; NaN where missing. */
export function cellNumber(column: Column, row: number): number {
  switch (column.kind) {
    case 'numeric':
    case 'datetime':
      return column.values[row] ?? NaN;
    case 'categorical': {
      const code = column.codes[row] ?? -1;
      return code < 0 ? NaN : code;
    }
    case 'boolean': {
      const value = column.values[row] ?? 255;
      return value === 255 ? NaN : value;
    }
    default:
      return column satisfies never;
  }
}

/** A cell's label, number or null (missing): what a person reads and what exports hold. */
export function cellValue(column: Column, row: number): string | number | boolean | null {
  const value = cellNumber(column, row);
  return Number.isNaN(value) ? null : columnLabel(column, value);
}

/** The value that a cell number stands for; datetimes become ISO strings. */
export function columnLabel(column: Column, value: number): string | number | boolean {
  switch (column.kind) {
    case 'numeric':
      return value;
    case 'categorical':
      return column.labels[value] ?? String(value);
    case 'boolean':
      return value === 1;
    case 'datetime':
      return new Date(value).toISOString();
    default:
      return column satisfies never;
  }
}

export function columnLength(column: Column): number {
  return column.kind === 'categorical' ? column.codes.length : column.values.length;
}

/** Column positions with a role, in table order. */
export function columnsWithRole(table: Table, role: ColumnRole): readonly number[] {
  return table.columns.flatMap((column, index) => (column.role === role ? [index] : []));
}
