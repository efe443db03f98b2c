/**
 * CatBoost models as `save_model(format="json")` writes them, with oblivious or ordinary trees.
 *
 *   test        float32(x) > border; NaN by the feature's `nan_value_treatment` (AsFalse, AsTrue; AsIs fails the test)
 *   categories  one-hot tests compare the hash of the category's text; counters of categories (CTR) are refused
 *   leaves      an oblivious leaf is a number whose bit i is the outcome of split i; `leaf_values` hold one number a class
 *   sums        scale * (sum of leaves) + bias
 *
 * Source: CatBoost 1.2 (catboost/libs/model), held to its predictions and to its ShapValues.
 */
import type { ModelSignature } from '#/domain/model';
import type { ModelLink, SumSpace } from '#/domain/tree-model';
import type { CategoryCodes } from '#/formats/models/category-codes';
import { CATBOOST_WITHOUT_COUNTERS } from '#/formats/models/export-lines';
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
  refused,
  type FilePlace,
} from '#/formats/models/file-fields';
import { isArray, isObject, own, ownString, scalarText, type JsonObject } from '#/formats/json-shape';
import { TreeBuilder, type FileNode } from '#/formats/models/tree-builder';
import { storedOutputs, type TreeFile } from '#/formats/models/tree-file';

export function looksLikeCatboost(json: unknown): boolean {
  return isObject(own(json, 'features_info')) && (isArray(own(json, 'oblivious_trees')) || isArray(own(json, 'trees')));
}

interface Features {
  readonly nSlots: number;
  readonly names: readonly string[] | null;
  /** By position among the numbers: slot and where NaN goes. */
  readonly floats: readonly { readonly slot: number; readonly missingYes: boolean }[];
  /** By position among the categories. */
  readonly categories: readonly { readonly slot: number; readonly name: string; readonly hashes: readonly number[] }[];
}

/** A test of the file without its children. */
type Test = Pick<Extract<FileNode<never>, { slot: number }>, 'slot' | 'comparison' | 'threshold' | 'missingYes'>;

/** Deeper oblivious trees would have a million leaves. */
const MAX_DEPTH = 20;

/** @throws LimpidError `UnreadableFile` | `UnsupportedModel` (CTR, text and embedding features, several targets) with the JSON path */
export function readCatboost(json: unknown, file: string): TreeFile {
  const root: FilePlace = { file, path: '' };
  const features = readFeatures(objectAt(json, 'features_info', root), at(root, 'features_info'));
  const { scale, bias } = readScale(json, root);
  const loss = ownString(own(own(own(json, 'model_info'), 'params'), 'loss_function'), 'type') ?? '';
  const names = own(own(own(json, 'model_info'), 'class_params'), 'class_names');
  const classNames = isArray(names) ? names.map((name) => scalarText(name) ?? '') : [];
  const meaning = meaningOf(loss, bias.length, root);

  const builder = new TreeBuilder(features.nSlots, bias.length, file);
  const oblivious = listOf(own(json, 'oblivious_trees'));
  const trees = oblivious ?? listAt(json, 'trees', root);
  const place = at(root, oblivious === null ? 'trees' : 'oblivious_trees');
  for (let t = 0; t < trees.length; t++) {
    const here = at(place, t);
    const test = (split: unknown): Test => readTest(split, features, here);
    if (oblivious === null) builder.addTree(trees[t], 0, Infinity, here.path, (node) => readNode(node, bias.length, test, here));
    else addOblivious(builder, trees[t], bias.length, test, here);
  }
  const { ensemble, columns } = builder.finish(bias, { float32: true, scale });
  const { task } = meaning;
  const count = Math.max(2, bias.length);
  return {
    kind: 'catboost',
    nSlots: features.nSlots,
    names: features.names,
    categories: slotCategories(features),
    unknownCode: -1,
    columns,
    ...storedOutputs(ensemble, meaning.link, meaning.sumSpace),
    task,
    classLabels: task === 'regression' ? [] : classNames.length === count ? classNames : numbered(count),
    space: task === 'regression' ? 'value' : 'probability',
    taskOpen: loss === '',
    importances: [{ meaning: 'split count', values: builder.sums.splits }],
    findings: [],
  };
}

function meaningOf(
  loss: string,
  width: number,
  place: FilePlace,
): { readonly task: ModelSignature['task']; readonly link: ModelLink; readonly sumSpace: SumSpace } {
  const task = width <= 2 ? 'binary' : 'multiclass';
  switch (loss) {
    case 'MultiClass':
      return { task, link: 'softmax', sumSpace: 'softmax margin' };
    case 'MultiClassOneVsAll':
      return { task, link: 'logit', sumSpace: 'log-odds' };
    default:
  }
  if (width > 1) {
    const what = loss === 'RMSEWithUncertainty' ? 'a value and its uncertainty' : `${width} values at once`;
    throw refused(`The model predicts ${what} (loss ${loss}); Limpid explains one target at a time.`, place, 'Train one model per target.');
  }
  switch (loss) {
    case 'Logloss':
    case 'Focal':
      return { task: 'binary', link: 'logit', sumSpace: 'log-odds' };
    // Its targets are probabilities, not classes.
    case 'CrossEntropy':
      return { task: 'regression', link: 'logit', sumSpace: 'log-odds' };
    case 'Poisson':
    case 'Tweedie':
      return { task: 'regression', link: 'log', sumSpace: 'log' };
    default:
      return { task: 'regression', link: 'identity', sumSpace: 'value' };
  }
}

function readScale(json: unknown, root: FilePlace): { readonly scale: number; readonly bias: Float64Array } {
  const pair = listAt(json, 'scale_and_bias', root);
  const here = at(root, 'scale_and_bias');
  const scale = pair[0];
  const list = typeof pair[1] === 'number' ? [pair[1]] : listOf(pair[1]);
  if (typeof scale !== 'number' || list === null) throw damaged('Expected a scale and biases.', here);
  const bias = Float64Array.from(list, Number);
  checkClasses(bias.length, here);
  if (bias.some((value) => !Number.isFinite(value))) throw damaged('A bias is no number.', here);
  return { scale, bias };
}

function readFeatures(info: JsonObject, place: FilePlace): Features {
  for (const kind of ['text_features', 'embedding_features']) {
    const list = own(info, kind);
    if (isArray(list) && list.length > 0) {
      throw refused(
        `The model reads ${kind.replace('_', ' ')}, which Limpid does not.`,
        at(place, kind),
        'Train it on numbers and categories.',
      );
    }
  }
  const floats = isArray(own(info, 'float_features')) ? listAt(info, 'float_features', place) : [];
  const cats = isArray(own(info, 'categorical_features')) ? listAt(info, 'categorical_features', place) : [];
  const slots: number[] = [];
  const namesBySlot = new Map<number, string>();
  const slotOf = (feature: unknown): number => {
    const slot = numberField(feature, 'flat_feature_index');
    if (slot === null || !Number.isInteger(slot) || slot < 0) throw damaged('A feature has no place among the features.', place);
    slots.push(slot);
    const name = ownString(feature, 'feature_name') ?? ownString(feature, 'feature_id');
    // Without names CatBoost writes the position.
    if (name !== null && name !== '' && name !== String(slot)) namesBySlot.set(slot, name);
    return slot;
  };
  const byPosition = <T>(list: ArrayLike<unknown>, read: (feature: unknown, slot: number) => T): T[] => {
    const found: T[] = [];
    for (let i = 0; i < list.length; i++) {
      if (numberField(list[i], 'feature_index') !== i) throw damaged('Features are not listed in their order.', place);
      found.push(read(list[i], slotOf(list[i])));
    }
    return found;
  };
  const floatFeatures = byPosition(floats, (feature, slot) => ({
    slot,
    missingYes: ownString(feature, 'nan_value_treatment') === 'AsTrue',
  }));
  const categoryFeatures = byPosition(cats, (feature, slot) => ({
    slot,
    name: ownString(feature, 'feature_name') ?? ownString(feature, 'feature_id') ?? `feature ${slot}`,
    hashes: own(feature, 'values') === undefined ? [] : Array.from(numbersAt(feature, 'values', place), (hash) => hash | 0),
  }));
  const nSlots = checkSlots(
    slots.reduce((most, slot) => Math.max(most, slot + 1), 0),
    place,
  );
  const names = namesBySlot.size === nSlots ? Array.from({ length: nSlots }, (_, slot) => namesBySlot.get(slot)!) : null;
  return { nSlots, names, floats: floatFeatures, categories: categoryFeatures };
}

/** Codes are positions in the feature's list of hashes; a feature that no tree tests keeps whatever numbers it has. */
function slotCategories({ nSlots, categories }: Features): readonly (CategoryCodes | null)[] {
  const bySlot = new Map(categories.map(({ slot, hashes }) => [slot, hashes]));
  return Array.from({ length: nSlots }, (_, slot) => {
    const hashes = bySlot.get(slot);
    return hashes === undefined ? null : { kind: 'hashes', hashes };
  });
}

function readTest(split: unknown, features: Features, place: FilePlace): Test {
  const type = ownString(split, 'split_type');
  switch (type) {
    case 'FloatFeature': {
      const feature = features.floats[numberField(split, 'float_feature_index') ?? -1];
      const border = numberField(split, 'border');
      if (feature === undefined || border === null) throw damaged('A test names no feature or border.', place);
      return { slot: feature.slot, comparison: 'gt', threshold: Math.fround(border), missingYes: feature.missingYes };
    }
    case 'OneHotFeature': {
      const feature = features.categories[numberField(split, 'cat_feature_index') ?? -1];
      const hash = numberField(split, 'value');
      const code = feature === undefined || hash === null ? -1 : feature.hashes.indexOf(hash | 0);
      if (feature === undefined || code < 0) throw damaged('A test names no category.', place);
      return { slot: feature.slot, comparison: 'eq', threshold: code, missingYes: false };
    }
    case 'OnlineCtr': {
      const names = counterNames(split, features);
      throw refused(
        `The model counts how often categories go with the target (CTR) for ${names}; such tests cannot be read without CatBoost's tables.`,
        place,
        'Train with one_hot_max_size above the number of categories, or turn categories into numbers first.',
        CATBOOST_WITHOUT_COUNTERS,
      );
    }
    default:
      throw refused(
        `A tree tests a feature of kind ${type ?? 'unknown'}, which Limpid does not read.`,
        place,
        'Train it on numbers and categories.',
      );
  }
}

/** Names of the categories that a counter combines, as far as the split tells. */
function counterNames(split: unknown, { categories }: Features): string {
  const text = ownString(split, 'ctr_target_border_idx') ?? ownString(own(split, 'ctr'), 'identifier') ?? JSON.stringify(split);
  const found = [...text.matchAll(/cat_feature_index\\?"\s*:\s*(\d+)/g)].map((match) => categories[Number(match[1])]?.name);
  const names = [...new Set(found.filter((name) => name !== undefined))];
  return names.length > 0 ? names.join(' and ') : categories.map(({ name }) => name).join(', ') || 'its categories';
}

/** A node of an oblivious tree: the splits above are decided; the leaves below are `first` to `first + 2^level - 1`. */
interface ObliviousNode {
  readonly level: number;
  readonly first: number;
}

/** The last split is the root: CatBoost's ShapValues weigh paths in this order. */
function addOblivious(builder: TreeBuilder, tree: unknown, width: number, test: (split: unknown) => Test, place: FilePlace): void {
  const splits = own(tree, 'splits') === null ? [] : listAt(tree, 'splits', place);
  const depth = splits.length;
  if (depth > MAX_DEPTH) throw damaged(`A tree has ${depth} levels, more than CatBoost makes.`, place);
  const nLeaves = 2 ** depth;
  const values = numbersAt(tree, 'leaf_values', place, nLeaves * width);
  const hasWeights = (listOf(own(tree, 'leaf_weights'))?.length ?? 0) > 0;
  const weights = hasWeights ? numbersAt(tree, 'leaf_weights', place, nLeaves) : new Float64Array(nLeaves).fill(NaN);
  const until = new Float64Array(nLeaves + 1);
  for (let leaf = 0; leaf < nLeaves; leaf++) until[leaf + 1] = until[leaf]! + weights[leaf]!;
  const tests = Array.from({ length: depth }, (_, i) => test(splits[i]));
  const expand = ({ level, first }: ObliviousNode): FileNode<ObliviousNode> => {
    const cover = until[first + 2 ** level]! - until[first]!;
    if (level === 0) return { leaf: values.subarray(first * width, (first + 1) * width), cover };
    const below = level - 1;
    return { ...tests[below]!, cover, gain: NaN, yes: { level: below, first: first + 2 ** below }, no: { level: below, first } };
  };
  builder.addTree({ level: depth, first: 0 }, 0, 2 * nLeaves, place.path, expand);
}

/** A node of an ordinary tree (grow policies Depthwise and Lossguide): its test holds on the right. */
function readNode(node: unknown, width: number, test: (split: unknown) => Test, place: FilePlace): FileNode<unknown> {
  const value = own(node, 'value');
  if (value !== undefined) {
    const values = typeof value === 'number' ? [value] : Array.from(listOf(value) ?? [], Number);
    if (values.length !== width) throw damaged(`A leaf has ${values.length} values, expected ${width}.`, place);
    return { leaf: values, cover: numberField(node, 'weight') ?? NaN };
  }
  const left = own(node, 'left');
  const right = own(node, 'right');
  if (!isObject(left) || !isObject(right)) throw damaged('A node has neither a value nor two children.', place);
  // Inner nodes have no weight of their own: it is the sum of what lies below.
  return { ...test(own(node, 'split')), cover: weightBelow(node), gain: NaN, yes: right, no: left };
}

function weightBelow(node: unknown): number {
  let sum = 0;
  const stack = [node];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (own(top, 'value') !== undefined) sum += numberField(top, 'weight') ?? NaN;
    else stack.push(own(top, 'left'), own(top, 'right'));
  }
  return sum;
}
