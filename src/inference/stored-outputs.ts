import { LimpidError } from '#/base/errors';
import type { ModelSignature } from '#/domain/model';
import { classLabels, storedOutputCount, type Outputs, type PredictionSpace } from '#/domain/outputs';
import { resolveSpace } from '#/onnx/resolve-space';

/** How the scores tensor becomes stored outputs. */
export interface OutputMap {
  readonly nOutputs: number;
  readonly space: PredictionSpace;
  /** Class labels as the graph holds them, by class index. */
  readonly graphLabels: readonly string[];
  readonly nClasses: number;
}

export function createOutputMap(signature: ModelSignature, outputs: Outputs): OutputMap {
  return {
    nOutputs: storedOutputCount(outputs),
    space: resolveSpace(signature, outputs),
    graphLabels: signature.outputs.classLabels,
    nClasses: classLabels(outputs).length,
  };
}

/**
 * Writes stored outputs of `nRows` rows into `target` from row `start` on.
 *
 *   scores [n, nOutputs]                    as they are
 *   scores [n, 2] of two classes            class 1; logits: the log-odds z1 - z0
 *
 * @param scores - row-major, [nRows, width]; not modified
 * @param target - [rows, nOutputs] row-major
 * @throws LimpidError `ModelFailed` when the width fits neither
 */
export function writeScores(map: OutputMap, scores: ArrayLike<number>, nRows: number, target: Float64Array, start: number): void {
  const width = scores.length / nRows;
  const { nOutputs } = map;
  if (width === nOutputs) {
    const offset = start * nOutputs;
    for (let i = 0; i < scores.length; i++) target[offset + i] = scores[i]!;
    return;
  }
  if (width !== 2 || map.nClasses !== 2) {
    throw new LimpidError({
      tag: 'ModelFailed',
      message: `The model gives ${width} number${width === 1 ? '' : 's'} a row; ${map.nClasses === 0 ? 'one value' : `${map.nClasses} classes`} were expected.`,
      hint: 'Import the model again and check the number of classes on the import card.',
    });
  }
  const isLogit = map.space === 'logit';
  for (let row = 0; row < nRows; row++) {
    const one = scores[2 * row + 1]!;
    target[start + row] = isLogit ? one - scores[2 * row]! : one;
  }
}

/**
 * Writes 0/1 indicators of the predicted class (label-only models); NaN where a label is none of the known classes.
 * @param labels - [nRows] texts or integers
 */
export function writeLabels(
  map: OutputMap,
  labels: ArrayLike<string | number | bigint>,
  nRows: number,
  target: Float64Array,
  start: number,
): void {
  for (let row = 0; row < nRows; row++) {
    const predicted = map.graphLabels.indexOf(String(labels[row]));
    for (let output = 0; output < map.nOutputs; output++) {
      const classIndex = map.nOutputs === 1 ? 1 : output;
      target[(start + row) * map.nOutputs + output] = predicted < 0 ? NaN : predicted === classIndex ? 1 : 0;
    }
  }
}
