/** Units and names of outputs as short labels for axes and tables. */
import { classLabels, type OutputChoice, type Outputs, type PredictionSpace } from '#/domain/outputs';
import type { AdditiveSpace } from '#/domain/units';

/** Unit of the target, else its name: `miles per gallon`, `mpg`. */
export function targetUnit(outputs: Outputs): string {
  return ('unit' in outputs ? outputs.unit : null) ?? outputs.targetName;
}

/** Unit of local values: what they add up in. */
export function additiveUnit(space: AdditiveSpace, outputs: Outputs): string {
  switch (space) {
    case 'probability':
    case 'log-odds':
    case 'softmax margin':
    case 'score':
      return space;
    case 'log':
      return `log ${targetUnit(outputs)}`;
    case 'value':
      return targetUnit(outputs);
    case 'none':
      return 'score';
    default:
      return space satisfies never;
  }
}

/** Unit of predictions. */
export function predictionUnit(space: PredictionSpace | null, outputs: Outputs): string {
  switch (space) {
    case 'probability':
      return 'probability';
    case 'logit':
      return 'log-odds';
    case 'score':
      return 'score';
    case 'label only':
      return 'label';
    case 'value':
      return targetUnit(outputs);
    case null:
      return classLabels(outputs).length > 0 ? 'probability' : targetUnit(outputs);
    default:
      return space satisfies never;
  }
}

/** Name of what is looked at: a class label, the target, or one of the two choices over classes. */
export function outputLabel(outputs: Outputs, choice: OutputChoice): string {
  switch (choice.kind) {
    case 'value':
      return outputs.targetName;
    case 'class':
      return classLabels(outputs)[choice.classIndex] ?? String(choice.classIndex);
    case 'predicted':
      return 'predicted class';
    case 'mean-abs':
      return 'mean |value| over classes';
    default:
      return choice satisfies never;
  }
}
