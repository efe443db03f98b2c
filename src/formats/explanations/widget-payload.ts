/** What Python sends to the original widget: a flat object, with the quirks of its writer. */
import type { Finding } from '#/domain/study';
import { nonEmpty, NOT_SHOWN, readCategoricalMap, readGlobalScores } from '#/formats/explanations/dashboard-props';
import type { RawExplanation } from '#/formats/explanations/raw-explanation';
import { finding } from '#/formats/explanations/raw-explanation';
import { partReader, readBase, readCells, readList, readLocalScores, readProbabilities } from '#/formats/explanations/raw-parts';
import type { JsonObject } from '#/formats/json-shape';
import { isObject, own, ownString, textList } from '#/formats/json-shape';

export function looksLikeWidgetPayload(json: unknown): json is JsonObject {
  if (!isObject(json)) return false;
  return (
    isObject(own(json, 'localExplanations')) || isObject(own(json, 'globalExplanation')) || isObject(own(json, 'ebmGlobalExplanation'))
  );
}

/** Damaged parts are left out with a finding. */
export function readWidgetPayload(json: JsonObject, file: string): RawExplanation {
  const isClassifier = own(json, 'isClassifier');
  const local = own(json, 'localExplanations');
  const findings: Finding[] = [];
  const part = partReader(findings);
  for (const [key, what] of NOT_SHOWN) {
    if (own(json, key) == null) continue;
    findings.push(
      finding('warning', 'part-not-shown', `The file also holds ${what} (${key}), which Limpid does not show.`, undefined, key),
    );
  }
  return {
    file,
    tool: 'raiwidgets',
    method: ownString(json, 'explanation_method'),
    claimedTask: isClassifier === true ? 'classification' : isClassifier === false ? 'regression' : null,
    featureSpace: 'raw',
    featureNames: nonEmpty(textList(own(json, 'featureNames'))),
    classNames: nonEmpty(textList(own(json, 'classNames'))),
    categoricalMap: readCategoricalMap(own(json, 'categoricalMap')),
    cells: part('data', () => readCells(own(json, 'trainingData'), file, 'trainingData')),
    trueY: readList(own(json, 'trueY')),
    predictedY: readList(own(json, 'predictedY')),
    probabilityY: part('probabilities', () => readProbabilities(own(json, 'probabilityY'), file, 'probabilityY')),
    local: part('local values', () => readLocalScores(own(local, 'scores'), file, 'localExplanations.scores')),
    base: readBase(own(local, 'intercept')),
    global: part('global values', () => readGlobalScores(own(json, 'globalExplanation'), file, 'globalExplanation')),
    findings,
  };
}
