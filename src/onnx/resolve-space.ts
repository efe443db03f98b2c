import type { ModelSignature } from '#/domain/model';
import { isClassifier, storedOutputCount, type Outputs, type PredictionSpace } from '#/domain/outputs';
import type { ModelLink, SumSpace } from '#/domain/tree-model';

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

/** The space that the sums of a readable model live in. */
export function sumSpaceOf(link: ModelLink, signature: ModelSignature, outputs: Outputs): SumSpace {
  if (link === 'logit') return 'log-odds';
  if (link === 'softmax') return 'softmax margin';
  if (link === 'log') return 'log';
  const space = resolveSpace(signature, outputs);
  switch (space) {
    case 'logit':
      return storedOutputCount(outputs) === 1 ? 'log-odds' : 'softmax margin';
    case 'probability':
    case 'value':
    case 'score':
      return space;
    case 'label only':
      return 'score';
    default:
      return space satisfies never;
  }
}
