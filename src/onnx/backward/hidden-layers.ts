import type { LayerInfo } from '#/domain/gradient-model';
import type { Net, NetNode } from './net';
import { elementsPerRow } from './tensor-shape';

/** What a person calls the operators that end a layer. */
const NAMES: Readonly<Record<string, string>> = {
  Gemm: 'Linear',
  MatMul: 'Linear',
  BatchNormalization: 'BatchNorm',
  LayerNormalization: 'LayerNorm',
  Relu: 'ReLU',
  LeakyRelu: 'LeakyReLU',
  PRelu: 'PReLU',
  Elu: 'ELU',
  Selu: 'SELU',
  Celu: 'CELU',
  ThresholdedRelu: 'ThresholdedReLU',
  Sigmoid: 'Sigmoid',
  HardSigmoid: 'HardSigmoid',
  HardSwish: 'HardSwish',
  Swish: 'SiLU',
  Mish: 'Mish',
  Tanh: 'Tanh',
  Softplus: 'Softplus',
  Softsign: 'Softsign',
  Softmax: 'Softmax',
  Gelu: 'GELU',
};

const NORMALISATIONS: ReadonlySet<string> = new Set(['BatchNorm', 'LayerNorm']);

function kindOf(name: string): LayerInfo['kind'] {
  return name === 'Linear' ? 'linear' : NORMALISATIONS.has(name) ? 'normalisation' : 'activation';
}

/** A bias that stands behind its matrix product belongs to the same layer. */
function withBias(net: Net, node: NetNode, readers: readonly NetNode[]): string {
  const [only] = readers;
  const output = node.outputs[0] ?? '';
  if (node.op !== 'MatMul' || readers.length !== 1 || only?.op !== 'Add') return output;
  return only.inputs.some((name) => net.constants.has(name)) ? (only.outputs[0] ?? output) : output;
}

/**
 * Tensors of a net in which a person sees a layer: after each linear layer, normalisation and activation, in running
 * order. The scores themselves are none; `Linear 2 (8 neurons)` counts layers of a kind from 1.
 */
export function hiddenLayers(net: Net): readonly LayerInfo[] {
  const readers = new Map<string, NetNode[]>();
  for (const node of net.nodes) {
    for (const name of new Set(node.inputs)) {
      const known = readers.get(name);
      if (known === undefined) readers.set(name, [node]);
      else known.push(node);
    }
  }
  const readersOf = (tensor: string): readonly NetNode[] => readers.get(tensor) ?? [];
  const counts = new Map<string, number>();
  const layers: LayerInfo[] = [];
  for (const node of net.nodes) {
    const name = NAMES[node.op];
    const id = withBias(net, node, readersOf(node.outputs[0] ?? ''));
    const neurons = elementsPerRow(net.shapes.get(id) ?? []);
    if (name === undefined || neurons === null || !net.active.has(id) || leadsOnlyToScores(net, id, readersOf)) continue;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const label = `${name} ${count} (${neurons} neuron${neurons === 1 ? '' : 's'})`;
    layers.push({ id, name: `${name} ${count}`, kind: kindOf(name), label, neurons });
  }
  return layers;
}

/** The scores, and what only passes into them unchanged. */
function leadsOnlyToScores(net: Net, tensor: string, readersOf: (tensor: string) => readonly NetNode[]): boolean {
  if (tensor === net.scores || tensor === 'limpid/probability') return true;
  const readers = readersOf(tensor);
  const passing = ['Identity', 'Cast', 'Reshape', 'Squeeze', 'Flatten', 'Concat', 'Sub'];
  return (
    readers.length > 0 && readers.every((node) => passing.includes(node.op) && leadsOnlyToScores(net, node.outputs[0] ?? '', readersOf))
  );
}
