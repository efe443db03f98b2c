import type { Target } from '#/domain/study';

/** Rows whose true value is known, ascending. */
export function knownTargetRows(target: Target): Int32Array {
  const known: number[] = [];
  if (target.kind === 'class') target.classes.forEach((value, row) => value >= 0 && known.push(row));
  else target.values.forEach((value, row) => !Number.isNaN(value) && known.push(row));
  return Int32Array.from(known);
}

/** True values (or class indices) of some rows, as numbers. */
export function targetOfRows(target: Target, rows: Int32Array): Float64Array {
  const values = target.kind === 'class' ? target.classes : target.values;
  return Float64Array.from(rows, (row) => values[row]!);
}
