/** All questions by id. The key is the question's own id (tested). */
import { anchorMeasureQuestion } from './anchor-measure';
import { axesQuestion } from './axes';
import { globalImportanceQuestion } from './global-importance';
import { interactionsQuestion } from './interactions';
import { localImportanceQuestion } from './local-importance';
import { neighboursQuestion } from './neighbours';
import { neuronsQuestion } from './neurons';
import { overviewQuestion } from './overview';
import { plotQuestion } from './plot-question';
import { profilesQuestion } from './profiles';
import type { Question } from './question';
import { rowDetailsQuestion } from './row-details';
import { rowOrderQuestion } from './row-order';
import { rulesQuestion } from './rules';
import { summaryImportanceQuestion } from './summary-question';
import { surrogateQuestion } from './surrogate';

export const questions = {
  'anchor-measure': anchorMeasureQuestion,
  axes: axesQuestion,
  plot: plotQuestion,
  'global-importance': globalImportanceQuestion,
  'summary-importance': summaryImportanceQuestion,
  'local-importance': localImportanceQuestion,
  'row-details': rowDetailsQuestion,
  'row-order': rowOrderQuestion,
  profiles: profilesQuestion,
  neighbours: neighboursQuestion,
  overview: overviewQuestion,
  interactions: interactionsQuestion,
  neurons: neuronsQuestion,
  rules: rulesQuestion,
  surrogate: surrogateQuestion,
} as const;

export type QuestionId = keyof typeof questions;
export type ParamsOf<Q extends QuestionId> = (typeof questions)[Q] extends Question<infer Params, unknown> ? Params : never;
export type AnswerOf<Q extends QuestionId> = ReturnType<(typeof questions)[Q]['answer']>;
