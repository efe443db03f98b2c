import type { FeatureSchema, InputBinding, ModelSignature } from '#/domain/model';
import { isClassifier, storedOutputCount, type Outputs } from '#/domain/outputs';
import { setMembers } from '#/domain/category-set';
import type { ColumnStep, ModelLink, TreeEnsemble, TreeModel } from '#/domain/tree-model';
import { labelsOfNode } from './classifier-nodes';
import { ColumnTracer, readColumnSources, type ColumnSources } from './column-sources';
import { describeNode, parseGraph, type GraphNode } from './graph';
import { COMPARISON_CODES, isReason, readRawTrees, type RawTrees, type Reason } from './raw-trees';
import { sumSpaceOf } from './resolve-space';
import { readTreeTail, type TailStep } from './tree-tail';

/** Scores of an ensemble as linear combinations of its targets, and the link on top. */
interface Scores {
  /** By score column: coefficient of each target [nTargets]. */
  readonly columns: readonly (readonly number[])[];
  /** By score column. */
  readonly base: readonly number[];
  readonly link: ModelLink;
  /** Columns of a two-class output are [1 - p, p] (or [-s, s]): only the second is here. */
  readonly isMirrored: boolean;
}

const LINKS: Readonly<Record<string, ModelLink>> = { NONE: 'identity', LOGISTIC: 'logit', SOFTMAX: 'softmax' };

function unit(target: number, nTargets: number): number[] {
  return Array.from({ length: nTargets }, (_, index) => (index === target ? 1 : 0));
}

/** Every target is a column. */
function allTargets(raw: RawTrees, link: ModelLink, base: readonly number[] = raw.base): Scores {
  const columns = Array.from({ length: raw.nTargets }, (_, target) => unit(target, raw.nTargets));
  return { columns, base: columns.map((_, target) => base[target] ?? 0), link, isMirrored: false };
}

/**
 * The scores of an ensemble node as ONNX Runtime 1.30 computes them. Two classes have rules of their own: when all
 * leaves vote for class 0, their sum is the score of class 1 and LOGISTIC gives [1 - p, p]; SOFTMAX is then ignored;
 * a base value goes to class 0 where leaves vote for both. Two base values are not treated as the standard says.
 */
function scoresOf(node: GraphNode, raw: RawTrees): Scores | Reason {
  const link = LINKS[raw.transform] ?? 'identity';
  if (node.op !== 'TreeEnsembleClassifier') {
    if (raw.nTargets === 1)
      return { columns: [[1]], base: [raw.base.length === 1 ? raw.base[0]! : 0], link: 'identity', isMirrored: false };
    return allTargets(raw, link, raw.base.length === raw.nTargets ? raw.base : []);
  }
  if (raw.nTargets > 2) return allTargets(raw, link);
  if (raw.nTargets < 2) return { reason: `${describeNode(node)} knows fewer than two classes.` };
  if (raw.base.length > 1)
    return { reason: `${describeNode(node)} has two base values for two classes, which runtimes read in different ways.` };
  const first = raw.base[0] ?? 0;
  if (raw.voted.size === 1 && raw.voted.has(0)) {
    return { columns: [[1, 0]], base: [first], link: link === 'logit' ? 'logit' : 'identity', isMirrored: true };
  }
  if (raw.voted.size === 1) return allTargets(raw, link, []);
  return allTargets(raw, link, [first, 0]);
}

function applyTail(scores: Scores, steps: readonly TailStep[]): Scores | Reason {
  let now = scores;
  for (const step of steps) {
    const refused: Reason = { reason: `${describeNode(step.node)} transforms the scores after the trees.` };
    switch (step.kind) {
      case 'affine': {
        // xgboost's converter multiplies by the base score behind the exponential.
        if (now.link === 'log' && step.shift === 0 && step.factor > 0) {
          const shift = Math.log(step.factor);
          now = { ...now, base: now.base.map((b) => b + shift) };
          break;
        }
        if (now.link !== 'identity' || now.isMirrored) return refused;
        const { factor, shift } = step;
        now = {
          ...now,
          columns: now.columns.map((column) => column.map((c) => c * factor)),
          base: now.base.map((b) => b * factor + shift),
        };
        break;
      }
      case 'sigmoid':
      case 'softmax':
        if (now.link !== 'identity' || now.isMirrored) return refused;
        now = { ...now, link: step.kind === 'sigmoid' ? 'logit' : 'softmax' };
        break;
      case 'exp':
        if (now.link !== 'identity' || now.isMirrored) return refused;
        now = { ...now, link: 'log' };
        break;
      case 'normalise':
        // Shares that already sum to one stay as they are.
        if (now.link !== 'softmax' && !(now.link === 'logit' && now.isMirrored)) return refused;
        break;
      default:
        return step satisfies never;
    }
  }
  return now;
}

/** Stored outputs: class 1 of two classes (softmax of two is the logit of their difference), else every column. */
function toStored(scores: Scores, outputs: Outputs): Scores | Reason {
  const nStored = storedOutputCount(outputs);
  const [zero, one] = scores.columns;
  if (nStored === 1 && isClassifier(outputs) && zero !== undefined && one !== undefined && scores.columns.length === 2) {
    const [baseZero = 0, baseOne = 0] = scores.base;
    if (scores.link !== 'softmax') return { ...scores, columns: [one], base: [baseOne] };
    return { ...scores, columns: [one.map((c, target) => c - zero[target]!)], base: [baseOne - baseZero], link: 'logit' };
  }
  if (scores.columns.length !== nStored)
    return { reason: `The trees give ${scores.columns.length} numbers a row, the study has ${nStored} outputs.` };
  if (scores.link === 'softmax' && nStored === 1) return { reason: 'A softmax over one number is always 1.' };
  return scores;
}

/**
 * ONNX asks whether a value equals a member; `in` cuts values to whole numbers first. Each feature that is tested for
 * membership gets a column of its own, where numbers that are no member of any set are -1.
 */
function exactMembers(raw: RawTrees, columns: ColumnSources): { readonly feature: Int32Array; readonly columns: ColumnSources } {
  if (raw.categorySets.length === 0) return { feature: raw.feature, columns };
  const members = new Map<number, Set<number>>();
  const isMembership = (node: number): boolean => raw.feature[node]! >= 0 && raw.comparison[node] === COMPARISON_CODES.in;
  raw.feature.forEach((feature, node) => {
    if (!isMembership(node)) return;
    const known = members.get(feature) ?? new Set<number>();
    for (const code of setMembers(raw.categorySets[raw.threshold[node]!]!)) known.add(code);
    members.set(feature, known);
  });
  const sources = [...columns.sources];
  const columnOf = new Map<number, number>();
  for (const [feature, codes] of members) {
    const points = Float64Array.from(codes).sort();
    const values = new Float64Array(2 * points.length + 1).fill(-1);
    points.forEach((point, i) => (values[2 * i + 1] = point));
    const source = columns.sources[feature]!;
    const rounds: ColumnStep[] = columns.float32 ? [{ kind: 'to float32' }] : [];
    columnOf.set(feature, sources.length);
    sources.push({ ...source, steps: [...source.steps, ...rounds, { kind: 'pieces', points, values, missing: NaN }] });
  }
  const feature = raw.feature.map((column, node) => (isMembership(node) ? columnOf.get(column)! : column));
  return { feature, columns: { ...columns, sources } };
}

function buildEnsemble(raw: RawTrees, scores: Scores, feature: Int32Array, columns: ColumnSources): TreeEnsemble {
  const nOutputs = scores.columns.length;
  const nLeaves = raw.nTargets === 0 ? 0 : raw.weights.length / raw.nTargets;
  const share = raw.isAverage ? 1 / Math.max(1, raw.roots.length) : 1;
  const leafValues = new Float64Array(nLeaves * nOutputs);
  for (let output = 0; output < nOutputs; output++) {
    for (const [target, coefficient] of scores.columns[output]!.entries()) {
      if (coefficient === 0) continue;
      for (let leaf = 0; leaf < nLeaves; leaf++)
        leafValues[leaf * nOutputs + output]! += coefficient * share * raw.weights[leaf * raw.nTargets + target]!;
    }
  }
  return {
    roots: raw.roots,
    feature,
    threshold: raw.threshold,
    comparison: raw.comparison,
    yes: raw.yes,
    no: raw.no,
    missingYes: raw.missingYes,
    leaf: raw.leaf,
    leafValues,
    base: Float64Array.from(scores.base),
    nOutputs,
    nFeatures: columns.sources.length,
    cover: null,
    float32: columns.float32,
    categorySets: raw.categorySets,
  };
}

/**
 * The tree ensemble of an ONNX model (TreeEnsembleClassifier and -Regressor of ai.onnx.ml 1 and 3, TreeEnsemble of 5)
 * over the model's features, when nothing before the trees mixes columns and what comes after them is exactly
 * representable. Its predictions equal ONNX Runtime's within float32 rounding.
 *
 * @param bytes - as `readModel` returned them; not modified
 * @param features - the model's features; `bindings` hold positions in it
 * @param outputs - decides the stored outputs (binary: class 1)
 * @returns the model, or one plain sentence why there is none, naming the node
 * @throws LimpidError `UnreadableFile` when the bytes are no ONNX model
 */
export function readTreeModel(
  bytes: Uint8Array,
  features: readonly FeatureSchema[],
  bindings: readonly InputBinding[],
  signature: ModelSignature,
  outputs: Outputs,
): TreeModel | { readonly reason: string } {
  if (signature.outputs.scores === null) return { reason: 'The model gives labels only.' };
  const graph = parseGraph(bytes, 'model');
  const tail = readTreeTail(graph, signature.outputs.scores);
  if (isReason(tail)) return tail;
  const { ensemble: node } = tail;
  const columns = readColumnSources(new ColumnTracer(graph, { features, signature, bindings }), node.inputs[0] ?? '', features);
  if (isReason(columns)) return columns;
  const raw = readRawTrees(node, labelsOfNode(node).length);
  if (isReason(raw)) return raw;
  if (
    raw.feature.some((feature) => feature >= columns.sources.length) ||
    columns.sources.some(({ feature }) => feature >= features.length)
  ) {
    return { reason: `${describeNode(node)} reads a column that it does not get.` };
  }
  const scores = scoresOf(node, raw);
  if (isReason(scores)) return scores;
  const behind = applyTail(scores, tail.steps);
  if (isReason(behind)) return behind;
  const stored = toStored(behind, outputs);
  if (isReason(stored)) return stored;
  const exact = exactMembers(raw, columns);
  return {
    ensemble: buildEnsemble(raw, stored, exact.feature, exact.columns),
    sources: exact.columns.sources,
    link: stored.link,
    sumSpace: sumSpaceOf(stored.link, signature, outputs),
  };
}
