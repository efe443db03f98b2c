/** LightGBM models as `save_model` and `model_to_string` write them: `key=value` lines, one block a tree (versions v2 to v4). */
import { peekText, decodeText } from '#/formats/decode-text';
import { unreadable } from '#/formats/format-errors';
import { LIGHTGBM_TO_ONNX } from '#/formats/models/export-lines';
import { at, checkClasses, checkSlots, damaged, refused, type FilePlace } from '#/formats/models/file-fields';
import { finishLightgbm, numericNode, type MissingType } from '#/formats/models/lightgbm';
import { TreeBuilder, type FileNode } from '#/formats/models/tree-builder';
import type { TreeFile } from '#/formats/models/tree-file';

export function looksLikeLightgbm(bytes: Uint8Array): boolean {
  return /^\s*tree\r?\nversion=v\d/.test(peekText(bytes, 256));
}

type Fields = ReadonlyMap<string, string>;

const MISSING: readonly MissingType[] = ['None', 'Zero', 'NaN'];

/** @throws LimpidError `UnreadableFile` | `UnsupportedModel` (linear trees, unknown objectives) naming the tree */
export function readLightgbmText(bytes: Uint8Array, file: string): TreeFile {
  const { text } = decodeText(bytes, file);
  const root: FilePlace = { file, path: 'header' };
  const lines = text.split(/\r?\n/);
  const end = lines.indexOf('end of trees');
  if (end < 0) {
    throw unreadable('The model ends before its last tree.', {
      file,
      at: `line ${lines.length}`,
      hint: 'The file looks cut off: save the model again.',
    });
  }
  const starts = lines.slice(0, end).flatMap((line, i) => (line.startsWith('Tree=') ? [i] : []));
  const head = fieldsOf(lines.slice(0, starts[0] ?? end));
  const nSlots = checkSlots(wholeNumber(head, 'max_feature_idx', root) + 1, at(root, 'max_feature_idx'));
  const perRound = checkClasses(wholeNumber(head, 'num_tree_per_iteration', root), at(root, 'num_tree_per_iteration'));
  const names = (head.get('feature_names') ?? '').split(' ');
  if (names.length !== nSlots)
    throw damaged(`The file names ${names.length} features, the model has ${nSlots}.`, at(root, 'feature_names'));
  const expected = (head.get('tree_sizes') ?? '').split(' ').filter((size) => size !== '').length;
  if (head.has('tree_sizes') && expected !== starts.length) {
    throw damaged(`The file lists ${expected} trees and holds ${starts.length}.`, at(root, 'tree_sizes'));
  }
  const builder = new TreeBuilder(nSlots, perRound, file);
  const categorical = new Set<number>();
  for (const [i, start] of starts.entries()) {
    addTree(builder, fieldsOf(lines.slice(start, starts[i + 1] ?? end)), i % perRound, { file, path: `Tree=${i}` }, categorical);
  }
  const infos = (head.get('feature_infos') ?? '').split(' ');
  // `a:b:c` lists the codes of a category, `[min:max]` is a number, `none` is constant.
  const declared = infos.flatMap((info, slot) => (info !== 'none' && info !== '' && !info.startsWith('[') ? [slot] : []));
  return finishLightgbm(
    {
      nSlots,
      perRound,
      objective: head.get('objective') ?? '',
      averages: head.has('average_output'),
      names,
      pandasCategories: pandasLine(lines.slice(end)),
      categorical,
      declared,
    },
    builder,
    starts.length,
    at(root, 'objective'),
  );
}

function fieldsOf(lines: readonly string[]): Fields {
  return new Map(
    lines.map((line) => {
      const sign = line.indexOf('=');
      return sign < 0 ? [line.trim(), ''] : [line.slice(0, sign), line.slice(sign + 1)];
    }),
  );
}

function wholeNumber(fields: Fields, key: string, place: FilePlace): number {
  const value = Number(fields.get(key) ?? 'missing');
  if (!Number.isInteger(value)) throw damaged(`Expected a whole number for ${key}.`, at(place, key));
  return value;
}

/** C++ writes infinities as `inf`. */
function parseNumber(text: string): number {
  return /^[+-]?inf/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}

function numbers(fields: Fields, key: string, length: number, place: FilePlace): Float64Array {
  const text = fields.get(key);
  const parts = text === undefined || text.trim() === '' ? [] : text.trim().split(' ');
  if (parts.length !== length) throw damaged(`Expected ${length} numbers for ${key}, found ${parts.length}.`, at(place, key));
  const values = Float64Array.from(parts, parseNumber);
  if (values.some(Number.isNaN)) throw damaged(`Expected numbers for ${key}.`, at(place, key));
  return values;
}

/** Counts of rows that reached each node; NaN where an old file has none. */
function counts(fields: Fields, key: string, length: number, place: FilePlace): Float64Array {
  return fields.has(key) ? numbers(fields, key, length, place) : new Float64Array(length).fill(NaN);
}

function addTree(builder: TreeBuilder, fields: Fields, output: number, place: FilePlace, categorical: Set<number>): void {
  if (fields.get('is_linear') === '1') {
    throw refused('The model has linear trees: its leaves are equations.', place, 'Train with linear_tree=False.', LIGHTGBM_TO_ONNX);
  }
  const nLeaves = wholeNumber(fields, 'num_leaves', place);
  if (nLeaves < 1) throw damaged('A tree has no leaves.', place);
  const values = numbers(fields, 'leaf_value', nLeaves, place);
  if (nLeaves === 1) {
    builder.addTree(0, output, 1, place.path, () => ({ leaf: values[0]!, cover: 1 }));
    return;
  }
  const nInner = nLeaves - 1;
  const features = numbers(fields, 'split_feature', nInner, place);
  const thresholds = numbers(fields, 'threshold', nInner, place);
  const decisions = numbers(fields, 'decision_type', nInner, place);
  const lefts = numbers(fields, 'left_child', nInner, place);
  const rights = numbers(fields, 'right_child', nInner, place);
  const gains = counts(fields, 'split_gain', nInner, place);
  const leafCounts = counts(fields, 'leaf_count', nLeaves, place);
  const innerCounts = counts(fields, 'internal_count', nInner, place);
  const nSets = Number(fields.get('num_cat') ?? 0);
  const bounds = nSets > 0 ? numbers(fields, 'cat_boundaries', nSets + 1, place) : new Float64Array(1);
  const words = nSets > 0 ? numbers(fields, 'cat_threshold', bounds[nSets]!, place) : new Float64Array(0);
  const expand = (node: number): FileNode<number> => {
    if (node < 0) {
      if (~node >= nLeaves) throw damaged(`A node leads to leaf ${~node} of ${nLeaves}.`, place);
      return { leaf: values[~node]!, cover: leafCounts[~node]! };
    }
    if (node >= nInner) throw damaged(`A node leads to node ${node} of ${nInner}.`, place);
    const slot = features[node]!;
    const decision = decisions[node]!;
    const common = { slot, cover: innerCounts[node]!, gain: gains[node]! };
    if ((decision & 1) === 1) {
      const set = thresholds[node]!;
      if (!(set >= 0 && set < nSets)) throw damaged(`Node ${node} tests the set ${set} of ${nSets}.`, place);
      categorical.add(slot);
      const members = Uint32Array.from(words.subarray(bounds[set], bounds[set + 1]));
      return { ...common, comparison: 'in', threshold: 0, members, missingYes: false, yes: lefts[node]!, no: rights[node]! };
    }
    const missing = MISSING[(decision >> 2) & 3];
    if (missing === undefined) throw damaged(`Node ${node} has the unknown missing type ${(decision >> 2) & 3}.`, place);
    return numericNode({
      ...common,
      threshold: thresholds[node]!,
      defaultLeft: (decision & 2) === 2,
      missing,
      left: lefts[node]!,
      right: rights[node]!,
    });
  };
  builder.addTree(0, output, nInner + nLeaves, place.path, expand);
}

/** The last line of files that were trained on a pandas table. */
function pandasLine(lines: readonly string[]): unknown {
  const line = lines.findLast((candidate) => candidate.startsWith('pandas_categorical:'));
  if (line === undefined) return null;
  try {
    return JSON.parse(line.slice('pandas_categorical:'.length)) as unknown;
  } catch {
    return null;
  }
}
