import { classLabels } from '#/domain/outputs';
import type { ModelAsset } from '#/domain/model';
import type { Study } from '#/domain/study';
import type { ModelFacts } from '#/engine/compute-task';
import type { GlobalOffer, ExplainerOffer, ExplainPlan, ExplainPlanParams } from '#/engine/job';
import { explainers, recommend } from '#/explainers/catalogue';
import { globalMethods } from '#/explainers/global-methods';
import { metricsFor } from '#/explainers/metrics';
import type { ExplainableModel, ExplainEstimate } from '#/explainers/explainer';
import { rawUnit } from '#/engine/raw-unit';

const FIT_SECONDS = 20;
const FIT_AT_LEAST = 20;

export function explainableModel(model: ModelAsset, facts: ModelFacts): ExplainableModel {
  return {
    nFeatures: model.features.length,
    nOutputs: facts.nOutputs,
    nClasses: classLabels(model.outputs).length,
    features: model.features,
    predictionSpace: facts.space,
    trees: facts.trees,
    linear: facts.linear,
    gradients: facts.gradients,
    secondsPerRow: facts.secondsPerRow,
  };
}

/** Rows whose explaining takes about `seconds` on all lanes, at least `atLeast`, at most all. */
export function fitRows(estimate: ExplainEstimate, lanes: number, nRows: number, seconds: number, atLeast: number): number {
  const fitting = Math.floor((seconds * lanes) / Math.max(estimate.secondsPerRow, 1e-9));
  return Math.min(nRows, Math.max(atLeast, fitting));
}

/** The catalogue for this model: which explainers apply, which is recommended and why, what each costs. */
export function planExplain(study: Study, model: ModelAsset, facts: ModelFacts, lanes: number, params: ExplainPlanParams): ExplainPlan {
  const described = explainableModel(model, facts);
  const offers = explainers.map((explainer): ExplainerOffer => {
    const unavailable = explainer.unavailable(described);
    const parameters = params.method === explainer.id ? params.parameters : {};
    const estimate = unavailable === null ? explainer.estimate(described, params.backgroundRows, parameters, study.table.nRows) : null;
    return {
      id: explainer.id,
      label: explainer.label,
      family: explainer.family,
      yields: explainer.yields,
      usesBackground: explainer.usesBackground,
      parameters: unavailable === null ? explainer.parameters(described) : [],
      semantics: explainer.semantics,
      sentence: explainer.sentence,
      unavailable,
      outputSpaces:
        unavailable === null
          ? explainer.outputSpaces(described).map((space) => ({ space, unit: rawUnit(study, described, space, explainer) }))
          : [],
      estimate,
      fitRows: estimate === null ? 0 : fitRows(estimate, lanes, study.table.nRows, FIT_SECONDS, FIT_AT_LEAST),
    };
  });
  const choice = recommend(described);
  return {
    recommended: choice.explainer,
    reason: choice.reason,
    offers,
    globals: globalOffers(study, model, facts),
    metrics: study.target === null ? [] : metricsFor(model.outputs, facts.space),
    nRows: study.table.nRows,
    nFeatures: described.nFeatures,
    lanes,
  };
}

function globalOffers(study: Study, model: ModelAsset, facts: ModelFacts): readonly GlobalOffer[] {
  const metrics = metricsFor(model.outputs, facts.space);
  const known = { hasTarget: study.target !== null, importances: facts.importances };
  return globalMethods.map((method) => ({ ...method, parameters: method.parameters(metrics), unavailable: method.unavailable(known) }));
}
