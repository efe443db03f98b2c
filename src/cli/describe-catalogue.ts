import { explainers } from '#/explainers/catalogue';
import type { ExplainableModel, Explainer } from '#/explainers/explainer';
import type { ParameterSpec } from '#/explainers/parameters';

/** One explainer as the list and the docs page show it, without any model. */
export interface CatalogueEntry extends Pick<
  Explainer,
  'id' | 'label' | 'family' | 'needs' | 'yields' | 'semantics' | 'sentence' | 'source' | 'usesBackground' | 'needsTraining'
> {
  readonly parameters: readonly ParameterSpec[];
}

const OPAQUE: ExplainableModel = {
  nFeatures: 10,
  nOutputs: 1,
  nClasses: 2,
  predictionSpace: 'probability',
  features: Array.from({ length: 10 }, (_, i) => ({
    name: `feature ${i}`,
    kind: 'numeric',
    integer: false,
    labels: [],
    missingText: '',
    column: i,
  })),
  trees: { reason: 'No trees.' },
  linear: { reason: 'Not linear.' },
  gradients: { reason: 'No net.' },
  secondsPerRow: 1e-6,
};

/** One model of each structure: settings may depend on it, and an explainer describes those of the first model that it takes. */
const EXAMPLES: readonly ExplainableModel[] = [
  { ...OPAQUE, trees: { leaves: 1000, depth: 6, nTrees: 100, link: 'logit', hasCovers: true, columns: 14 } },
  { ...OPAQUE, linear: { columns: 14, link: 'logit' } },
  {
    ...OPAQUE,
    gradients: {
      layers: [
        { id: 'first layer', name: 'Linear 1', kind: 'linear', label: 'Linear 1 (16 neurons)', neurons: 16 },
        { id: 'second layer', name: 'ReLU 1', kind: 'activation', label: 'ReLU 1 (16 neurons)', neurons: 16 },
      ],
      rescale: true,
      spaces: [{ id: 'probability', space: 'probability' }],
      fills: Array.from({ length: 10 }, () => null),
      work: 500,
    },
  },
  OPAQUE,
];

/** The catalogue in the order of the dialog. Choices that are a model's own (its layers) stand for those of a net with two layers. */
export function describeCatalogue(): readonly CatalogueEntry[] {
  return explainers.map((explainer) => {
    const { id, label, family, needs, yields, semantics, sentence, source, usesBackground, needsTraining } = explainer;
    const model = EXAMPLES.find((example) => explainer.unavailable(example) === null);
    const parameters = model === undefined ? [] : explainer.parameters(model);
    return { id, label, family, needs, yields, semantics, sentence, source, usesBackground, needsTraining, parameters };
  });
}
