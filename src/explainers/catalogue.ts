import { LimpidError } from '#/base/errors';
import { Registry } from '#/base/registry';
import type { ExplainableModel, Explainer, ExplainerId } from '#/explainers/explainer';
import { kernelExplainer } from '#/explainers/kernel/kernel-explainer';
import { interventionalExplainer } from '#/explainers/tree-interventional/interventional-explainer';
import { pathDependentExplainer } from '#/explainers/tree-path-dependent/path-dependent-explainer';

const registry = new Registry<Explainer>();
registry.register(interventionalExplainer);
registry.register(pathDependentExplainer);
registry.register(kernelExplainer);

/** All explainers, in the order of the dialog. */
export const explainers: readonly Explainer[] = registry.all();

/** @throws LimpidError `NotFound` */
export function explainerById(id: ExplainerId): Explainer {
  const found = registry.get(id);
  if (!found) throw new LimpidError({ tag: 'NotFound', message: `There is no explainer called "${id}".` });
  return found;
}

/** The explainer to take when the user has no wish, and one sentence why. */
export function recommend(model: ExplainableModel): { explainer: ExplainerId; reason: string } {
  if ('reason' in model.trees)
    return { explainer: 'kernel', reason: `Kernel SHAP explains any model. Tree SHAP cannot explain this one: ${model.trees.reason}` };
  return {
    explainer: 'tree-interventional',
    reason: 'The model is a tree ensemble: its Shapley values can be computed exactly from the trees and the background rows.',
  };
}
