import { localRow, type Explanation } from '#/domain/explanation';
import type { Predictions } from '#/domain/study';
import { expit, type AdditivityBadge } from '#/domain/units';

/**
 * max |inverse link(sum + base) - prediction| over the finished rows, in prediction space.
 * Softmax margins are compared after softmax over the outputs.
 * @returns null when there is nothing to compare: no local values, no base, no predictions
 */
export function measureResidual(explanation: Explanation, predictions: Predictions | null): number | null {
  const { local, baseValues, rows, completed, nOutputs, space } = explanation;
  const predicted = predictions?.values;
  if (local === null || baseValues === null || !predicted || completed === 0) return null;
  const sums = new Float64Array(nOutputs);
  let worst = 0;
  for (let position = 0; position < completed; position++) {
    for (let output = 0; output < nOutputs; output++) {
      let sum = baseValues[output]!;
      for (const phi of localRow(explanation, local, output, position)) sum += phi;
      sums[output] = sum;
    }
    inverseLink(space, predictions.space, sums);
    for (let output = 0; output < nOutputs; output++) {
      const difference = Math.abs(sums[output]! - predicted[output]![rows[position]!]!);
      if (difference > worst) worst = difference;
    }
  }
  return worst;
}

function inverseLink(space: Explanation['space'], predicted: Predictions['space'], sums: Float64Array): void {
  if (predicted !== 'probability') {
    if (space === 'log') for (let k = 0; k < sums.length; k++) sums[k] = Math.exp(sums[k]!);
    return;
  }
  if (space === 'log-odds') {
    for (let k = 0; k < sums.length; k++) sums[k] = expit(sums[k]!);
  } else if (space === 'softmax margin') {
    const largest = Math.max(...sums);
    let total = 0;
    for (let k = 0; k < sums.length; k++) total += sums[k] = Math.exp(sums[k]! - largest);
    for (let k = 0; k < sums.length; k++) sums[k]! /= total;
  }
}

export function badgeOf(explanation: Explanation, predictions: Predictions | null, byConstruction: boolean): AdditivityBadge {
  const maxResidual = measureResidual(explanation, predictions);
  if (maxResidual === null) return { kind: 'unknown', reason: 'there are no predictions to compare with' };
  return { kind: byConstruction ? 'by construction' : 'measured', maxResidual };
}
