import type { ColumnStep } from '#/domain/tree-model';

const LARGEST = 2 ** 63;

/** Casts to int64 as the runtime in the browser does: fractions are cut off, NaN is 0, the rest ends at the borders of int64. */
function toWhole(x: number): number {
  return Number.isNaN(x) ? 0 : Math.min(LARGEST, Math.max(-LARGEST, Math.trunc(x)));
}

function inPieces(points: Float64Array, values: Float64Array, missing: number, x: number): number {
  if (Number.isNaN(x)) return missing;
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (points[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return values[points[low] === x ? 2 * low + 1 : 2 * low]!;
}

/**
 * One cell through a column's steps, in their order, as ONNX Runtime computes it: float32 unless a step says float64.
 * NaN passes through all but `impute` of NaN, `lookup`, `pieces` and `round` towards zero.
 */
export function applySteps(steps: readonly ColumnStep[], value: number): number {
  let x = value;
  for (const step of steps) {
    switch (step.kind) {
      case 'to float32':
        x = Math.fround(x);
        break;
      case 'scale':
        x = step.float64 ? (x - step.offset) * step.scale : Math.fround(Math.fround(Math.fround(x) - step.offset) * step.scale);
        break;
      case 'divide':
        x = step.float64 ? x / step.by : Math.fround(Math.fround(x) / step.by);
        break;
      case 'impute':
        if (Object.is(step.replaced, NaN) ? Number.isNaN(x) : x === step.replaced) x = step.value;
        break;
      case 'round':
        x = step.to === 'nearest' ? Math.round(x) : toWhole(x);
        break;
      case 'lookup':
        x = step.values[x] ?? step.other;
        break;
      case 'pieces':
        x = inPieces(step.points, step.values, step.missing, x);
        break;
      default:
        return step satisfies never;
    }
  }
  return x;
}
