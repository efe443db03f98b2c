import type { Comparison } from '#/domain/tree-model';
import { numbersOf, postTransform, type PostTransform } from './classifier-nodes';
import { describeNode, type GraphNode } from './graph';
import { tensorNumbers } from './tensor-values';
import { unshareTrees, type UnsharedTrees } from './unshare-trees';

/** Why something cannot be represented, as one plain sentence. */
export interface Reason {
  readonly reason: string;
}

/** A tree node of ONNX as it stands in the file, before targets are mapped to stored outputs. */
export interface RawTrees {
  readonly roots: Int32Array;
  /** -1 in leaves. */
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  /** Positions in COMPARISONS of trees/tree-ensemble. */
  readonly comparison: Uint8Array;
  readonly yes: Int32Array;
  readonly no: Int32Array;
  readonly missingYes: Uint8Array;
  /** Leaf number, -1 in inner nodes. */
  readonly leaf: Int32Array;
  /** [nLeaves, nTargets] row-major. */
  readonly weights: Float64Array;
  readonly nTargets: number;
  /** Targets (or classes) that any leaf votes for. */
  readonly voted: ReadonlySet<number>;
  /** As in the file: [], one number, or one a target. */
  readonly base: readonly number[];
  readonly transform: PostTransform;
  /** Leaf values are divided by the number of trees. */
  readonly isAverage: boolean;
  /** For tests of membership: the threshold is a position here. */
  readonly categorySets: readonly Uint32Array[];
}

/** Positions in COMPARISONS (trees/ may be imported as types only). */
export const COMPARISON_CODES: Readonly<Record<Comparison, number>> = { lt: 0, lte: 1, gt: 2, gte: 3, eq: 4, neq: 5, in: 6 };

const MODES = new Map<string, Comparison>([
  ['BRANCH_LEQ', 'lte'],
  ['BRANCH_LT', 'lt'],
  ['BRANCH_GTE', 'gte'],
  ['BRANCH_GT', 'gt'],
  ['BRANCH_EQ', 'eq'],
  ['BRANCH_NEQ', 'neq'],
]);

/** Modes of TreeEnsemble (ml opset 5), by number. */
const NUMBERED_MODES: readonly Comparison[] = ['lte', 'lt', 'gte', 'gt', 'eq', 'neq', 'in'];

export function isReason(value: object): value is Reason {
  return 'reason' in value;
}

const MAX_TARGETS = 1000;

function damaged(node: GraphNode, what: string): Reason {
  return { reason: `${describeNode(node)} is damaged: ${what}.` };
}

function unsupportedParts(node: GraphNode, aggregate: string): Reason | null {
  if (aggregate === 'MIN' || aggregate === 'MAX')
    return { reason: `${describeNode(node)} takes the ${aggregate.toLowerCase()}imum over its trees instead of their sum.` };
  const transform = postTransform(node);
  if (transform === 'PROBIT' || transform === 'SOFTMAX_ZERO') return { reason: `${describeNode(node)} uses the transform ${transform}.` };
  return null;
}

/** Node lists of the file in the order of the unshared nodes. */
function gather(
  trees: UnsharedTrees,
  lists: Pick<RawTrees, 'feature' | 'threshold' | 'comparison' | 'missingYes' | 'leaf'>,
): Pick<RawTrees, 'roots' | 'yes' | 'no' | 'feature' | 'threshold' | 'comparison' | 'missingYes' | 'leaf'> {
  const { origin } = trees;
  return {
    roots: trees.roots,
    yes: trees.yes,
    no: trees.no,
    feature: origin.map((from) => lists.feature[from]!),
    threshold: Float64Array.from(origin, (from) => lists.threshold[from]!),
    comparison: Uint8Array.from(origin, (from) => lists.comparison[from]!),
    missingYes: Uint8Array.from(origin, (from) => lists.missingYes[from]!),
    leaf: origin.map((from) => lists.leaf[from]!),
  };
}

/** TreeEnsembleClassifier and TreeEnsembleRegressor (ml opset 1 and 3). */
function readListedTrees(node: GraphNode, nTargets: number): RawTrees | Reason {
  const { attributes } = node;
  const aggregate = attributes.text('aggregate_function', 'SUM');
  const unsupported = unsupportedParts(node, aggregate);
  if (unsupported !== null) return unsupported;
  const kind = node.op === 'TreeEnsembleClassifier' ? 'class' : 'target';
  const treeIds = attributes.ints('nodes_treeids');
  const nodeIds = attributes.ints('nodes_nodeids');
  const modes = attributes.texts('nodes_modes');
  const featureIds = attributes.ints('nodes_featureids');
  const yesIds = attributes.ints('nodes_truenodeids');
  const noIds = attributes.ints('nodes_falsenodeids');
  const missing = attributes.ints('nodes_missing_value_tracks_true');
  const values = numbersOf(node, 'nodes_values');
  const nNodes = nodeIds.length;
  if (nNodes === 0) return damaged(node, 'it has no nodes');
  if ([treeIds, modes, featureIds, yesIds, noIds, values].some((list) => list.length !== nNodes))
    return damaged(node, 'its node lists differ in length');

  const positions = new Map<number, number>();
  const key = (tree: number, id: number) => tree * 0x1_0000_0000 + id;
  for (let n = 0; n < nNodes; n++) positions.set(key(treeIds[n]!, nodeIds[n]!), n);

  const feature = new Int32Array(nNodes).fill(-1);
  const comparison = new Uint8Array(nNodes);
  const yes = new Int32Array(nNodes).fill(-1);
  const no = new Int32Array(nNodes).fill(-1);
  const missingYes = new Uint8Array(nNodes);
  const leaf = new Int32Array(nNodes).fill(-1);
  const roots: number[] = [];
  let nLeaves = 0;
  for (let n = 0; n < nNodes; n++) {
    // The runtime takes the first listed node of a tree as its root.
    if (n === 0 || treeIds[n] !== treeIds[n - 1]) roots.push(n);
    const mode = modes[n]!;
    if (mode === 'LEAF') {
      leaf[n] = nLeaves++;
      continue;
    }
    const test = MODES.get(mode);
    if (test === undefined) return { reason: `${describeNode(node)} uses tests of kind ${mode}.` };
    const yesAt = positions.get(key(treeIds[n]!, yesIds[n]!));
    const noAt = positions.get(key(treeIds[n]!, noIds[n]!));
    if (yesAt === undefined || noAt === undefined) return damaged(node, `node ${nodeIds[n]} of tree ${treeIds[n]} has no children`);
    feature[n] = featureIds[n]!;
    comparison[n] = COMPARISON_CODES[test];
    yes[n] = yesAt;
    no[n] = noAt;
    // NaN differs from every number, so `!=` holds for it.
    missingYes[n] = missing[n] === 1 || test === 'neq' ? 1 : 0;
  }
  const trees = unshareTrees({ roots, feature, yes, no });
  if (trees === null) return damaged(node, 'its nodes form no trees');

  const voteTrees = attributes.ints(`${kind}_treeids`);
  const voteNodes = attributes.ints(`${kind}_nodeids`);
  const voteIds = attributes.ints(`${kind}_ids`);
  const voteWeights = numbersOf(node, `${kind}_weights`);
  const weights = new Float64Array(nLeaves * nTargets);
  const voted = new Set<number>();
  for (let v = 0; v < voteIds.length; v++) {
    const at = positions.get(key(voteTrees[v]!, voteNodes[v]!));
    const target = voteIds[v]!;
    if (at === undefined || target < 0 || target >= nTargets)
      return damaged(node, 'a leaf votes for a class or target that does not exist');
    voted.add(target);
    // Votes of inner nodes are never read.
    if (leaf[at]! >= 0) weights[leaf[at]! * nTargets + target]! += voteWeights[v] ?? 0;
  }
  return {
    ...gather(trees, { feature, threshold: Float64Array.from(values), comparison, missingYes, leaf }),
    weights,
    nTargets,
    voted,
    base: Array.from(numbersOf(node, 'base_values')),
    transform: postTransform(node),
    isAverage: aggregate === 'AVERAGE',
    categorySets: [],
  };
}

/** A set with a larger member is no set of category codes. */
const MAX_CODE = 2 ** 20;

/**
 * The sets of all membership tests, in the order of the nodes: one list, divided by NaN.
 * @returns null when the list does not hold `count` sets of codes 0, 1, …; other numbers have no bit
 */
function membershipSets(values: ArrayLike<number>, count: number): readonly Uint32Array[] | null {
  const lists: number[][] = [[]];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) lists.at(-1)!.push(value);
    else if (i < values.length - 1) lists.push([]);
  }
  if (lists.length !== count) return null;
  const sets: Uint32Array[] = [];
  for (const codes of lists) {
    if (!codes.every((code) => Number.isInteger(code) && code >= 0 && code < MAX_CODE)) return null;
    const set = new Uint32Array(Math.ceil((codes.reduce((most, code) => Math.max(most, code), -1) + 1) / 32));
    for (const code of codes) set[code >>> 5]! |= 1 << (code & 31);
    sets.push(set);
  }
  return sets;
}

/** TreeEnsemble (ml opset 5): leaves are listed apart, each votes for one target; a root's branches may be leaves. */
function readTreeEnsemble(node: GraphNode): RawTrees | Reason {
  const { attributes } = node;
  const aggregate = ['AVERAGE', 'SUM', 'MIN', 'MAX'][attributes.int('aggregate_function', 1)] ?? 'SUM';
  const unsupported = unsupportedParts(node, aggregate);
  if (unsupported !== null) return unsupported;
  const modeTensor = attributes.tensor('nodes_modes');
  const modes = modeTensor === null ? [] : (tensorNumbers(modeTensor) ?? []);
  const splits = numbersOf(node, 'nodes_splits');
  const featureIds = attributes.ints('nodes_featureids');
  const yesIds = attributes.ints('nodes_truenodeids');
  const noIds = attributes.ints('nodes_falsenodeids');
  const yesLeafs = attributes.ints('nodes_trueleafs');
  const noLeafs = attributes.ints('nodes_falseleafs');
  const missing = attributes.ints('nodes_missing_value_tracks_true');
  const leafTargets = attributes.ints('leaf_targetids');
  const leafWeights = numbersOf(node, 'leaf_weights');
  const nTargets = attributes.int('n_targets', 1);
  const nInner = featureIds.length;
  if ([modes, splits, yesIds, noIds, yesLeafs, noLeafs].some((list) => list.length !== nInner))
    return damaged(node, 'its node lists differ in length');

  // A branch that is a leaf becomes a node of its own behind the inner ones: two branches may share a leaf.
  const leaves: number[] = [];
  const place = (id: number, isLeaf: number): number => {
    if (isLeaf !== 1) return id;
    leaves.push(id);
    return nInner + leaves.length - 1;
  };
  const yesList = new Int32Array(nInner);
  const noList = new Int32Array(nInner);
  const codes = new Uint8Array(nInner);
  const missingList = new Uint8Array(nInner);
  const memberNodes: number[] = [];
  for (let n = 0; n < nInner; n++) {
    const test = NUMBERED_MODES[modes[n]!];
    if (test === undefined) return { reason: `${describeNode(node)} uses tests of the unknown kind ${modes[n]!}.` };
    if (test === 'in') memberNodes.push(n);
    codes[n] = COMPARISON_CODES[test];
    missingList[n] = missing[n] === 1 || test === 'neq' ? 1 : 0;
    yesList[n] = place(yesIds[n]!, yesLeafs[n]!);
    noList[n] = place(noIds[n]!, noLeafs[n]!);
  }
  const nNodes = nInner + leaves.length;
  const widen = (list: ArrayLike<number>, rest: number) => Int32Array.from({ length: nNodes }, (_, n) => list[n] ?? rest);
  const feature = widen(featureIds, -1);
  const yes = widen(yesList, -1);
  const no = widen(noList, -1);
  const roots = attributes.ints('tree_roots');
  const isInside = (child: number) => child >= 0 && child < nNodes;
  if (!roots.every(isInside) || !yesList.every(isInside) || !noList.every(isInside)) return damaged(node, 'its nodes form no trees');
  const trees = unshareTrees({ roots, feature, yes, no });
  if (trees === null) return damaged(node, 'its nodes form no trees');

  const leaf = new Int32Array(nNodes).fill(-1);
  const weights = new Float64Array(leaves.length * nTargets);
  const voted = new Set<number>();
  for (const [index, id] of leaves.entries()) {
    const target = leafTargets[id];
    if (target === undefined || target < 0 || target >= nTargets) return damaged(node, 'a leaf votes for a target that does not exist');
    leaf[nInner + index] = index;
    voted.add(target);
    weights[index * nTargets + target] = leafWeights[id] ?? 0;
  }
  const threshold = new Float64Array(nNodes);
  threshold.set(Array.from(splits));
  const categorySets = memberNodes.length === 0 ? [] : membershipSets(numbersOf(node, 'membership_values'), memberNodes.length);
  if (categorySets === null) return { reason: `${describeNode(node)} tests membership in sets that are no category codes.` };
  for (const [index, n] of memberNodes.entries()) threshold[n] = index;
  const comparison = Uint8Array.from(widen(codes, 0));
  const missingYes = Uint8Array.from(widen(missingList, 0));
  return {
    ...gather(trees, { feature, threshold, comparison, missingYes, leaf }),
    weights,
    nTargets,
    voted,
    base: [],
    transform: postTransform(node),
    isAverage: aggregate === 'AVERAGE',
    categorySets,
  };
}

/**
 * The trees of an ensemble node.
 * @param nClasses - classes of a TreeEnsembleClassifier
 */
export function readRawTrees(node: GraphNode, nClasses: number): RawTrees | Reason {
  const nTargets = node.op === 'TreeEnsembleClassifier' ? nClasses : node.attributes.int('n_targets', 1);
  if (nTargets < 1 || nTargets > MAX_TARGETS) return damaged(node, `it has ${nTargets} targets`);
  if (node.op === 'TreeEnsemble') return readTreeEnsemble(node);
  return readListedTrees(node, nTargets);
}
