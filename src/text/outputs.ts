import type { OutputChoice } from '#/domain/outputs';

/** @param labels - class labels, [] for regression */
export function outputChoiceLabel(choice: OutputChoice, labels: readonly string[], targetName: string): string {
  switch (choice.kind) {
    case 'value':
      return targetName === '' ? 'Predicted value' : targetName;
    case 'class':
      return labels[choice.classIndex] ?? `class ${choice.classIndex}`;
    case 'predicted':
      return 'Predicted class';
    case 'mean-abs':
      return 'Mean |value| over classes';
    default:
      return choice satisfies never;
  }
}

/** One line under the choice; null when the label says it all. */
export function outputChoiceHint(choice: OutputChoice): string | null {
  switch (choice.kind) {
    case 'predicted':
      return "each row's own predicted class";
    case 'mean-abs':
      return 'size only: no sign, no base value';
    case 'value':
    case 'class':
      return null;
    default:
      return choice satisfies never;
  }
}
