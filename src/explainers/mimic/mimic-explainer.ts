import type { ExplainableModel, Explainer } from '#/explainers/explainer';
import { MAX_DEPTH, MIMIC_PARAMETERS, surrogateKind, VALUES_OUTPUT } from '#/explainers/mimic/mimic-parameters';
import { numberParameter, type Parameters } from '#/explainers/parameters';

/** Bytes of a stored value (float32). */
const VALUE_BYTES = 4;
/** Rows that the engine hands over to learn from, at most. */
const TRAINING_ROWS = 20_000;
/** Measured, one thread: seconds of training for a row, feature and output. */
const TRAINING_SECONDS = { lightgbm: 2e-6, linear: 5e-7, sgd: 5e-7, tree: 1.5e-6 } as const;
/** Measured: seconds for an explained row and output, but for trees for an explained row and leaf. */
const ROW_SECONDS = { lightgbm: 1.5e-4, linear: 2e-6, sgd: 2e-6, tree: 4e-7 } as const;
/** A tree of classes has far fewer leaves than rows; a tree of values without limit has one for each. */
const LEAVES_A_ROW_OF_CLASSES = 0.05;

/** Leaves of a decision tree surrogate that was trained on so many rows. */
function treeLeaves(model: ExplainableModel, maxDepth: number, rows: number): number {
  const grown = model.nClasses > 2 ? LEAVES_A_ROW_OF_CLASSES * rows : rows;
  return maxDepth > 0 ? Math.min(2 ** maxDepth, grown) : grown;
}

function estimate(model: ExplainableModel, parameters: Parameters, nRows: number): ReturnType<Explainer['estimate']> {
  const kind = surrogateKind(parameters);
  const asksTeacher = parameters[VALUES_OUTPUT.id] === 'teacher_probability';
  const rows = Math.min(nRows, TRAINING_ROWS);
  const terms = kind === 'tree' ? treeLeaves(model, numberParameter(parameters, MAX_DEPTH), rows) : model.nOutputs;
  return {
    evaluationsPerRow: asksTeacher ? 1 : 0,
    secondsPerRow: ROW_SECONDS[kind] * terms + (asksTeacher ? model.secondsPerRow : 0),
    setupSeconds: 2 * rows * model.secondsPerRow + rows * model.nFeatures * model.nOutputs * TRAINING_SECONDS[kind],
    bytesPerRow: VALUE_BYTES * model.nOutputs * model.nFeatures,
    exact: true,
  };
}

export const mimicExplainer: Explainer = {
  id: 'mimic',
  label: 'Mimic (surrogate)',
  family: 'Surrogate',
  yields: 'local values',
  semantics: 'interpret-community MimicExplainer',
  sentence: 'Trains a simple model that imitates yours, says how well it does, and explains the imitation exactly.',
  needs: 'predictions only',
  source: 'interpret-community 0.32 MimicExplainer; LightGBM 4 (Ke et al. 2017); Bucila et al. 2006',
  usesBackground: false,
  needsTraining: true,
  parameters: () => MIMIC_PARAMETERS,
  unavailable: () => null,
  outputSpaces: () => ['raw'],
  estimate: (model, _backgroundRows, parameters, nRows) => estimate(model, parameters, nRows),
  fit: async (spec, environment, signal) => (await import('#/explainers/mimic/fit')).fitSurrogate(spec, environment, signal),
  prepare: async (spec, environment, signal) => (await import('#/explainers/mimic/prepare')).prepareMimic(spec, environment, signal),
};
