/**
 * What a model predicts, normalised once at import. This file is the only place (with formats/)
 * that may branch on the task: everyone else asks these functions.
 *
 *   task        stored outputs          classes the user can choose
 *   regression  1 (the value)           none
 *   binary      1 (class 1)             2; class 0 is the mirror of class 1
 *   multiclass  C                       C
 */
export type Outputs =
  | { readonly task: 'regression'; readonly targetName: string; readonly unit: string | null }
  | { readonly task: 'binary'; readonly targetName: string; readonly classLabels: readonly [string, string] }
  | { readonly task: 'multiclass'; readonly targetName: string; readonly classLabels: readonly string[] };

/** The scale of stored predictions. `label only`: the model gives classes, no numbers; predictions are then 0/1 indicators. */
export type PredictionSpace = 'probability' | 'logit' | 'score' | 'value' | 'label only';

/**
 * What the user looks at.
 * `predicted`: each row's own predicted class. `mean-abs`: mean |value| over classes; it has no sign, base or additivity.
 */
export type OutputChoice =
  | { readonly kind: 'value' }
  | { readonly kind: 'class'; readonly classIndex: number }
  | { readonly kind: 'predicted' }
  | { readonly kind: 'mean-abs' };

/** Where a class lives in the stored outputs: `sign` is -1 for the mirrored class 0 of a binary model. */
export interface StoredOutput {
  readonly output: number;
  readonly sign: 1 | -1;
}

export function storedOutputCount(outputs: Outputs): number {
  return outputs.task === 'multiclass' ? outputs.classLabels.length : 1;
}

/** Labels of the classes, [] for regression. */
export function classLabels(outputs: Outputs): readonly string[] {
  return outputs.task === 'regression' ? [] : outputs.classLabels;
}

export function isClassifier(outputs: Outputs): boolean {
  return outputs.task !== 'regression';
}

export function storedOutputOfClass(outputs: Outputs, classIndex: number): StoredOutput {
  if (outputs.task === 'binary') return { output: 0, sign: classIndex === 1 ? 1 : -1 };
  return { output: outputs.task === 'multiclass' ? classIndex : 0, sign: 1 };
}

/** Default: class 1 for binary, predicted class for several classes, the value for regression. */
export function defaultOutputChoice(outputs: Outputs): OutputChoice {
  switch (outputs.task) {
    case 'regression':
      return { kind: 'value' };
    case 'binary':
      return { kind: 'class', classIndex: 1 };
    case 'multiclass':
      return { kind: 'predicted' };
    default:
      return outputs satisfies never;
  }
}

/** All choices a user has, the default first. */
export function outputChoices(outputs: Outputs): readonly OutputChoice[] {
  switch (outputs.task) {
    case 'regression':
      return [{ kind: 'value' }];
    case 'binary':
      return [{ kind: 'class', classIndex: 1 }, { kind: 'class', classIndex: 0 }, { kind: 'predicted' }, { kind: 'mean-abs' }];
    case 'multiclass':
      return [
        { kind: 'predicted' },
        { kind: 'mean-abs' },
        ...outputs.classLabels.map((_, classIndex) => ({ kind: 'class', classIndex }) as const),
      ];
    default:
      return outputs satisfies never;
  }
}

export function sameOutputChoice(a: OutputChoice, b: OutputChoice): boolean {
  return a.kind === b.kind && (a.kind !== 'class' || b.kind !== 'class' || a.classIndex === b.classIndex);
}

/**
 * The stored output and sign that a choice means for one row.
 * `mean-abs` has neither: row views fall back to the predicted class and say so.
 * @param predictedClass - the row's predicted class index, -1 when unknown (then class 1 of binary, class 0 of multiclass)
 */
export function storedOutputForRow(outputs: Outputs, choice: OutputChoice, predictedClass: number): StoredOutput {
  switch (choice.kind) {
    case 'value':
      return { output: 0, sign: 1 };
    case 'class':
      return storedOutputOfClass(outputs, choice.classIndex);
    case 'predicted':
    case 'mean-abs': {
      const known = predictedClass >= 0 ? predictedClass : outputs.task === 'binary' ? 1 : 0;
      return storedOutputOfClass(outputs, known);
    }
    default:
      return choice satisfies never;
  }
}

/** The class index a choice means for one row, -1 for regression. */
export function classForRow(outputs: Outputs, choice: OutputChoice, predictedClass: number): number {
  if (outputs.task === 'regression') return -1;
  if (choice.kind === 'class') return choice.classIndex;
  return predictedClass >= 0 ? predictedClass : outputs.task === 'binary' ? 1 : 0;
}

/**
 * Predicted class of one row from its stored outputs (argmax; the first wins ties; binary: above one half, or above
 * zero for margins). -1 for regression or when any value is NaN.
 * @param stored - the row's stored outputs [nOutputs]
 */
export function predictedClassOf(outputs: Outputs, space: PredictionSpace, stored: ArrayLike<number>): number {
  switch (outputs.task) {
    case 'regression':
      return -1;
    case 'binary': {
      const value = stored[0] ?? NaN;
      if (Number.isNaN(value)) return -1;
      return value > (space === 'probability' || space === 'label only' ? 0.5 : 0) ? 1 : 0;
    }
    case 'multiclass': {
      let best = -1;
      let bestValue = -Infinity;
      for (let k = 0; k < stored.length; k++) {
        const value = stored[k]!;
        if (Number.isNaN(value)) return -1;
        if (value > bestValue) {
          bestValue = value;
          best = k;
        }
      }
      return best;
    }
    default:
      return outputs satisfies never;
  }
}

/** A stored prediction seen as the given class: probabilities mirror to 1-p, margins to -m. */
export function predictionOfClass(outputs: Outputs, space: PredictionSpace, stored: ArrayLike<number>, classIndex: number): number {
  const { output, sign } = storedOutputOfClass(outputs, classIndex);
  const value = stored[output] ?? NaN;
  if (sign === 1) return value;
  return space === 'probability' || space === 'label only' ? 1 - value : -value;
}

/** The same outputs under other class names; regression has none and stays. `names` must have one name a class. */
export function withClassLabels(outputs: Outputs, names: readonly string[]): Outputs {
  switch (outputs.task) {
    case 'regression':
      return outputs;
    case 'binary':
      return { ...outputs, classLabels: [names[0] ?? outputs.classLabels[0], names[1] ?? outputs.classLabels[1]] };
    case 'multiclass':
      return { ...outputs, classLabels: names };
    default:
      return outputs satisfies never;
  }
}
