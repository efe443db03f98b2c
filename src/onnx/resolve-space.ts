import type { ModelSignature } from '#/domain/model';
import { isClassifier, type Outputs, type PredictionSpace } from '#/domain/outputs';

/**
 * The space of stored predictions once the task is known: a net with one column and no label is read as regression
 * until a table says otherwise; as a classifier its column is a logit.
 */
export function resolveSpace(signature: ModelSignature, outputs: Outputs): PredictionSpace {
  const { space } = signature.outputs;
  if (!isClassifier(outputs)) return 'value';
  return space === 'value' ? 'logit' : space;
}

/**
 * The signature of a net with one column and no label, read as the logit of class 1.
 * @param classLabels - what the two classes are called in the data, class 0 first
 */
export function readAsLogit(signature: ModelSignature, classLabels: readonly [string, string] = ['0', '1']): ModelSignature {
  return { ...signature, task: 'binary', outputs: { ...signature.outputs, classLabels, space: 'logit' } };
}
