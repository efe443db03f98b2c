import { localRow, type Explanation } from '#/domain/explanation';
import type { FeatureSchema } from '#/domain/model';
import {
  classForRow,
  classLabels,
  predictionOfClass,
  storedOutputForRow,
  storedOutputOfClass,
  type OutputChoice,
  type Outputs,
  type PredictionSpace,
} from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { cellValue } from '#/domain/table';
import type { AdditiveSpace } from '#/domain/units';
import { orderDescending } from '#/math/ranking';
import type { Scope } from '#/queries/scope';
import type { Question } from './question';
import { checkRow, positionOfRow, predictedClasses, requireExplanation, storedPrediction } from './resolve-scope';
import { featureColumn } from './table-columns';
import { additiveUnit, outputLabel, predictionUnit } from './unit-label';

export interface LocalImportanceParams {
  readonly scope: Scope;
  readonly row: number;
}

export interface LocalFeature {
  readonly feature: number;
  readonly name: string;
  /** The row's value as a person reads it; null missing or unknown. */
  readonly value: string | number | boolean | null;
  /** Signed value for the shown output. */
  readonly phi: number;
  readonly standardError: number | null;
  /** Signed value for each class (binary: mirrored), [] for regression. */
  readonly perClass: readonly number[];
  /** Standard error of each class's value, NaN where unknown; [] for regression and for exact values. */
  readonly perClassErrors: readonly number[];
}

/** The row was not explained: the view offers to explain it. */
export interface RowNotExplained {
  readonly kind: 'not explained';
  readonly row: number;
}

export interface LocalImportanceAnswer {
  readonly kind: 'explained';
  readonly row: number;
  /** Class shown, -1 for regression. */
  readonly classIndex: number;
  readonly outputLabel: string;
  /** The choice was mean |value|, which has no sign: the predicted class is shown instead. */
  readonly fellBack: boolean;
  readonly base: number | null;
  /** base + sum of all phi, in the additive space; null without base. */
  readonly sum: number | null;
  /** The stored prediction for this class in prediction space; null when unknown. */
  readonly prediction: number | null;
  readonly predictionUnit: string;
  readonly unit: string;
  /** All features, largest |phi| first. */
  readonly features: readonly LocalFeature[];
  readonly classLabels: readonly string[];
}

/** Raw local values of any row, explained from the table or just now for an edited one. Nothing of it is modified or kept. */
export interface LocalImportanceInput {
  /** Table row, or the base row of an edited one. */
  readonly row: number;
  readonly outputs: Outputs;
  readonly choice: OutputChoice;
  /** Space that the values add up in. */
  readonly space: AdditiveSpace;
  readonly features: readonly Pick<FeatureSchema, 'name'>[];
  /** The row's feature values as a person reads them; null missing or unknown. */
  readonly values: readonly (string | number | boolean | null)[];
  /** [stored output][feature]; NaN where not computed. */
  readonly phi: readonly ArrayLike<number>[];
  /** Same layout as phi. */
  readonly standardErrors: readonly ArrayLike<number>[] | null;
  /** [stored output] in the additive space. */
  readonly baseValues: ArrayLike<number> | null;
  /** [stored output] in `predictionSpace`. */
  readonly prediction: ArrayLike<number> | null;
  readonly predictionSpace: PredictionSpace | null;
  /** -1 unknown or regression. */
  readonly predictedClass: number;
}

/**
 * Waterfall of one row for the chosen output. The mirrored class of a binary model has the signs turned and the base
 * mirrored (1 - p for probabilities, -m for margins). Base and sum are in the additive space, the prediction is in its own.
 * A NaN value stays NaN, stands last and leaves no sum.
 */
export function buildLocalImportance(input: LocalImportanceInput): LocalImportanceAnswer {
  const { outputs, choice, space, predictedClass } = input;
  const { output, sign } = storedOutputForRow(outputs, choice, predictedClass);
  const classIndex = classForRow(outputs, choice, predictedClass);
  const labels = classLabels(outputs);
  const mirrors = labels.map((_, k) => storedOutputOfClass(outputs, k));
  const shown = input.phi[output]!;
  const order = orderDescending(Float64Array.from(shown, Math.abs));
  const base = input.baseValues === null ? null : finiteOrNull(baseOfClass(outputs, space, input.baseValues, classIndex));
  let sum = base ?? NaN;
  for (let f = 0; f < shown.length; f++) sum += sign * shown[f]!;
  return {
    kind: 'explained',
    row: input.row,
    classIndex,
    outputLabel: classIndex < 0 ? outputLabel(outputs, choice) : (labels[classIndex] ?? String(classIndex)),
    fellBack: choice.kind === 'mean-abs',
    base,
    sum: finiteOrNull(sum),
    prediction: predictionFor(input, classIndex),
    predictionUnit: predictionUnit(input.predictionSpace, outputs),
    unit: additiveUnit(space, outputs),
    features: Array.from(order, (feature) => ({
      feature,
      name: input.features[feature]!.name,
      value: input.values[feature] ?? null,
      phi: withSign(sign, shown[feature]!),
      standardError: finiteOrNull(input.standardErrors?.[output]?.[feature] ?? NaN),
      perClass: mirrors.map((mirror) => withSign(mirror.sign, input.phi[mirror.output]?.[feature] ?? NaN)),
      perClassErrors: input.standardErrors === null ? [] : mirrors.map((mirror) => input.standardErrors?.[mirror.output]?.[feature] ?? NaN),
    })),
    classLabels: labels,
  };
}

/** Without -0, which would be shown with a sign. */
function withSign(sign: 1 | -1, value: number): number {
  return sign * value + 0;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function baseOfClass(outputs: Outputs, space: AdditiveSpace, baseValues: ArrayLike<number>, classIndex: number): number {
  if (classIndex < 0) return baseValues[0] ?? NaN;
  return predictionOfClass(outputs, space === 'probability' ? 'probability' : 'logit', baseValues, classIndex) + 0;
}

function predictionFor({ outputs, prediction, predictionSpace }: LocalImportanceInput, classIndex: number): number | null {
  if (prediction === null || predictionSpace === null) return null;
  const value = classIndex < 0 ? (prediction[0] ?? NaN) : predictionOfClass(outputs, predictionSpace, prediction, classIndex);
  return finiteOrNull(value);
}

/** @throws LimpidError `NotFound` without explanation; `BadRequest` for a row outside the table */
export const localImportanceQuestion: Question<LocalImportanceParams, LocalImportanceAnswer | RowNotExplained> = {
  id: 'local-importance',
  reads: ['table', 'predictions', 'explanations'],
  answer(study, { scope, row }) {
    const explanation = requireExplanation(study, scope);
    checkRow(study, row);
    const position = positionOfRow(explanation, row);
    const { local, standardErrors } = explanation;
    if (local === null || position < 0) return { kind: 'not explained', row };
    return buildLocalImportance({
      row,
      outputs: study.outputs,
      choice: scope.output,
      space: explanation.space,
      features: explanation.features,
      values: readableValues(study, explanation, row),
      phi: local.map((_, output) => localRow(explanation, local, output, position)),
      standardErrors: standardErrors?.map((_, output) => localRow(explanation, standardErrors, output, position)) ?? null,
      baseValues: explanation.baseValues,
      prediction: storedPrediction(study, row),
      predictionSpace: study.predictions?.space ?? null,
      predictedClass: predictedClasses(study)?.[row] ?? -1,
    });
  },
};

function readableValues(study: Study, explanation: Explanation, row: number): readonly (string | number | boolean | null)[] {
  return explanation.features.map((feature) => {
    const column = featureColumn(study.table, feature);
    return column === null ? null : cellValue(column, row);
  });
}
