import type { Metric } from '#/explainers/metrics';
import type { ParameterSpec } from '#/explainers/parameters';

export type GlobalMethodId = 'permutation-importance' | 'native-importance';

/** A method of the catalogue that ranks features over all rows and gives no values for single ones. */
export interface GlobalMethod {
  readonly id: GlobalMethodId;
  readonly label: string;
  readonly semantics: string;
  readonly sentence: string;
  readonly needs: string;
  readonly source: string;
  /** @param metrics - that suit the model, the default first */
  parameters(metrics: readonly Metric[]): readonly ParameterSpec[];
  /** Null when it applies, else the reason why not. */
  unavailable(study: { readonly hasTarget: boolean; readonly importances: readonly { readonly meaning: string }[] }): string | null;
}

export const globalMethods: readonly GlobalMethod[] = [
  {
    id: 'permutation-importance',
    label: 'Permutation importance',
    semantics: 'scikit-learn permutation_importance',
    sentence: 'How much worse the model gets when one column is shuffled: a ranking of the features, without values for single rows.',
    needs: 'predictions and true values',
    source: 'Breiman 2001; scikit-learn 1.9 permutation_importance (its generator is not matched)',
    parameters: (metrics) => [
      {
        kind: 'choice',
        id: 'metric',
        label: 'Metric',
        hint: 'an error metric that rises counts like a score that drops',
        default: metrics[0]?.id ?? '',
        options: metrics.map(({ id }) => ({ value: id, label: id })),
      },
      {
        kind: 'number',
        id: 'repeats',
        label: 'Repeats',
        hint: 'shuffles of each feature',
        default: 5,
        min: 1,
        max: 50,
        integer: true,
      },
    ],
    unavailable: ({ hasTarget }) => (hasTarget ? null : 'The table has no column with true values.'),
  },
  {
    id: 'native-importance',
    label: 'The model’s own importances',
    semantics: 'as the training library wrote them',
    sentence: 'Gain, cover and split counts of tree files, or |coefficient| of linear models, beside the computed importances.',
    needs: 'a tree file of XGBoost, LightGBM or CatBoost, trees in ONNX, or a linear model',
    source: 'the model file; several classes of a linear model: mean of |coefficient| (interpret-community 0.32)',
    parameters: () => [],
    unavailable: ({ importances }) => (importances.length > 0 ? null : 'The model brings no importances of its own.'),
  },
];
