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
