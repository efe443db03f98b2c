/** What XGBoost's objectives make of the sum of the trees (XGBoost 1.0 to 3.4, src/objective). */
import type { ModelSignature } from '#/domain/model';
import type { PredictionSpace } from '#/domain/outputs';
import type { ModelLink, SumSpace } from '#/domain/tree-model';

export interface XgboostObjective {
  readonly task: 'regression' | 'binary' | 'classes';
  readonly link: ModelLink;
  /** How `base_score` of the file becomes a sum: it is stored as a prediction. */
  readonly base: 'identity' | 'logit' | 'log';
  readonly space: PredictionSpace;
  readonly sumSpace: SumSpace;
}

const value: XgboostObjective = { task: 'regression', link: 'identity', base: 'identity', space: 'value', sumSpace: 'value' };
const exponential: XgboostObjective = { task: 'regression', link: 'log', base: 'log', space: 'value', sumSpace: 'log' };
const logistic: XgboostObjective = { task: 'binary', link: 'logit', base: 'logit', space: 'probability', sumSpace: 'log-odds' };
const softmax: XgboostObjective = {
  task: 'classes',
  link: 'softmax',
  base: 'identity',
  space: 'probability',
  sumSpace: 'softmax margin',
};

const OBJECTIVES: Readonly<Record<string, XgboostObjective>> = {
  'binary:logistic': logistic,
  'binary:logitraw': { ...logistic, link: 'identity', base: 'identity', space: 'logit' },
  'binary:hinge': { ...logistic, link: 'identity', base: 'identity', space: 'score', sumSpace: 'score' },
  'multi:softprob': softmax,
  'multi:softmax': softmax,
  'reg:logistic': { ...value, link: 'logit', base: 'logit', sumSpace: 'log-odds' },
  'reg:gamma': exponential,
  'reg:tweedie': exponential,
  'count:poisson': exponential,
  'survival:cox': exponential,
  'survival:aft': exponential,
  'reg:squarederror': value,
  'reg:linear': value,
  'reg:squaredlogerror': value,
  'reg:absoluteerror': value,
  'reg:pseudohubererror': value,
  'reg:quantileerror': value,
  'reg:expectileerror': value,
  'rank:pairwise': value,
  'rank:ndcg': value,
  'rank:map': value,
};

/** Null for an objective that is not known: its link would be a guess. */
export function xgboostObjective(name: string): XgboostObjective | null {
  return Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name]! : null;
}

/** The task by the number of sums a row. */
export function taskOf(objective: XgboostObjective, groups: number): ModelSignature['task'] {
  if (objective.task !== 'classes') return objective.task;
  return groups === 2 ? 'binary' : 'multiclass';
}

/**
 * A stored base score as a sum, in float32 as XGBoost computes it.
 * @returns NaN outside of the range where the objective's link is defined
 */
export function baseMargin(objective: XgboostObjective, score: number): number {
  const p = Math.fround(score);
  switch (objective.base) {
    case 'identity':
      return p;
    case 'logit':
      return p > 0 && p < 1 ? Math.fround(-Math.log(Math.fround(Math.fround(1 / p) - 1))) : NaN;
    case 'log':
      return p > 0 ? Math.fround(Math.log(p)) : NaN;
    default:
      return objective.base satisfies never;
  }
}
