/** Results of the command line as `.npz`: what `numpy.load` opens without pickles. Texts are `<U` arrays, single values have shape (). */
import { npyFile, writeNpy } from '#/formats/npy';
import type { ExplainResult } from '#/formats/results/explain-result';
import type { PredictResult } from '#/formats/results/predict-result';
import { writeStoredZip } from '#/formats/study/zip-store';

type Member = readonly [name: string, bytes: Uint8Array<ArrayBuffer>];

/** Arrays have the names of the JSON result; `provenance` and `rules` are JSON texts. @throws LimpidError `UnsupportedFile` above 4 GB */
export function explainToNpz(result: ExplainResult): Uint8Array<ArrayBuffer> {
  const nRows = result.rows.length;
  const nFeatures = result.featureNames.length;
  const nOutputs = result.outputs.length;
  return zip([
    ['explainer', textArray([result.explainer], [])],
    ['units', textArray([result.units], [])],
    ['outputs', textArray(result.outputs)],
    ['featureNames', textArray(result.featureNames)],
    ['rows', writeNpy(result.rows, [nRows])],
    ...(result.baseValues === null ? [] : [['baseValues', writeNpy(result.baseValues, [nOutputs])] as const]),
    ...stacked('values', result.values, [nRows, nFeatures]),
    ...stacked('interactions', result.interactions, [nRows, nFeatures, nFeatures]),
    ...stacked('standardErrors', result.standardErrors, [nRows, nFeatures]),
    ...stacked('predictions', result.predictions, [nRows]),
    ['additivityResidual', writeNpy(Float64Array.of(result.additivityResidual ?? NaN), [])],
    ...(result.rules === null ? [] : [['rules', textArray(result.rules.map((rule) => JSON.stringify(rule)))] as const]),
    ['provenance', textArray([JSON.stringify(result.provenance)], [])],
  ]);
}

/** `predictions` [nOutputs, nRows], `outputs`, `space`; for classes also `classes` (index by row, -1 unknown) and `classLabels`. */
export function predictToNpz(result: PredictResult): Uint8Array<ArrayBuffer> {
  const nRows = result.predictions[0]?.length ?? 0;
  return zip([
    ['outputs', textArray(result.outputs)],
    ['space', textArray([result.space], [])],
    ...stacked('predictions', result.predictions, [nRows]),
    ...(result.classes === null
      ? []
      : [['classes', writeNpy(result.classes, [nRows])] as const, ['classLabels', textArray(result.classLabels)] as const]),
    ['provenance', textArray([JSON.stringify(result.provenance)], [])],
  ]);
}

function stacked(name: string, arrays: readonly Float64Array[] | null, shape: readonly number[]): readonly Member[] {
  if (arrays === null) return [];
  const size = shape.reduce((product, length) => product * length, 1);
  const all = new Float64Array(arrays.length * size);
  arrays.forEach((values, k) => all.set(values, k * size));
  return [[name, writeNpy(all, [arrays.length, ...shape])]];
}

/** Texts as numpy's `<U`: UTF-32, each padded with zeros to the longest. */
export function textArray(texts: readonly string[], shape: readonly number[] = [texts.length]): Uint8Array<ArrayBuffer> {
  const points = texts.map((text) => Array.from(text, (letter) => letter.codePointAt(0)!));
  const width = points.reduce((longest, { length }) => Math.max(longest, length), 1);
  const view = new DataView(new ArrayBuffer(4 * width * texts.length));
  points.forEach((letters, i) => letters.forEach((point, j) => view.setUint32(4 * (i * width + j), point, true)));
  return npyFile(`<U${width}`, shape, new Uint8Array(view.buffer));
}

function zip(members: readonly Member[]): Uint8Array<ArrayBuffer> {
  return writeStoredZip(members.map(([name, bytes]) => ({ name: `${name}.npy`, bytes })));
}
