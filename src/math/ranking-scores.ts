/** How well scores put positive rows before negative ones. */

/**
 * Chance that a positive row scores higher than a negative one, ties counting one half (area under the ROC curve).
 * @param isPositive - [scores] 1 or 0
 * @returns NaN when one of both is absent
 */
export function areaUnderCurve(scores: Float64Array, isPositive: ArrayLike<number>): number {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length;) {
    const end = endOfTies(scores, order, start);
    for (let i = start; i < end; i++) {
      if (isPositive[order[i]!] !== 1) continue;
      positives++;
      rankSum += (start + end + 1) / 2;
    }
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Average precision: the sum over thresholds of the gain of recall times the precision there (scikit-learn average_precision_score;
 * no interpolation).
 * @param isPositive - [scores] 1 or 0
 * @returns NaN without positive rows
 */
export function averagePrecision(scores: Float64Array, isPositive: ArrayLike<number>): number {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  let positives = 0;
  let sum = 0;
  for (let start = 0; start < order.length;) {
    const end = endOfTies(scores, order, start);
    let gained = 0;
    for (let i = start; i < end; i++) gained += Number(isPositive[order[i]!] === 1);
    positives += gained;
    sum += gained * (positives / end);
    start = end;
  }
  return sum / positives;
}

function endOfTies(scores: Float64Array, order: Int32Array, start: number): number {
  let end = start + 1;
  while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
  return end;
}
