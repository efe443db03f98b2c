import { effectiveBackground } from '#/explainers/background';
import type { Background, ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { planCoalitions, referencePlan, type CoalitionPlan } from '#/explainers/kernel/budget';
import type { CoalitionDesign } from '#/explainers/kernel/coalition-design';
import type { KernelSettings } from '#/explainers/kernel/kernel-parameters';
import { fastestPredict, type PredictRows } from '#/explainers/kernel/model-rows';
import type { OddRegression } from '#/explainers/kernel/odd-regression';
import type { Players } from '#/explainers/kernel/player-groups';
import { explainedSpace, type ExplainedSpace } from '#/explainers/kernel/prediction-space';

/** Evaluations that a call aims at: near 100 ms for a small model. */
const CHUNK_EVALUATIONS = 32_768;

/** What all rows of a job share. */
export interface KernelJob {
  readonly predict: PredictRows;
  readonly nOutputs: number;
  readonly background: Background;
  /** [background rows, nOutputs] transformed, without the link. */
  readonly backgroundPredictions: Float64Array;
  readonly players: Players;
  readonly space: ExplainedSpace;
  readonly settings: KernelSettings;
  readonly seed: number;
  readonly plan: CoalitionPlan;
  /** [nOutputs] with the link applied. */
  readonly baseValues: Float64Array;
  /** [nOutputs] standard deviation of the predictions over the background, with the link. */
  readonly spreads: Float64Array;
  /** By number of players, the last used last. */
  readonly designs: Map<number, SampledDesign>;
}

export interface SampledDesign {
  readonly design: CoalitionDesign;
  /** By stage, made when first needed. */
  readonly regressions: (OddRegression | undefined)[];
}

/** Rows a call, for evaluations a row. */
export function chunkRows(evaluationsPerRow: number): number {
  return Math.max(1, Math.min(256, Math.floor(CHUNK_EVALUATIONS / evaluationsPerRow)));
}

/** What Kernel and Permutation SHAP prepare. @throws as `prepareKernel` */
export async function kernelJob(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  settings: KernelSettings,
  players: Players,
  signal?: AbortSignal,
): Promise<KernelJob> {
  const { predictor } = environment;
  const { nOutputs } = predictor;
  const background = effectiveBackground(spec.background, predictor.nFeatures);
  const space = explainedSpace(predictor.info.space, nOutputs, spec.outputSpace, settings.link);
  const plan =
    settings.mode === 'reference'
      ? referencePlan(players.count, settings.budget)
      : planCoalitions(players.count, background.rows.nRows, settings.budget);
  const predict = await fastestPredict(environment, background.rows, signal);
  const backgroundPredictions = await predict(background.rows, signal);
  space.transform?.(backgroundPredictions, nOutputs);
  const baseValues = new Float64Array(nOutputs);
  const spreads = new Float64Array(nOutputs);
  const link = space.link ?? ((value: number): number => value);
  for (let k = 0; k < nOutputs; k++) {
    let mean = 0;
    let squares = 0;
    let linked = 0;
    background.weights.forEach((weight, b) => {
      const value = backgroundPredictions[b * nOutputs + k]!;
      mean += weight * value;
      linked += weight * link(value);
    });
    background.weights.forEach((weight, b) => (squares += weight * (link(backgroundPredictions[b * nOutputs + k]!) - linked) ** 2));
    baseValues[k] = link(mean);
    spreads[k] = Math.sqrt(squares);
  }
  const { seed } = spec;
  const designs = new Map<number, SampledDesign>();
  return { predict, nOutputs, background, backgroundPredictions, players, space, settings, seed, plan, baseValues, spreads, designs };
}
