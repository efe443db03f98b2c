/**
 * XGBoost models as `save_model` writes them since 1.0: JSON or UBJSON with the same keys. Fields and meanings from the
 * model schema of its documentation and from files of 1.3, 1.7 and 3.4; every rule is held to the library's own predictions.
 *
 *   test        float32(x) < threshold goes left; NaN follows default_left
 *   categories  members of the node's list go right; others (also negative and too large codes) left
 *   sums        base + leaf values (float32), times the tree's `weight_drop` where there is one (dart)
 */
import type { Finding } from '#/domain/study';
import type { NativeImportance } from '#/domain/tree-model';
import type { CategoryCodes } from '#/formats/models/category-codes';
import { XGBOOST_TO_ONNX } from '#/formats/models/export-lines';
import {
  at,
  checkClasses,
  checkSlots,
  damaged,
  listAt,
  listOf,
  numberField,
  numbered,
  numbersAt,
  objectAt,
  optionalNumbers,
  refused,
  type FilePlace,
} from '#/formats/models/file-fields';
import { isObject, own, ownString, scalarText, type JsonObject } from '#/formats/json-shape';
import { memberSet, TreeBuilder, type FileNode, type SplitSums } from '#/formats/models/tree-builder';
import { storedOutputs, type TreeFile } from '#/formats/models/tree-file';
import { baseMargin, taskOf, xgboostObjective } from '#/formats/models/xgboost-objective';

export function looksLikeXgboost(json: unknown): boolean {
  return isObject(own(json, 'learner')) && own(own(json, 'learner'), 'gradient_booster') !== undefined;
}

/**
 * @param json - parsed JSON or UBJSON
 * @throws LimpidError `UnreadableFile` | `UnsupportedModel` (gblinear, several targets, unknown objectives) with the JSON path
 */
export function readXgboost(json: unknown, file: string): TreeFile {
  const root: FilePlace = { file, path: '' };
  const learner = objectAt(json, 'learner', root);
  const here = at(root, 'learner');
  const parameters = objectAt(learner, 'learner_model_param', here);
  const { model, weights, place } = boosterOf(objectAt(learner, 'gradient_booster', here), at(here, 'gradient_booster'));

  const objectiveName = ownString(own(learner, 'objective'), 'name') ?? '';
  const objective = xgboostObjective(objectiveName);
  if (objective === null) {
    throw refused(
      `The model was trained with the objective "${objectiveName}", whose predictions Limpid cannot compute.`,
      at(here, 'objective'),
      'Export it to ONNX instead.',
      XGBOOST_TO_ONNX,
    );
  }
  if ((numberField(parameters, 'num_target') ?? 1) > 1) {
    throw refused('The model predicts several values at once; Limpid explains one target at a time.', here, 'Train one model per target.');
  }
  const nSlots = checkSlots(numberField(parameters, 'num_feature'), at(here, 'learner_model_param.num_feature'));
  const nClasses = numberField(parameters, 'num_class') ?? 0;
  const groups = checkClasses(Math.max(1, nClasses), at(here, 'learner_model_param.num_class'));
  if (objective.task === 'classes' && groups < 2) throw damaged('A model of several classes has no number of classes.', here);

  const builder = new TreeBuilder(nSlots, groups, file);
  const trees = listAt(model, 'trees', place);
  const info = own(model, 'tree_info') === undefined ? new Float64Array(trees.length) : numbersAt(model, 'tree_info', place, trees.length);
  if (weights !== null && weights.length !== trees.length) throw damaged('There is not one dart weight a tree.', place);
  let isVector = false;
  for (let t = 0; t < trees.length; t++) {
    const group = info[t]!;
    if (!(group >= 0 && group < groups)) throw damaged(`Tree ${t} adds to class ${group} of ${groups}.`, at(place, 'tree_info'));
    isVector = addTree(builder, trees[t], group, groups, weights?.[t] ?? 1, at(at(place, 'trees'), t)) || isVector;
  }
  const base = readBase(parameters, groups).map((score) => baseMargin(objective, score));
  if (base.some(Number.isNaN)) throw damaged('The base score lies outside of what the objective allows.', at(here, 'learner_model_param'));
  const { ensemble, columns } = builder.finish(base, { float32: true, hasCovers: trees.length > 0 });

  const names = textsAt(learner, 'feature_names', nSlots);
  const task = taskOf(objective, groups);
  const findings: Finding[] = [...hingeFinding(objectiveName, file), ...roundsFinding(learner, model, file)];
  return {
    kind: 'xgboost',
    nSlots,
    names,
    categories: readCategories(own(model, 'cats'), nSlots),
    unknownCode: NaN,
    columns,
    ...storedOutputs(ensemble, objective.link, objective.sumSpace),
    task,
    classLabels: task === 'regression' ? [] : numbered(Math.max(2, groups)),
    space: objective.space,
    taskOpen: false,
    importances: importancesOf(builder.sums, !isVector && ensemble.cover !== null),
    findings,
  };
}

/** The model of a gbtree, or of a dart in either spelling: nested with weights beside it (until 3.3), or weights inside (3.4). */
function boosterOf(
  booster: JsonObject,
  place: FilePlace,
): { readonly model: JsonObject; readonly weights: Float64Array | null; readonly place: FilePlace } {
  const name = ownString(booster, 'name') ?? '';
  if (name === 'gblinear') {
    throw refused(
      'This XGBoost model is linear (gblinear); Limpid opens its tree models.',
      place,
      'Train the linear model with scikit-learn and export it to ONNX.',
    );
  }
  const outer = name === 'dart' ? objectAt(booster, 'gbtree', place) : booster;
  const inner = name === 'dart' ? at(place, 'gbtree') : place;
  const model = objectAt(outer, 'model', inner);
  const modelPlace = at(inner, 'model');
  const outside = name === 'dart' ? numbersAt(booster, 'weight_drop', place) : null;
  const inside = own(model, 'weight_drop') === undefined ? null : numbersAt(model, 'weight_drop', modelPlace);
  return { model, weights: outside ?? inside, place: modelPlace };
}

/** Base scores by class: one number, a text with one, or (since 3.1) a text with a list. */
function readBase(parameters: JsonObject, groups: number): readonly number[] {
  const stored = own(parameters, 'base_score');
  const list = listOf(stored);
  const scores =
    list !== null
      ? Array.from(list, Number)
      : typeof stored === 'string'
        ? stored.replace(/[[\]]/g, '').split(',').map(parseScore)
        : [Number(stored)];
  if (scores.length === groups) return scores;
  return Array.from({ length: groups }, () => (scores.length === 1 ? scores[0]! : NaN));
}

function parseScore(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

/** @returns whether its leaves are vectors */
function addTree(builder: TreeBuilder, tree: unknown, group: number, groups: number, weight: number, place: FilePlace): boolean {
  const left = numbersAt(tree, 'left_children', place);
  const nNodes = left.length;
  const right = numbersAt(tree, 'right_children', place, nNodes);
  const conditions = numbersAt(tree, 'split_conditions', place, nNodes);
  const features = numbersAt(tree, 'split_indices', place, nNodes);
  const defaultLeft = numbersAt(tree, 'default_left', place, nNodes);
  const hessians = optionalNumbers(tree, 'sum_hessian', place);
  const gains = optionalNumbers(tree, 'loss_changes', place);
  const types = optionalNumbers(tree, 'split_type', place);
  const sets = nodeSets(tree, place);
  const width = numberField(own(tree, 'tree_param'), 'size_leaf_vector') ?? 1;
  const vectors = width > 1 ? numbersAt(tree, 'leaf_weights', place) : null;
  if (vectors !== null && width !== groups) throw damaged(`Leaves have ${width} values, expected ${groups}.`, place);
  const expand = (node: number): FileNode<number> => {
    if (!(node >= 0 && node < nNodes)) throw damaged(`A node leads to node ${node}, the tree has ${nNodes}.`, place);
    // Vector leaves have no hessian of one class to weigh paths with.
    const cover = vectors === null ? Math.fround(hessians[node] ?? NaN) : NaN;
    if (left[node] === -1) {
      if (vectors === null) return { leaf: Math.fround(Math.fround(conditions[node]!) * Math.fround(weight)), cover };
      const start = right[node]! * width;
      if (!(start >= 0 && start + width <= vectors.length)) throw damaged('A leaf has no values.', place);
      return {
        leaf: Float64Array.from(vectors.subarray(start, start + width), (v) => Math.fround(Math.fround(v) * Math.fround(weight))),
        cover,
      };
    }
    const goesLeft = defaultLeft[node] !== 0;
    const common = { slot: features[node]!, cover, gain: Math.fround(gains[node] ?? NaN) };
    if (types[node] === 1) {
      const members = sets.get(node);
      if (members === undefined) throw damaged(`Node ${node} tests categories, but lists none.`, place);
      return { ...common, comparison: 'in', threshold: 0, members, missingYes: !goesLeft, yes: right[node]!, no: left[node]! };
    }
    const threshold = Math.fround(conditions[node]!);
    return { ...common, comparison: 'lt', threshold, missingYes: goesLeft, yes: left[node]!, no: right[node]! };
  };
  if (nNodes === 0) throw damaged('A tree has no nodes.', place);
  builder.addTree(0, group, nNodes, place.path, expand);
  return vectors !== null;
}

/** Categories by node. */
function nodeSets(tree: unknown, place: FilePlace): ReadonlyMap<number, Uint32Array> {
  const nodes = optionalNumbers(tree, 'categories_nodes', place);
  const sets = new Map<number, Uint32Array>();
  if (nodes.length === 0) return sets;
  const categories = numbersAt(tree, 'categories', place);
  const starts = numbersAt(tree, 'categories_segments', place, nodes.length);
  const sizes = numbersAt(tree, 'categories_sizes', place, nodes.length);
  nodes.forEach((node, i) => {
    const end = starts[i]! + sizes[i]!;
    if (!(starts[i]! >= 0 && sizes[i]! >= 0 && end <= categories.length)) throw damaged('A list of categories is cut off.', place);
    const set = memberSet(categories.subarray(starts[i], end));
    if (set === null) throw damaged('A category is no code.', at(place, 'categories'));
    sets.set(node, set);
  });
  return sets;
}

/** Category names by code, which 3.1 and later keep: texts as offsets into bytes, or plain numbers. */
function readCategories(cats: unknown, nSlots: number): readonly (CategoryCodes | null)[] {
  const encodings = listOf(own(cats, 'enc'));
  return Array.from({ length: nSlots }, (_, slot) => {
    const encoding = encodings?.[slot];
    const values = listOf(own(encoding, 'values'));
    if (values === null || values.length === 0) return null;
    const offsets = listOf(own(encoding, 'offsets'));
    if (offsets === null) return { kind: 'labels', labels: Array.from(values, (value) => scalarText(value) ?? '') };
    const bytes = Uint8Array.from(values, (value) => Number(value) & 0xff);
    const decoder = new TextDecoder('utf-8');
    const labels = Array.from({ length: Math.max(0, offsets.length - 1) }, (__, i) =>
      decoder.decode(bytes.subarray(Number(offsets[i]), Number(offsets[i + 1]))),
    );
    return labels.length === 0 ? null : { kind: 'labels', labels };
  });
}

function textsAt(parent: unknown, key: string, length: number): readonly string[] | null {
  const list = listOf(own(parent, key));
  return list?.length === length ? Array.from(list, (name) => scalarText(name) ?? '') : null;
}

/** As `Booster.get_score` computes them; features that no tree tests have 0. */
function importancesOf(sums: SplitSums, hasCovers: boolean): readonly NativeImportance[] {
  const mean = (totals: Float64Array): Float64Array => totals.map((total, slot) => total / Math.max(1, sums.splits[slot]!));
  const hasGain = sums.gain.every((gain) => !Number.isNaN(gain));
  return [
    ...(hasGain
      ? [
          { meaning: 'gain', values: mean(sums.gain) },
          { meaning: 'total gain', values: sums.gain },
        ]
      : []),
    ...(hasCovers ? [{ meaning: 'cover', values: mean(sums.cover) }] : []),
    { meaning: 'split count', values: sums.splits },
  ];
}

function hingeFinding(objective: string, file: string): readonly Finding[] {
  if (objective !== 'binary:hinge') return [];
  return [
    {
      severity: 'info',
      code: 'hinge-score',
      message: 'The model was trained with a hinge loss: the score is shown, and class 1 is predicted above 0.',
      place: { file },
    },
  ];
}

/** Early stopping leaves the best round in the attributes; who predicts decides whether to stop there. */
function roundsFinding(learner: JsonObject, model: JsonObject, file: string): readonly Finding[] {
  const best = numberField(own(learner, 'attributes'), 'best_iteration');
  const rounds = (listOf(own(model, 'iteration_indptr'))?.length ?? 0) - 1;
  if (best === null || rounds < 0 || best + 1 >= rounds) return [];
  return [
    {
      severity: 'warning',
      code: 'best-iteration',
      message: `Training stopped early: the file notes round ${best + 1} of ${rounds} as the best. All ${rounds} are used, as Booster.predict does; XGBClassifier and XGBRegressor use ${best + 1}.`,
      fix: 'Save booster[: booster.best_iteration + 1] to explain the shorter model.',
      place: { file },
    },
  ];
}
