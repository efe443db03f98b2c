/** A net that gives one number without saying what it is: a value, or the logit of class 1 where the data have two classes. */
import type { ModelSignature } from '#/domain/model';
import type { Finding } from '#/domain/study';
import type { Column } from '#/domain/table';
import { distinctNumbers, numberText } from '#/formats/column-facts';
import type { ImportChoices, ParsedModel } from '#/formats/draft';
import { readAsLogit } from '#/onnx/resolve-space';

type OpenModel = Pick<ParsedModel, 'signature' | 'taskOpen'>;

/** Whether a column's present values are two classes: true and false, two labels, or the numbers 0 and 1. */
export function holdsTwoClasses(column: Column): boolean {
  const values = distinctNumbers(column, 3);
  if (values.length !== 2) return false;
  switch (column.kind) {
    case 'boolean':
    case 'categorical':
      return true;
    case 'numeric':
      return values.every((value) => value === 0 || value === 1);
    case 'datetime':
      return false;
    default:
      return column satisfies never;
  }
}

/**
 * The model's signature under the task the user chose; without a choice, under the one its target speaks for.
 * A signature that says what it predicts stays as it is.
 */
export function signatureFor(model: OpenModel, target: Column | null, task: ImportChoices['task']): ModelSignature {
  if (!model.taskOpen) return model.signature;
  const isBinary = task === null ? target !== null && holdsTwoClasses(target) : task === 'binary';
  return isBinary ? readAsLogit(model.signature, twoTexts(target)) : model.signature;
}

/** The target's two values in the order that sorting encoders give them; 0 and 1 where it has others than two. */
function twoTexts(target: Column | null): readonly [string, string] {
  const values = target === null ? [] : [...distinctNumbers(target, 3)].sort((a, b) => a - b);
  return target !== null && values.length === 2 ? [numberText(target, values[0]!), numberText(target, values[1]!)] : ['0', '1'];
}

/**
 * How one number came to be read as a logit.
 * @param signature - of `signatureFor`
 */
export function openTaskFinding(
  model: OpenModel,
  signature: ModelSignature,
  target: Column,
  task: ImportChoices['task'],
  file: string,
): Finding | null {
  if (!model.taskOpen || signature.task !== 'binary' || distinctNumbers(target, 3).length !== 2) return null;
  const [zero = '0', one = '1'] = signature.outputs.classLabels;
  const place = { file, at: `column ${target.name}` };
  if (task === null) {
    return {
      severity: 'warning',
      code: 'one-logit-as-binary',
      message: `The model gives one number a row without saying what it is. ${target.name} has two values, so the number is read as the logit of class 1 (${one}); class 0 is ${zero}.`,
      fix: 'If the model predicts a value, choose “A value” under “What the model predicts” on the import card.',
      place,
    };
  }
  if (zero === '0' && one === '1') return null;
  return {
    severity: 'info',
    code: 'labels-by-order',
    message: `The model's number is read as the logit of class 1; ${target.name}'s values were taken in sorted order: 0 = ${zero}, 1 = ${one}.`,
    fix: 'Check the order that the model was trained with.',
    place,
  };
}
