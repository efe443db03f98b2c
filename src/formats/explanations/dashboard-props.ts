/** The props of the original explanation dashboard as JSON (callbacks are not in a file). */
import type { Finding } from '#/domain/study';
import type { RawExplanation, RawGlobal } from '#/formats/explanations/raw-explanation';
import { finding } from '#/formats/explanations/raw-explanation';
import { partReader, readBase, readCells, readList, readLocalScores, readProbabilities } from '#/formats/explanations/raw-parts';
import type { JsonObject } from '#/formats/json-shape';
import { isArray, isObject, own, ownString, textList, toNumberArray } from '#/formats/json-shape';

export function looksLikeDashboardProps(json: unknown): json is JsonObject {
  if (!isObject(json)) return false;
  const named = isObject(own(json, 'modelInformation')) || isObject(own(json, 'dataSummary'));
  return (
    (named && (isObject(own(json, 'precomputedExplanations')) || isArray(own(json, 'testData')))) ||
    isObject(own(own(json, 'precomputedExplanations'), 'localFeatureImportance'))
  );
}

/** Damaged parts are left out with a finding. */
export function readDashboardProps(json: JsonObject, file: string): RawExplanation {
  const summary = own(json, 'dataSummary');
  const explanations = own(json, 'precomputedExplanations');
  const method = ownString(own(json, 'modelInformation'), 'method')?.toLowerCase() ?? null;
  const findings: Finding[] = [];
  const part = partReader(findings);
  return {
    file,
    tool: 'raiwidgets',
    method: ownString(json, 'explanationMethod'),
    claimedTask: method === 'regressor' ? 'regression' : method === 'classifier' ? 'classification' : null,
    featureSpace: 'raw',
    featureNames:
      nonEmpty(textList(own(summary, 'featureNames'))) ??
      nonEmpty(textList(own(own(explanations, 'localFeatureImportance'), 'featureNames'))),
    classNames: nonEmpty(textList(own(summary, 'classNames'))),
    categoricalMap: readCategoricalMap(own(summary, 'categoricalMap')),
    cells: part('data', () => readCells(own(json, 'testData'), file, 'testData')),
    trueY: readList(own(json, 'trueY')),
    predictedY: readList(own(json, 'predictedY')),
    probabilityY: part('probabilities', () => readProbabilities(own(json, 'probabilityY'), file, 'probabilityY')),
    ...readPrecomputed(explanations, file, findings),
    findings,
  };
}

export function nonEmpty<T>(list: readonly T[] | null): readonly T[] | null {
  return list === null || list.length === 0 ? null : list;
}

/** Parts of the original dashboard that have no place here. */
export const NOT_SHOWN = [
  ['ebmGlobalExplanation', 'curves of an explainable boosting machine'],
  ['textFeatureImportance', 'importance of words in texts'],
  ['customVis', 'a custom visualisation in HTML'],
] as const;

/**
 * `precomputedExplanations` in whatever wrapper it came.
 * @param findings - added to
 */
export function readPrecomputed(
  explanations: unknown,
  file: string,
  findings: Finding[],
): Pick<RawExplanation, 'local' | 'base' | 'global'> {
  const part = partReader(findings);
  const local = own(explanations, 'localFeatureImportance');
  const global = own(explanations, 'globalFeatureImportance');
  const path = 'precomputedExplanations';
  for (const [key, what] of NOT_SHOWN) {
    const value = own(explanations, key);
    if (value === undefined || value === null || (isArray(value) && value.length === 0)) continue;
    findings.push(
      finding(
        'warning',
        'part-not-shown',
        `The file also holds ${what} (${key}), which Limpid does not show.`,
        undefined,
        `${path}.${key}`,
      ),
    );
  }
  return {
    local: part('local values', () => readLocalScores(own(local, 'scores'), file, `${path}.localFeatureImportance.scores`)),
    base: readBase(own(local, 'intercept')),
    global: part('global values', () => readGlobalScores(global, file, `${path}.globalFeatureImportance`)),
  };
}

/** `[feature]` or `[feature][class]`, with the names it is sorted by where it has some. */
export function readGlobalScores(global: unknown, file: string, path: string): RawGlobal | null {
  const scores = own(global, 'scores');
  if (!isArray(scores) || scores.length === 0) return null;
  const { shape, data } = toNumberArray(scores, file, `${path}.scores`, 2);
  const names = textList(own(global, 'featureNames')) ?? textList(own(global, 'feature_list'));
  if (shape.length === 1) return { overall: Array.from(data), perClass: null, classAxis: 1, names };
  return { overall: null, perClass: { shape, data }, classAxis: 1, names };
}

export function readCategoricalMap(value: unknown): ReadonlyMap<number, readonly string[]> {
  const map = new Map<number, readonly string[]>();
  if (!isObject(value)) return map;
  for (const [key, labels] of Object.entries(value)) {
    const texts = textList(labels);
    if (/^\d+$/.test(key) && texts !== null) map.set(Number(key), texts);
  }
  return map;
}
