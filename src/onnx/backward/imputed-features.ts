import { tensorNumbers } from '#/onnx/tensor-values';
import { FEATURES, type Net, type NetNode } from './net';

/** Features by column of a tensor that still holds them as they are. */
type Columns = readonly number[];

function movedColumns(net: Net, node: NetNode, columns: ReadonlyMap<string, Columns>): Columns | null {
  const own = columns.get(node.inputs[0] ?? '');
  switch (node.op) {
    case 'Identity':
    case 'Cast':
      return own ?? null;
    case 'Gather': {
      const positions = net.ints.get(node.inputs[1] ?? '');
      return own === undefined || positions === undefined ? null : positions.map((at) => own.at(at)!);
    }
    case 'Concat': {
      const parts = node.inputs.map((name) => columns.get(name));
      return parts.every((part) => part !== undefined) ? parts.flat() : null;
    }
    default:
      return null;
  }
}

/** By column: what stands in for a missing cell, for `Where(IsNaN(x), values, x)`; null for other nodes. */
function imputedColumns(net: Net, node: NetNode): readonly number[] | null {
  const [mask = '', values = '', x = ''] = node.inputs;
  const test = net.nodes.find((candidate) => candidate.outputs.includes(mask));
  const constant = net.constants.get(values);
  if (node.op !== 'Where' || test?.op !== 'IsNaN' || test.inputs[0] !== x || constant === undefined) return null;
  const numbers = tensorNumbers(constant);
  return numbers === null ? null : Array.from(numbers);
}

/**
 * What the net itself puts in place of a missing cell, by feature, where every reader of the feature meets the same imputer
 * first; null for features whose missing cells would reach the layers.
 */
export function imputedFeatures(net: Net): readonly (number | null)[] {
  const columns = new Map<string, Columns>([[FEATURES, Array.from({ length: net.nFeatures }, (_, feature) => feature)]]);
  const fills = new Map<number, number | null>();
  const settle = (feature: number, fill: number | null): void => {
    fills.set(feature, fills.has(feature) && fills.get(feature) !== fill ? null : fill);
  };
  for (const node of net.nodes) {
    const moved = movedColumns(net, node, columns);
    if (moved !== null) {
      columns.set(node.outputs[0] ?? '', moved);
      continue;
    }
    if (node.op === 'IsNaN') continue;
    const values = imputedColumns(net, node);
    node.inputs.forEach((name, index) => {
      const read = columns.get(name);
      read?.forEach((feature, column) => {
        settle(feature, values === null || index !== 2 ? null : ((values.length === 1 ? values[0] : values[column]) ?? null));
      });
    });
  }
  return Array.from({ length: net.nFeatures }, (_, feature) => fills.get(feature) ?? null);
}
