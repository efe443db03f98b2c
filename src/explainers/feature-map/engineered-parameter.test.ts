import { describe, expect, it } from 'vitest';
import type { ExplainableModel } from '#/explainers/explainer';
import { linearExplainer } from '#/explainers/linear/linear-explainer';
import { interventionalExplainer } from '#/explainers/tree-interventional/interventional-explainer';
import { pathDependentExplainer } from '#/explainers/tree-path-dependent/path-dependent-explainer';

const model = (columns: number): ExplainableModel => ({
  nFeatures: 4,
  nOutputs: 1,
  nClasses: 2,
  predictionSpace: 'logit',
  features: [],
  trees: { leaves: 64, depth: 3, nTrees: 8, link: 'logistic', hasCovers: true, columns },
  linear: { columns, link: 'logistic' },
  gradients: { reason: 'none' },
  secondsPerRow: 1e-5,
});

describe.each([linearExplainer, interventionalExplainer, pathDependentExplainer])('values of columns by $label', (explainer) => {
  const ids = (columns: number): readonly string[] => explainer.parameters(model(columns)).map(({ id }) => id);

  it('are offered where the preparation makes more of them', () => {
    expect(ids(10)).toContain('features');
    expect(ids(4)).not.toContain('features');
  });

  it('take the room of the columns', () => {
    const bytes = (parameters: Record<string, string>): number => explainer.estimate(model(10), 20, parameters, 100).bytesPerRow;
    expect(bytes({ features: 'engineered' })).toBe(2.5 * bytes({}));
    expect(bytes({ features: 'raw' })).toBe(bytes({}));
  });
});
