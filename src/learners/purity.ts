import type { NodeSegment } from '#/learners/node-rows';

/**
 * How well a split separates the labels of a node; larger is better. It is the part of the impurity decrease that depends on the split:
 * values: S_yes^2 / n_yes + S_no^2 / n_no (squared error); classes: the same with the sum of squared class counts (gini).
 */
export interface Purity {
  /** All rows of the list on the no side. */
  begin(order: Int32Array, start: number, end: number): void;
  /** Moves one row to the yes side. */
  move(row: number): void;
  score(): number;
  /** Score of each group of rows against the rest, -Infinity where one side is empty. */
  scoreGroups(rows: Int32Array, segment: NodeSegment, groupOf: Int32Array, first: number, nGroups: number): Float64Array;
  isPure(rows: Int32Array, segment: NodeSegment): boolean;
  leaf(rows: Int32Array, segment: NodeSegment): Float64Array;
}

export function valuePurity(labels: Float64Array): Purity {
  let total = 0;
  let count = 0;
  let yesSum = 0;
  let yesCount = 0;
  const sumOf = (rows: Int32Array, start: number, end: number): number => {
    let sum = 0;
    for (let i = start; i < end; i++) sum += labels[rows[i]!]!;
    return sum;
  };
  const scoreOf = (sum: number, n: number): number => (sum * sum) / n + ((total - sum) * (total - sum)) / (count - n);
  return {
    begin(order, start, end) {
      total = sumOf(order, start, end);
      count = end - start;
      yesSum = 0;
      yesCount = 0;
    },
    move(row) {
      yesSum += labels[row]!;
      yesCount++;
    },
    score: () => scoreOf(yesSum, yesCount),
    scoreGroups(rows, { start, end }, groupOf, first, nGroups) {
      const sums = new Float64Array(nGroups);
      const counts = new Int32Array(nGroups);
      this.begin(rows, start, end);
      for (let i = start; i < end; i++) {
        const group = groupOf[rows[i]!]! - first;
        if (group < 0) continue;
        sums[group]! += labels[rows[i]!]!;
        counts[group]!++;
      }
      return sums.map((sum, g) => (counts[g] === 0 || counts[g] === count ? -Infinity : scoreOf(total - sum, count - counts[g]!)));
    },
    isPure(rows, { start, end }) {
      for (let i = start + 1; i < end; i++) if (labels[rows[i]!] !== labels[rows[start]!]) return false;
      return true;
    },
    leaf: (rows, { start, end }) => Float64Array.of(sumOf(rows, start, end) / (end - start)),
  };
}

export function classPurity(labels: Float64Array, nClasses: number): Purity {
  const yes = new Float64Array(nClasses);
  const no = new Float64Array(nClasses);
  let yesSquares = 0;
  let noSquares = 0;
  let yesCount = 0;
  let noCount = 0;
  const shares = (rows: Int32Array, { start, end }: NodeSegment): Float64Array => {
    const counts = new Float64Array(nClasses);
    for (let i = start; i < end; i++) counts[labels[rows[i]!]!]! += 1;
    const all = counts.map((n) => n / (end - start));
    return nClasses === 2 ? all.slice(1) : all;
  };
  return {
    begin(order, start, end) {
      yes.fill(0);
      no.fill(0);
      for (let i = start; i < end; i++) no[labels[order[i]!]!]! += 1;
      yesSquares = 0;
      noSquares = 0;
      for (let k = 0; k < nClasses; k++) noSquares += no[k]! * no[k]!;
      yesCount = 0;
      noCount = end - start;
    },
    move(row) {
      const k = labels[row]!;
      yesSquares += 2 * yes[k]! + 1;
      noSquares -= 2 * no[k]! - 1;
      yes[k]!++;
      no[k]!--;
      yesCount++;
      noCount--;
    },
    score: () => yesSquares / yesCount + noSquares / noCount,
    scoreGroups(rows, { start, end }, groupOf, first, nGroups) {
      const counts = new Float64Array(nGroups * nClasses);
      this.begin(rows, start, end);
      for (let i = start; i < end; i++) {
        const group = groupOf[rows[i]!]! - first;
        if (group >= 0) counts[group * nClasses + labels[rows[i]!]!]! += 1;
      }
      return Float64Array.from({ length: nGroups }, (_, g) => {
        let inside = 0;
        let insideSquares = 0;
        let outsideSquares = 0;
        for (let k = 0; k < nClasses; k++) {
          const own = counts[g * nClasses + k]!;
          inside += own;
          insideSquares += own * own;
          outsideSquares += (no[k]! - own) ** 2;
        }
        return inside === 0 || inside === noCount ? -Infinity : outsideSquares / (noCount - inside) + insideSquares / inside;
      });
    },
    isPure(rows, { start, end }) {
      for (let i = start + 1; i < end; i++) if (labels[rows[i]!] !== labels[rows[start]!]) return false;
      return true;
    },
    leaf: shares,
  };
}
