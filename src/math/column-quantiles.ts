/**
 * Exact quantiles of |value| for all columns of a long row-major matrix without a copy of it. An even sample of rows
 * brackets each quantile; one pass then counts what lies below the bracket and keeps what lies within, which holds the
 * wanted order statistics. A bracket that missed (the sample was unlike the rest) is opened and read again.
 */
import { quantileOfSorted, selectKth } from '#/math/quantiles';

/** Calls `visit(chunk, nRows, start)` for consecutive row-major chunks [nRows, nColumns]; the chunk is not kept. */
export type ChunkReader = (visit: (chunk: Float64Array, nRows: number, start: number) => void) => void;

const SAMPLE_ROWS = 2048;
/** Half width of a bracket in standard errors of a sample quantile. */
const MARGIN = 4;

/**
 * @param read - run two or three times, must give the same values
 * @param nRows - rows in all
 * @param counts - present values of each column
 * @param probabilities - in [0, 1]
 * @returns [probability][column]: quantile of |value| by linear interpolation over present values; NaN for empty columns
 */
export function absoluteColumnQuantiles(
  read: ChunkReader,
  nRows: number,
  counts: Int32Array,
  probabilities: readonly number[],
): Float64Array[] {
  const nColumns = counts.length;
  const samples = sampleColumns(read, nRows, nColumns);
  const brackets = probabilities.flatMap((p) => samples.map((sample, c) => openBracket(c, counts[c]!, sample, p)));
  gather(read, nColumns, brackets);
  const missed = brackets.filter((bracket) => !holdsRank(bracket));
  for (const bracket of missed) {
    bracket.low = 0;
    bracket.high = Infinity;
    bracket.below = bracket.nKept = 0;
  }
  if (missed.length > 0) gather(read, nColumns, missed);
  return probabilities.map((_, q) => Float64Array.from(counts, (_count, c) => finish(brackets[q * nColumns + c]!)));
}

interface Bracket {
  readonly column: number;
  /** Position of the quantile among the present values; -1 for an empty column. */
  readonly position: number;
  /** Ranks needed: floor and ceiling of the position. */
  readonly first: number;
  readonly last: number;
  low: number;
  high: number;
  below: number;
  kept: Float64Array;
  nKept: number;
}

/** Sorted |value| of the sampled rows by column. */
function sampleColumns(read: ChunkReader, nRows: number, nColumns: number): Float64Array[] {
  const step = Math.max(1, Math.floor(nRows / SAMPLE_ROWS));
  const samples = Array.from({ length: nColumns }, () => new Float64Array(Math.ceil(nRows / step)));
  const filled = new Int32Array(nColumns);
  read((chunk, n, start) => {
    for (let r = (step - (start % step)) % step; r < n; r += step) {
      for (let c = 0; c < nColumns; c++) {
        const value = Math.abs(chunk[r * nColumns + c]!);
        if (value >= 0) samples[c]![filled[c]!++] = value;
      }
    }
  });
  return samples.map((sample, c) => sample.subarray(0, filled[c]).sort());
}

function openBracket(column: number, count: number, sample: Float64Array, p: number): Bracket {
  const position = (count - 1) * p;
  const margin = (MARGIN * Math.sqrt(p * (1 - p))) / Math.sqrt(sample.length) + 1 / Math.max(1, sample.length);
  const low = p - margin <= 0 ? 0 : quantileOfSorted(sample, p - margin);
  const high = p + margin >= 1 ? Infinity : quantileOfSorted(sample, p + margin);
  const [first, last] = [Math.floor(position), Math.min(count - 1, Math.floor(position) + 1)];
  const kept = new Float64Array(64 + Math.ceil(count * 2 * Math.min(0.5, margin)));
  return { column, position, first, last, low: low || 0, high: Number.isNaN(high) ? Infinity : high, below: 0, kept, nKept: 0 };
}

function gather(read: ChunkReader, nColumns: number, brackets: readonly Bracket[]): void {
  read((chunk, nRows) => {
    const n = nRows * nColumns;
    for (const bracket of brackets) {
      const { low, high } = bracket;
      let { below, nKept, kept } = bracket;
      if (nKept + nRows > kept.length) {
        const grown = new Float64Array(2 * kept.length + nRows);
        grown.set(kept);
        bracket.kept = kept = grown;
      }
      for (let i = bracket.column; i < n; i += nColumns) {
        // Without branches: whether a value is kept cannot be predicted. NaN compares false.
        const value = Math.abs(chunk[i]!);
        kept[nKept] = value;
        below += Number(value < low);
        nKept += Number(value >= low) & Number(value <= high);
      }
      bracket.below = below;
      bracket.nKept = nKept;
    }
  });
}

function holdsRank({ first, last, below, nKept, position }: Bracket): boolean {
  return position < 0 || (first >= below && last < below + nKept);
}

function finish({ position, first, last, below, kept, nKept }: Bracket): number {
  if (position < 0) return NaN;
  const low = selectKth(kept, first - below, 0, nKept - 1);
  if (position === first || last === first) return low;
  let high = Infinity;
  for (let i = last - below; i < nKept; i++) if (kept[i]! < high) high = kept[i]!;
  return high === low ? low : low + (high - low) * (position - first);
}
