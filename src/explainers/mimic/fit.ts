import { LimpidError } from '#/base/errors';
import type { LinearModel } from '#/domain/linear-model';
import type { FeatureSchema } from '#/domain/model';
import type { Surrogate } from '#/domain/surrogate';
import type { TreeModel } from '#/domain/tree-model';
import type { ExplainerEnvironment, ExplainSpec, Fitted } from '#/explainers/explainer';
import { augmentRows } from '#/explainers/mimic/augment';
import { mimicChoices, type MimicChoices } from '#/explainers/mimic/mimic-parameters';
import { replicationMeasure } from '#/explainers/mimic/replication';
import { askTeacher, type Lesson } from '#/explainers/mimic/teacher';
import { createPacer } from '#/explainers/pacer';
import { trainDecisionTree } from '#/learners/decision-tree';
import { trainGradientBoosting } from '#/learners/gradient-boosting';
import { trainLinearRegression } from '#/learners/linear-regression';
import { trainLogisticRegression } from '#/learners/logistic-regression';
import type { Pace } from '#/learners/pace';
import { trainStochasticGradient } from '#/learners/stochastic-gradient';

/** With fewer rows LightGBM's 20 rows a leaf would leave constants. */
const FEW_ROWS = 50;

/**
 * Trains the surrogate that imitates the model, as interpret-community 0.32's `MimicExplainer` does: regression and two classes by
 * regression (two classes on log-odds cut to [-5, 5]), more classes by a classifier of the model's labels (`askTeacher`).
 * Surrogates: LightGBM with its defaults; least squares or multinomial logistic regression (solved to the end); stochastic gradient
 * descent (standardised, log loss, where interpret-community takes raw columns and hinge loss); a CART tree.
 * Categories are native to LightGBM and one-hot elsewhere; missing numbers take the mean in linear models. Dates are numbers.
 *
 * Fidelity is that of the training rows (`replicationMeasure`), without the augmented ones.
 * @throws LimpidError `BadRequest` without training rows or for wrong parameters; `ModelFailed` | `Aborted`
 */
export async function fitSurrogate(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): Promise<Fitted> {
  const choices = mimicChoices(spec.parameters, spec.outputSpace);
  if (spec.training === null || spec.training.nRows === 0) {
    throw new LimpidError({ tag: 'BadRequest', message: 'A surrogate needs rows to learn from.' });
  }
  const augmented = augmentRows(spec.training, choices.augmentations, spec.seed);
  const lesson = await askTeacher(augmented, environment, signal);
  const trained = await train(lesson, environment.features, choices, spec.seed, createPacer(signal), augmented.nRows < FEW_ROWS);
  const surrogate: Surrogate = {
    kind: choices.surrogate,
    ...trained,
    fidelity: { metric: lesson.nClasses > 0 ? 'accuracy' : 'R²', value: NaN, nRows: 0 },
    trainedOn: lesson.rows.nRows,
  };
  const fidelity = await replicationMeasure(surrogate, spec.training, environment, signal);
  return { surrogate: { ...surrogate, fidelity } };
}

async function train(
  lesson: Lesson,
  features: readonly FeatureSchema[],
  choices: MimicChoices,
  seed: number,
  pace: Pace,
  fewRows: boolean,
): Promise<Pick<Surrogate, 'trees' | 'linear'>> {
  const { rows, labels, nClasses } = lesson;
  switch (choices.surrogate) {
    case 'lightgbm': {
      const loss = nClasses > 0 ? 'softmax' : 'squared';
      const trees = await trainGradientBoosting(rows, features, labels, loss, nClasses, pace, fewRows ? { minRows: 1 } : {});
      return { trees: inSpaceOf(lesson, trees), linear: null };
    }
    case 'tree': {
      const trees = await trainDecisionTree(rows, features, labels, nClasses, pace, { maxDepth: choices.maxDepth });
      return { trees: inSpaceOf(lesson, trees), linear: null };
    }
    case 'linear': {
      const linear =
        nClasses > 0
          ? await trainLogisticRegression(rows, features, labels, nClasses, pace)
          : await trainLinearRegression(rows, features, labels, pace);
      return { trees: null, linear: inSpaceOf(lesson, linear) };
    }
    case 'sgd': {
      const linear = await trainStochasticGradient(rows, features, labels, nClasses > 0 ? 'log' : 'squared', nClasses, seed, pace);
      return { trees: null, linear: inSpaceOf(lesson, linear) };
    }
    default:
      return choices.surrogate satisfies never;
  }
}

/** A regression on log-odds says so: its sums are log-odds. */
function inSpaceOf<Model extends TreeModel | LinearModel>(lesson: Lesson, model: Model): Model {
  if (lesson.nClasses > 0) return model;
  return { ...model, link: lesson.space === 'log-odds' ? 'logit' : 'identity', sumSpace: lesson.space };
}
