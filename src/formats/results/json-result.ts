/** Results of the command line as JSON. NaN and infinities are null: JSON has neither. */
import type { ExplainResult } from '#/formats/results/explain-result';
import type { PredictResult } from '#/formats/results/predict-result';

/** `values[output][row][feature]`, `interactions[output][row][feature][feature]`, `predictions[output][row]`. */
export function explainToJson(result: ExplainResult): string {
  const nRows = result.rows.length;
  const nFeatures = result.featureNames.length;
  const nested = (arrays: readonly Float64Array[] | null): unknown => arrays?.map((values) => nest(values, [nRows, nFeatures]));
  return text({
    explainer: result.explainer,
    units: result.units,
    outputs: result.outputs,
    featureNames: result.featureNames,
    baseValues: result.baseValues === null ? null : [...result.baseValues],
    values: nested(result.values) ?? null,
    interactions: result.interactions?.map((values) => nest(values, [nRows, nFeatures, nFeatures])),
    standardErrors: nested(result.standardErrors),
    rules: result.rules ?? undefined,
    predictions: result.predictions.map((values) => [...values]),
    additivityResidual: result.additivityResidual,
    rows: [...result.rows],
    provenance: result.provenance,
  });
}

/** `predictions[output][row]`; `classes[row]` is the predicted label, null where unknown. */
export function predictToJson(result: PredictResult): string {
  return text({
    outputs: result.outputs,
    space: result.space,
    predictions: result.predictions.map((values) => [...values]),
    ...(result.classes === null ? {} : { classLabels: result.classLabels, classes: labelsOf(result) }),
    provenance: result.provenance,
  });
}

function labelsOf({ classes, classLabels }: PredictResult): readonly (string | null)[] {
  return Array.from(classes ?? [], (index) => classLabels[index] ?? null);
}

/** Numbers with up to 17 digits: JavaScript writes the shortest text that reads back to the same bits. */
function text(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Row-major numbers as nested lists. */
function nest(values: Float64Array, shape: readonly number[]): unknown {
  const [first = 0, ...rest] = shape;
  if (rest.length === 0) return [...values];
  const size = rest.reduce((product, length) => product * length, 1);
  return Array.from({ length: first }, (_, i) => nest(values.subarray(i * size, (i + 1) * size), rest));
}
