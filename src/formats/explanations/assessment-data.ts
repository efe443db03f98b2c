/** The responsible-AI dashboard's data (dataset, explanations and more in one object): its explanation is opened. */
import type { Finding } from '#/domain/study';
import { nonEmpty, readPrecomputed } from '#/formats/explanations/dashboard-props';
import type { RawExplanation } from '#/formats/explanations/raw-explanation';
import { finding } from '#/formats/explanations/raw-explanation';
import { partReader, readCells, readList, readProbabilities } from '#/formats/explanations/raw-parts';
import { unsupported } from '#/formats/format-errors';
import type { JsonObject } from '#/formats/json-shape';
import { isArray, isObject, own, ownString, textList } from '#/formats/json-shape';

export function looksLikeAssessmentData(json: unknown): json is JsonObject {
  if (!isObject(json)) return false;
  return isDataset(own(json, 'dataset')) || isDataset(json);
}

function isDataset(value: unknown): boolean {
  return ownString(value, 'task_type') !== null && isArray(own(value, 'features'));
}

/** @throws LimpidError `UnsupportedFile` (a part of the dashboard, a task other than tables) */
export function readAssessmentData(json: JsonObject, file: string): RawExplanation {
  const dataset = own(json, 'dataset');
  if (!isDataset(dataset)) {
    throw unsupported('This is the data set of a responsible-AI dashboard without its explanation.', {
      file,
      hint: 'Save the whole dashboard data, or the explanation.',
      code: 'import json\njson.dump(rai_insights.get_data(), open("dashboard.json", "w"), default=lambda o: o.__dict__)',
    });
  }
  const task = ownString(dataset, 'task_type');
  if (task !== 'classification' && task !== 'regression') {
    throw unsupported(`The dashboard is about ${task ?? 'another task'}; only classification and regression on tables open.`, {
      file,
      at: 'dataset.task_type',
    });
  }
  const explanations = own(json, 'modelExplanationData');
  const first = isArray(explanations) ? explanations[0] : undefined;
  const findings: Finding[] = [];
  const part = partReader(findings);
  const precomputed = readPrecomputed(own(first, 'precomputedExplanations'), file, findings);
  const others = ['errorAnalysisData', 'causalAnalysisData', 'counterfactualData', 'cohortData'].filter((key) => {
    const value = own(json, key);
    return isArray(value) && value.length > 0;
  });
  if (others.length > 0) findings.push(finding('info', 'part-not-shown', `Parts of the dashboard are not shown: ${others.join(', ')}.`));
  if (isArray(explanations) && explanations.length > 1) {
    findings.push(finding('warning', 'explanations-left-out', `The first of ${explanations.length} explanations was opened.`));
  }
  return {
    file,
    tool: 'responsibleai',
    method: ownString(first, 'explanationMethod'),
    claimedTask: task,
    featureSpace: 'raw',
    featureNames: nonEmpty(textList(own(dataset, 'feature_names'))),
    classNames: nonEmpty(textList(own(dataset, 'class_names'))),
    categoricalMap: new Map(),
    cells: part('data', () => readCells(own(dataset, 'features'), file, 'dataset.features')),
    trueY: readList(own(dataset, 'true_y')),
    predictedY: readList(own(dataset, 'predicted_y')),
    probabilityY: part('probabilities', () => readProbabilities(own(dataset, 'probability_y'), file, 'dataset.probability_y')),
    ...precomputed,
    findings,
  };
}
