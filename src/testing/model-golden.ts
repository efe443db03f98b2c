import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncodedRows, FeatureSchema, InputBinding, ModelAsset, ModelSignature } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';

/** What `reference/` wrote beside a golden model. */
export interface ModelGolden {
  readonly task: Outputs['task'];
  readonly classLabels: readonly (string | number)[];
  readonly space: string;
  readonly target: string;
  readonly tolerance: { readonly predictions: number };
  readonly features: readonly {
    readonly name: string;
    readonly kind: FeatureSchema['kind'];
    readonly column: string;
    readonly input?: string;
  }[];
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly shape: readonly (number | null)[] }[];
  readonly outputs: { readonly label: string | null; readonly scores: string | null; readonly scoreWidth: number | null };
  readonly predictions: readonly (readonly number[])[];
}

export function readBytes(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path));
}

export function readModelGolden(folder: string): ModelGolden {
  return JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as ModelGolden;
}

/** A small CSV: quotes, no line breaks inside cells. */
export function readCsv(path: string): { readonly names: readonly string[]; readonly cells: readonly (readonly string[])[] } {
  const split = (line: string): string[] => {
    const cells: string[] = [];
    let cell = '';
    let isQuoted = false;
    for (const char of line) {
      if (char === '"') isQuoted = !isQuoted;
      else if (char === ',' && !isQuoted) {
        cells.push(cell);
        cell = '';
      } else cell += char;
    }
    return [...cells, cell];
  };
  const [head, ...rest] = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map(split);
  return { names: head ?? [], cells: rest };
}

function encodeColumn(kind: FeatureSchema['kind'], texts: readonly string[]): { labels: string[]; values: number[] } {
  if (kind === 'categorical') {
    const labels = [...new Set(texts)].filter((text) => text !== '').sort();
    return { labels, values: texts.map((text) => (text === '' ? NaN : labels.indexOf(text))) };
  }
  if (kind === 'boolean') return { labels: [], values: texts.map((text) => (text === '' ? NaN : /^(true|1)$/i.test(text) ? 1 : 0)) };
  return { labels: [], values: texts.map((text) => (text === '' ? NaN : Number(text))) };
}

/** The named columns of a CSV as encoded rows with their schema. */
export function encodeCsv(
  csv: { readonly names: readonly string[]; readonly cells: readonly (readonly string[])[] },
  columns: readonly { readonly name: string; readonly kind: FeatureSchema['kind']; readonly column: string }[],
): { rows: EncodedRows; features: FeatureSchema[] } {
  const nRows = csv.cells.length;
  const nFeatures = columns.length;
  const values = new Float64Array(nRows * nFeatures);
  const features = columns.map(({ name, kind, column }, index): FeatureSchema => {
    const position = csv.names.indexOf(column);
    const encoded = encodeColumn(
      kind,
      csv.cells.map((cells) => cells[position] ?? ''),
    );
    encoded.values.forEach((value, row) => (values[row * nFeatures + index] = value));
    const integer = kind === 'numeric' && encoded.values.every((value) => Number.isNaN(value) || Number.isInteger(value));
    return { name, kind, integer, labels: encoded.labels, missingText: '', column: position };
  });
  return { rows: { nRows, nFeatures, values }, features };
}

/** Inputs bound to features in order: one matrix takes all, otherwise one feature an input. */
export function bindInOrder(signature: ModelSignature, nFeatures: number): InputBinding[] {
  if (signature.inputs.length === 1)
    return [{ input: signature.inputs[0]!.name, features: Array.from({ length: nFeatures }, (_, i) => i) }];
  return signature.inputs.map((input, index) => ({ input: input.name, features: [index] }));
}

export function outputsFor(task: Outputs['task'], labels: readonly (string | number)[]): Outputs {
  const classLabels = labels.map(String);
  switch (task) {
    case 'regression':
      return { task, targetName: 'y', unit: null };
    case 'binary':
      return { task, targetName: 'y', classLabels: [classLabels[0] ?? '0', classLabels[1] ?? '1'] };
    case 'multiclass':
      return { task, targetName: 'y', classLabels };
    default:
      return task satisfies never;
  }
}

export function assetOf(
  parts: Pick<ModelAsset, 'bytes' | 'signature' | 'features' | 'outputs'> & { readonly bindings?: readonly InputBinding[] },
): ModelAsset {
  return {
    name: 'model.onnx',
    kind: 'onnx',
    bytes: parts.bytes,
    signature: parts.signature,
    features: parts.features,
    bindings: parts.bindings ?? bindInOrder(parts.signature, parts.features.length),
    outputs: parts.outputs,
  };
}

/** max |a - b| / max |b|, over elements; NaN must meet NaN. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const x = a[i] ?? NaN;
    const y = b[i] ?? NaN;
    if (Number.isNaN(x) && Number.isNaN(y)) continue;
    if (Number.isNaN(x) || Number.isNaN(y)) return Infinity;
    difference = Math.max(difference, Math.abs(x - y));
    largest = Math.max(largest, Math.abs(y));
  }
  return largest === 0 ? difference : difference / largest;
}
