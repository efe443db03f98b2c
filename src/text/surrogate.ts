import { plural } from '#/text/format';
import { formatNumber } from '#/text/numbers';

export const SURROGATE_NAMES = {
  lightgbm: 'boosted trees (LightGBM-like)',
  linear: 'a linear model',
  sgd: 'a linear model trained by SGD',
  tree: 'a decision tree',
} as const;

export const surrogateText = {
  none: 'No explanation here comes from a surrogate.',
  noneHint: 'The method “Mimic” trains a simple model that imitates this one, and explains that.',
  train: 'Train a surrogate',
  show: (name: string) => `Show ${name}`,
  sentence: (name: string, metric: string, value: number, rows: number, trained: number) =>
    `The model was imitated by ${name}, which agrees with it to ${metric} ${formatNumber(value)} over ${plural(rows, 'row')} (trained on ${plural(trained, 'row')}).`,
  weak: 'That is not close: do not read its explanation as the model’s.',
  tree: 'Tree',
  depth: 'Levels',
  share: (share: number) => (Number.isNaN(share) ? '' : `${formatNumber(100 * share)} % of rows`),
  leaf: (value: string) => `→ ${value}`,
  hidden: (n: number) => `${plural(n, 'leaf', 'leaves')} below`,
  otherwise: 'otherwise',
  coefficients: 'Coefficients',
  intercept: 'Intercept',
  feature: 'Column',
  treeLabel: (tree: number, total: number) => `Tree ${tree} of ${total}`,
};
