/**
 * What both LightGBM readers (text and JSON) share: objectives, tests of nodes, and the finished file.
 *
 *   test        x <= threshold goes left, in float64; a node says how it takes missing values:
 *               None: NaN counts as 0;  NaN: follows the default side;  Zero: 0 and NaN follow the default side
 *   categories  members of the node's bit set go left; NaN, negative and other codes right
 *   sums        leaf values (shrinkage and DART weights are inside), divided by the rounds where `average_output` stands
 *
 * Source: LightGBM 4.7 (include/LightGBM/tree.h: NumericalDecision, CategoricalDecision; src/objective), held to its predictions.
 */
import type { ModelSignature } from '#/domain/model';
import type { ModelLink, SumSpace } from '#/domain/tree-model';
import type { CategoryCodes } from '#/formats/models/category-codes';
import { LIGHTGBM_TO_ONNX } from '#/formats/models/export-lines';
import { numbered, refused, type FilePlace } from '#/formats/models/file-fields';
import { isArray, scalarText } from '#/formats/json-shape';
import type { FileNode, TreeBuilder } from '#/formats/models/tree-builder';
import { storedOutputs, type TreeFile } from '#/formats/models/tree-file';

/** LightGBM takes numbers up to this size for zero. */
const ZERO = Math.fround(1e-35);

export type MissingType = 'None' | 'Zero' | 'NaN';

/** A numeric test. Zero as missing needs a column of its own only where a zero would go the other way by its value. */
export function numericNode<K>(test: {
  readonly slot: number;
  readonly threshold: number;
  readonly defaultLeft: boolean;
  readonly missing: MissingType;
  readonly cover: number;
  readonly gain: number;
  readonly left: K;
  readonly right: K;
}): FileNode<K> {
  const { slot, threshold, defaultLeft, missing, cover, gain, left, right } = test;
  const zerosGoLeft = 0 <= threshold;
  const zeroIsMissing = missing === 'Zero' && (zerosGoLeft !== defaultLeft || ZERO <= threshold !== -ZERO <= threshold);
  const missingYes = missing === 'None' ? zerosGoLeft : defaultLeft;
  return { slot, zeroIsMissing, comparison: 'lte', threshold, missingYes, cover, gain, yes: left, no: right };
}

interface Objective {
  readonly task: 'regression' | 'binary' | 'classes' | 'open';
  readonly link: ModelLink;
  readonly sumSpace: SumSpace;
  /** Sums are multiplied before the link. */
  readonly factor: number;
}

const VALUES = new Set(['regression', 'regression_l1', 'huber', 'fair', 'quantile', 'mape', 'lambdarank', 'rank_xendcg']);

/** @param text - `binary sigmoid:1`; '' where the file has no objective (trained with a function) */
function objectiveOf(text: string, place: FilePlace): Objective {
  const [name = '', ...options] = text.trim().split(/\s+/);
  const option = (key: string): number | null => {
    const found = options.find((part) => part.startsWith(`${key}:`));
    return found === undefined ? null : Number(found.slice(key.length + 1));
  };
  const sigmoid = option('sigmoid') ?? 1;
  const value: Objective = { task: 'regression', link: 'identity', sumSpace: 'value', factor: 1 };
  if (name === '' || name === 'custom' || name === 'none') return { ...value, task: 'open', sumSpace: 'score' };
  if (VALUES.has(name) && !options.includes('sqrt')) return value;
  switch (name) {
    case 'poisson':
    case 'gamma':
    case 'tweedie':
      return { ...value, link: 'log', sumSpace: 'log' };
    case 'cross_entropy':
    case 'xentropy':
      return { ...value, link: 'logit', sumSpace: 'log-odds' };
    case 'binary':
      return { task: 'binary', link: 'logit', sumSpace: 'log-odds', factor: sigmoid };
    case 'multiclass':
    case 'softmax':
      return { task: 'classes', link: 'softmax', sumSpace: 'softmax margin', factor: 1 };
    case 'multiclassova':
    case 'multiclass_ova':
    case 'ova':
    case 'ovr':
      return { task: 'classes', link: 'logit', sumSpace: 'log-odds', factor: sigmoid };
    default:
      throw refused(
        `The model was trained with the objective "${text.trim()}", whose predictions Limpid cannot compute.`,
        place,
        'Export it to ONNX instead.',
        LIGHTGBM_TO_ONNX,
      );
  }
}

/** What stands in the head of either form. */
export interface LightgbmHead {
  readonly nSlots: number;
  /** Trees a round: one a class. */
  readonly perRound: number;
  readonly objective: string;
  readonly averages: boolean;
  readonly names: readonly string[];
  /** `pandas_categorical`: categories of the categorical columns of the training table, in their order; null without. */
  readonly pandasCategories: unknown;
  /** Slots that any tree tests for membership. */
  readonly categorical: ReadonlySet<number>;
  /** Slots that the file describes as categories (`feature_infos` lists codes), in order. */
  readonly declared: readonly number[];
}

export function finishLightgbm(head: LightgbmHead, builder: TreeBuilder, nTrees: number, place: FilePlace): TreeFile {
  const { nSlots, perRound } = head;
  const objective = objectiveOf(head.objective, place);
  const rounds = Math.max(1, Math.round(nTrees / perRound));
  const isClassifier = objective.task === 'classes';
  if (!isClassifier && perRound > 1) {
    throw refused(`The model gives ${perRound} numbers a row without saying that they are classes.`, place, 'Train one model per target.');
  }
  const scale = objective.factor / (head.averages ? rounds : 1);
  const { ensemble, columns } = builder.finish(new Float64Array(perRound), { float32: false, scale });
  const stored = storedOutputs(ensemble, objective.link, objective.sumSpace);
  const task: ModelSignature['task'] =
    objective.task === 'binary' || (isClassifier && perRound <= 2) ? 'binary' : isClassifier ? 'multiclass' : 'regression';
  return {
    kind: 'lightgbm',
    nSlots,
    names: head.names.every((name, i) => name === `Column_${i}`) ? null : head.names,
    categories: categoriesOf(head),
    unknownCode: NaN,
    columns,
    ...stored,
    task,
    classLabels: task === 'regression' ? [] : numbered(Math.max(2, perRound)),
    space: task === 'regression' ? 'value' : 'probability',
    taskOpen: objective.task === 'open',
    importances: [
      { meaning: 'split count', values: builder.sums.gaining },
      { meaning: 'total gain', values: builder.sums.gain },
    ],
    findings: [],
  };
}

/**
 * LightGBM lists the categories of pandas columns without their names: the lists belong to the categorical slots in order.
 * Where the counts differ (categories of a column that is constant, say), nothing is guessed.
 */
function categoriesOf({ nSlots, pandasCategories, declared, categorical }: LightgbmHead): readonly (CategoryCodes | null)[] {
  const categories: (CategoryCodes | null)[] = Array.from({ length: nSlots }, () => null);
  if (!isArray(pandasCategories) || !pandasCategories.every(isArray)) return categories;
  const slots = declared.length === pandasCategories.length ? declared : [...categorical].sort((a, b) => a - b);
  if (slots.length !== pandasCategories.length) return categories;
  for (const [i, slot] of slots.entries()) {
    categories[slot] = { kind: 'labels', labels: pandasCategories[i]!.map((label) => scalarText(label) ?? '') };
  }
  return categories;
}
