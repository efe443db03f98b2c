import {
  classForRow,
  classLabels,
  predictionOfClass,
  storedOutputForRow,
  storedOutputOfClass,
  type OutputChoice,
  type Outputs,
} from '#/domain/outputs';
import type { LocalImportanceAnswer } from '#/queries/local-importance';

/** Local values of one row that were computed just now (an edited row, or one outside the open explanation). */
export interface FreshValues {
  readonly unit: string;
  /** [nOutputs][nFeatures] */
  readonly values: readonly Float64Array[];
  readonly standardErrors: readonly Float64Array[] | null;
  readonly baseValues: Float64Array;
}

export interface FreshRow {
  readonly row: number;
  readonly outputs: Outputs;
  readonly choice: OutputChoice;
  /** -1 unknown or regression. */
  readonly predictedClass: number;
  readonly featureNames: readonly string[];
  /** As a person reads them. */
  readonly cells: readonly (string | number | boolean | null)[];
  readonly outputName: string;
  readonly predictionUnit: string;
}

/** The same answer that the local-importance question gives for rows of the table. Values of a mirrored class turn their sign. */
export function localFromValues(fresh: FreshValues, row: FreshRow): LocalImportanceAnswer {
  const { outputs, choice, predictedClass } = row;
  const { output, sign } = storedOutputForRow(outputs, choice, predictedClass);
  const classIndex = classForRow(outputs, choice, predictedClass);
  const labels = classLabels(outputs);
  const shown = fresh.values[output] ?? new Float64Array(row.featureNames.length);
  const order = Array.from(shown.keys()).sort((a, b) => Math.abs(shown[b]!) - Math.abs(shown[a]!) || a - b);
  const space = fresh.unit === 'probability' ? 'probability' : 'logit';
  const base = classIndex < 0 ? (fresh.baseValues[0] ?? NaN) : predictionOfClass(outputs, space, fresh.baseValues, classIndex) + 0;
  const sum = shown.reduce((total, value) => total + sign * value, base);
  return {
    kind: 'explained',
    row: row.row,
    classIndex,
    outputLabel: labels[classIndex] ?? row.outputName,
    fellBack: choice.kind === 'mean-abs',
    base: Number.isFinite(base) ? base : null,
    sum: Number.isFinite(sum) ? sum : null,
    prediction: null,
    predictionUnit: row.predictionUnit,
    unit: fresh.unit,
    features: order.map((feature) => ({
      feature,
      name: row.featureNames[feature] ?? '',
      value: row.cells[feature] ?? null,
      phi: sign * shown[feature]! + 0,
      standardError: fresh.standardErrors?.[output]?.[feature] ?? null,
      perClassErrors:
        fresh.standardErrors === null
          ? []
          : labels.map((_, k) => fresh.standardErrors?.[storedOutputOfClass(outputs, k).output]?.[feature] ?? NaN),
      perClass: labels.map((_, k) => {
        const stored = storedOutputOfClass(outputs, k);
        return stored.sign * (fresh.values[stored.output]?.[feature] ?? NaN) + 0;
      }),
    })),
    classLabels: labels,
  };
}
