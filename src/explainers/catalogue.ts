import { LimpidError } from '#/base/errors';
import { Registry } from '#/base/registry';
import type { ExplainableModel, Explainer, ExplainerId } from '#/explainers/explainer';
import { anchorsExplainer } from '#/explainers/anchors/anchors-explainer';
import { deepShapExplainer } from '#/explainers/gradients/deep-shap';
import { expectedGradientsExplainer } from '#/explainers/gradients/expected-gradients';
import { inputXGradientExplainer } from '#/explainers/gradients/input-x-gradient';
import { integratedGradientsExplainer } from '#/explainers/gradients/integrated-gradients';
import { layerActivationExplainer } from '#/explainers/gradients/layer-activation';
import { layerConductanceExplainer } from '#/explainers/gradients/layer-conductance';
import { neuronConductanceExplainer } from '#/explainers/gradients/neuron-conductance';
import { saliencyExplainer } from '#/explainers/gradients/saliency';
import { kernelExplainer } from '#/explainers/kernel/kernel-explainer';
import { limeExplainer } from '#/explainers/lime/lime-explainer';
import { linearExplainer } from '#/explainers/linear/linear-explainer';
import { mimicExplainer } from '#/explainers/mimic/mimic-explainer';
import { permutationShapExplainer } from '#/explainers/permutation-shap/permutation-shap-explainer';
import { interventionalExplainer } from '#/explainers/tree-interventional/interventional-explainer';
import { pathDependentExplainer } from '#/explainers/tree-path-dependent/path-dependent-explainer';

const registry = new Registry<Explainer>();
registry.register(interventionalExplainer);
registry.register(pathDependentExplainer);
registry.register(linearExplainer);
registry.register(deepShapExplainer);
registry.register(integratedGradientsExplainer);
registry.register(expectedGradientsExplainer);
registry.register(saliencyExplainer);
registry.register(inputXGradientExplainer);
registry.register(layerConductanceExplainer);
registry.register(layerActivationExplainer);
registry.register(neuronConductanceExplainer);
registry.register(kernelExplainer);
registry.register(permutationShapExplainer);
registry.register(mimicExplainer);
registry.register(limeExplainer);
registry.register(anchorsExplainer);

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
  if ('reason' in model.trees && !('reason' in model.linear))
    return { explainer: 'linear', reason: 'The model is linear: its Shapley values follow from its coefficients, exactly.' };
  if ('reason' in model.trees && !('reason' in model.gradients)) {
    return model.gradients.rescale === true
      ? { explainer: 'deep-shap', reason: 'The model is a neural net whose layers all have DeepLIFT rules: values sum to the prediction.' }
      : {
          explainer: 'integrated-gradients',
          reason: `The model is a neural net: Integrated Gradients sums to the prediction, DeepLIFT would not. ${model.gradients.rescale.reason}`,
        };
  }
  if ('reason' in model.trees)
    return { explainer: 'kernel', reason: `Kernel SHAP explains any model. Tree SHAP cannot explain this one: ${model.trees.reason}` };
  return {
    explainer: 'tree-interventional',
    reason: 'The model is a tree ensemble: its Shapley values can be computed exactly from the trees and the background rows.',
  };
}
