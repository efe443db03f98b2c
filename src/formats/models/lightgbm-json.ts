/** LightGBM models as `dump_model` gives them: one nested object a tree. */
import { LIGHTGBM_TO_ONNX } from '#/formats/models/export-lines';
import { at, checkClasses, checkSlots, damaged, listAt, numberField, refused, type FilePlace } from '#/formats/models/file-fields';
import { isArray, isObject, own, ownString, scalarText, type JsonObject } from '#/formats/json-shape';
import { finishLightgbm, numericNode, type MissingType } from '#/formats/models/lightgbm';
import { memberSet, TreeBuilder, type FileNode } from '#/formats/models/tree-builder';
import type { TreeFile } from '#/formats/models/tree-file';

export function looksLikeLightgbmJson(json: unknown): boolean {
  return isArray(own(json, 'tree_info')) && own(json, 'num_class') !== undefined;
}

/** Nodes are the objects of the file, each held by its parent alone: a walk cannot go in circles. */
const NO_LIMIT = Infinity;

/** @throws LimpidError `UnreadableFile` | `UnsupportedModel` (linear trees, unknown objectives) with the JSON path */
export function readLightgbmJson(json: unknown, file: string): TreeFile {
  const root: FilePlace = { file, path: '' };
  const nSlots = checkSlots((numberField(json, 'max_feature_idx') ?? NaN) + 1, at(root, 'max_feature_idx'));
  const perRound = checkClasses(numberField(json, 'num_tree_per_iteration') ?? 1, at(root, 'num_tree_per_iteration'));
  const names = Array.from(listAt(json, 'feature_names', root), (name) => scalarText(name) ?? '');
  if (names.length !== nSlots)
    throw damaged(`The file names ${names.length} features, the model has ${nSlots}.`, at(root, 'feature_names'));
  const trees = listAt(json, 'tree_info', root);
  const builder = new TreeBuilder(nSlots, perRound, file);
  const categorical = new Set<number>();
  for (let t = 0; t < trees.length; t++) {
    const place = at(at(root, 'tree_info'), t);
    const structure = own(trees[t], 'tree_structure');
    if (!isObject(structure)) throw damaged('The tree has no tree_structure.', place);
    builder.addTree(structure, t % perRound, NO_LIMIT, place.path, (node) => readNode(node, place, categorical));
  }
  const infos = own(json, 'feature_infos');
  const declared = names.flatMap((name, slot) => {
    const values = own(own(infos, name), 'values');
    return isArray(values) && values.length > 0 ? [slot] : [];
  });
  return finishLightgbm(
    {
      nSlots,
      perRound,
      objective: ownString(json, 'objective') ?? '',
      averages: own(json, 'average_output') === true,
      names,
      pandasCategories: own(json, 'pandas_categorical'),
      categorical,
      declared,
    },
    builder,
    trees.length,
    at(root, 'objective'),
  );
}

function readNode(node: JsonObject, place: FilePlace, categorical: Set<number>): FileNode<JsonObject> {
  const value = numberField(node, 'leaf_value');
  if (value !== null) {
    if (own(node, 'leaf_coeff') !== undefined) {
      throw refused('The model has linear trees: its leaves are equations.', place, 'Train with linear_tree=False.', LIGHTGBM_TO_ONNX);
    }
    return { leaf: value, cover: numberField(node, 'leaf_count') ?? (own(node, 'leaf_index') === undefined ? 1 : NaN) };
  }
  const left = own(node, 'left_child');
  const right = own(node, 'right_child');
  if (!isObject(left) || !isObject(right)) throw damaged('A node has no children.', place);
  const slot = numberField(node, 'split_feature') ?? NaN;
  const common = { slot, cover: numberField(node, 'internal_count') ?? NaN, gain: numberField(node, 'split_gain') ?? NaN };
  const decision = ownString(node, 'decision_type');
  if (decision === '==') {
    const members = memberSet(
      String(scalarText(own(node, 'threshold')))
        .split('||')
        .map(Number),
    );
    if (members === null) throw damaged('A category is no code.', place);
    categorical.add(slot);
    return { ...common, comparison: 'in', threshold: 0, members, missingYes: false, yes: left, no: right };
  }
  const missing = ownString(node, 'missing_type');
  if (decision !== '<=' || !isMissingType(missing))
    throw damaged(`A node has the unknown test "${decision ?? ''}" (${missing ?? ''}).`, place);
  const threshold = numberField(node, 'threshold') ?? NaN;
  return numericNode({ ...common, threshold, defaultLeft: own(node, 'default_left') === true, missing, left, right });
}

function isMissingType(text: string | null): text is MissingType {
  return text === 'None' || text === 'Zero' || text === 'NaN';
}
