import type { GraphProto } from 'onnx-buf';
import { LimpidError } from '#/base/errors';
import type { ModelOutputs, ModelSignature } from '#/domain/model';
import type { PredictionSpace } from '#/domain/outputs';
import type { Finding } from '#/domain/study';
import { labelsOfNode, TREE_OPERATORS } from './classifier-nodes';
import type { GraphEdits } from './edit-graph';
import { ONE_TARGET, SKLEARN_MATRIX } from './export-lines';
import type { Graph } from './graph';
import { elementType, tensorDims } from './read-inputs';
import { DOUBLE, FLOAT, INT32, INT64, STRING } from './tensor-values';
import { classifierBehind, endsInLinearLayer, traceClassLabels, traceScores, type ScoreTrace } from './trace-scores';

type Output = GraphProto['output'][number];

export interface ReadOutputs {
  readonly outputs: ModelOutputs;
  readonly task: ModelSignature['task'];
  /** A net's one plain number without a label: a value or the logit of class 1, which the graph does not say. */
  readonly taskOpen: boolean;
  readonly findings: readonly Finding[];
}

const MAX_CLASSES = 1000;
const SCORE_NAMES = /prob|score|logit|decision|variable|predict|output/i;

function isOfType(output: Output, ...types: readonly number[]): boolean {
  const type = elementType(output.type);
  return type !== null && types.includes(type);
}

/** Last dimension of a matrix, 1 for a vector, null when open. */
function columnsOf(output: Output): number | null {
  const dims = tensorDims(output.type);
  if (dims === null) return null;
  return dims.length <= 1 ? 1 : (dims.at(-1) ?? null);
}

function findScores(graph: Graph, outputs: readonly Output[]): Output | null {
  const candidates = outputs.filter((output) => isOfType(output, FLOAT, DOUBLE));
  return (
    candidates.find((output) => classifierBehind(graph, output.name) !== null) ??
    candidates.find((output) => /prob/i.test(output.name)) ??
    candidates.find((output) => SCORE_NAMES.test(output.name)) ??
    candidates[0] ??
    null
  );
}

function findLabel(outputs: readonly Output[]): Output | null {
  const candidates = outputs.filter((output) => isOfType(output, STRING, INT64, INT32));
  return candidates.find((output) => /label|class/i.test(output.name)) ?? candidates[0] ?? null;
}

function multiTarget(file: string, name: string, count: number): LimpidError {
  return new LimpidError({
    tag: 'UnsupportedModel',
    message: `The model predicts ${count} values at once (output "${name}"); Limpid explains one target at a time.`,
    hint: 'Export one model per target.',
    code: ONE_TARGET,
    place: { file, at: `output ${name}` },
  });
}

function spaceOfClassifier(trace: ScoreTrace, name: string, hasLabel: boolean): PredictionSpace {
  if (trace.space === 'probability' || trace.space === 'logit' || trace.space === 'score') return trace.space;
  if (/prob/i.test(name)) return 'probability';
  return hasLabel ? 'score' : 'logit';
}

/** A regressor with several targets whose numbers reach the output as they are: not classes. */
function isMultiTarget(trace: ScoreTrace): boolean {
  if (trace.space !== 'value' || trace.node === null) return false;
  return TREE_OPERATORS.has(trace.node.op) || trace.node.op === 'LinearRegressor';
}

/**
 * Finds the label and scores among the outputs, the task, the classes and the space of the scores.
 * @param graph - after `editGraph`
 * @throws LimpidError `UnsupportedModel` for several targets, for outputs that are no table, and for labels without known classes
 */
export function readOutputs(graph: Graph, edits: GraphEdits, file: string): ReadOutputs {
  const findings: Finding[] = [];
  const all = graph.proto.output;
  const scores = findScores(graph, all);
  const label = findLabel(all.filter((output) => output !== scores));
  for (const output of [scores, label]) {
    const dims = output === null ? null : tensorDims(output.type);
    if (output !== null && dims !== null && dims.length > 2) throw outputShape(file, output.name, dims.length);
  }
  const labelColumns = label === null ? null : columnsOf(label);
  if (label !== null && labelColumns !== null && labelColumns > 1) throw multiTarget(file, label.name, labelColumns);

  const ignored = all.filter((output) => output !== scores && output !== label);
  if (ignored.length > 0) {
    findings.push({
      severity: 'info',
      code: 'outputs-ignored',
      message: `The model has more outputs than Limpid uses: ${ignored.map((output) => `"${output.name}"`).join(', ')} ${ignored.length === 1 ? 'is' : 'are'} left out.`,
    });
  }
  if (scores === null) return { ...labelOnly(graph, label, file), findings };

  const trace = traceScores(graph, scores.name);
  const zipped = edits.zipMapLabels.get(scores.name) ?? [];
  const node = classifierBehind(graph, scores.name);
  const known = [zipped, node === null ? [] : labelsOfNode(node), label === null ? [] : traceClassLabels(graph, label.name)].find(
    (labels) => labels.length > 0,
  );
  const width = columnsOf(scores) ?? trace.width ?? (known !== undefined ? known.length : null);
  const isClassifier =
    known !== undefined || label !== null || trace.space === 'probability' || trace.space === 'logit' || (width ?? 1) > 1;
  const base = { label: label?.name ?? null, scores: scores.name, scoreWidth: width };

  if (!isClassifier) {
    const taskOpen = width === 1 && endsInLinearLayer(graph, scores.name);
    return { outputs: { ...base, classLabels: [], space: 'value' }, task: 'regression', taskOpen, findings };
  }
  if (isMultiTarget(trace) && label === null && known === undefined) throw multiTarget(file, scores.name, width ?? 2);

  const nClasses = width === null || width === 1 ? Math.max(2, known?.length ?? 2) : width;
  if (nClasses > MAX_CLASSES) {
    throw new LimpidError({
      tag: 'UnsupportedModel',
      message: `Output "${scores.name}" has ${nClasses} columns; Limpid explains at most ${MAX_CLASSES} classes.`,
      hint: 'Export a model whose output has one column per class.',
      place: { file, at: `output ${scores.name}` },
    });
  }
  const space = spaceOfClassifier(trace, scores.name, label !== null);
  if (known?.length !== nClasses) {
    findings.push({
      severity: 'info',
      code: 'classes-numbered',
      message: `The model does not name its ${nClasses} classes; they are numbered from 0.`,
      fix: 'Give the names on the import card.',
    });
  }
  if (space === 'logit' && trace.space === 'unknown') {
    findings.push({
      severity: 'warning',
      code: 'logits-guessed',
      message: `Output "${scores.name}" has ${nClasses} columns and no softmax: they are read as the logits of ${nClasses} classes.`,
      fix: 'Export the model with a softmax as last layer to see probabilities.',
    });
  }
  if (space === 'probability' && trace.node?.op !== undefined && width === 1 && label === null) {
    findings.push({
      severity: 'info',
      code: 'sigmoid-as-binary',
      message: `Output "${scores.name}" ends in a sigmoid: it is read as the probability of class 1.`,
    });
  }
  const classLabels = known?.length === nClasses ? known : Array.from({ length: nClasses }, (_, index) => String(index));
  return { outputs: { ...base, classLabels, space }, task: nClasses === 2 ? 'binary' : 'multiclass', taskOpen: false, findings };
}

function outputShape(file: string, name: string, rank: number): LimpidError {
  return new LimpidError({
    tag: 'UnsupportedModel',
    message: `Output "${name}" has ${rank} dimensions; Limpid reads one row of numbers per row of the table.`,
    hint: 'Export a model whose output has the shape [rows, classes] or [rows, 1].',
    code: SKLEARN_MATRIX,
    place: { file, at: `output ${name}` },
  });
}

/** A model without scores: its classes must be known from the graph. */
function labelOnly(graph: Graph, label: Output | null, file: string): Omit<ReadOutputs, 'findings'> {
  if (label === null) {
    throw new LimpidError({
      tag: 'UnsupportedModel',
      message: 'No output of the model is a tensor of numbers or labels.',
      hint: 'Export the model with its probabilities or values as a plain tensor.',
      code: SKLEARN_MATRIX,
      place: { file },
    });
  }
  const classLabels = traceClassLabels(graph, label.name);
  if (classLabels.length < 2) {
    throw new LimpidError({
      tag: 'UnsupportedModel',
      message: `The model gives only labels (output "${label.name}"), and the file does not say which classes exist.`,
      hint: 'Export the model with its probabilities as a second output.',
      code: SKLEARN_MATRIX,
      place: { file, at: `output ${label.name}` },
    });
  }
  return {
    outputs: { label: label.name, scores: null, scoreWidth: null, classLabels, space: 'label only' },
    task: classLabels.length === 2 ? 'binary' : 'multiclass',
    taskOpen: false,
  };
}
