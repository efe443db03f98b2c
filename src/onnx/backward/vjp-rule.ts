import type { GraphWriter } from './graph-writer';
import { shapeOf, type Net, type NetNode } from './net';
import { sameShape, type Shape } from './tensor-shape';

/** What a rule needs to write the gradients of a node's inputs. */
export interface Backward {
  readonly net: Net;
  readonly writer: GraphWriter;
}

/**
 * Vector-Jacobian product of one operator: writes, from the gradients of a node's outputs (null: none), those of its
 * inputs (null where there is none).
 * @throws NotDifferentiable
 */
export type VjpRule = (node: NetNode, gradients: readonly (string | null)[], backward: Backward) => readonly (string | null)[];

/** A rule for operators with one output. */
export function single(rule: (node: NetNode, gradient: string, backward: Backward) => readonly (string | null)[]): VjpRule {
  return (node, gradients, backward) => {
    const [gradient] = gradients;
    return gradient === undefined || gradient === null ? [] : rule(node, gradient, backward);
  };
}

/** Sums a gradient over the axes along which an operand was repeated, down to the operand's shape. */
export function unbroadcast(gradient: string, from: Shape, to: Shape, writer: GraphWriter): string {
  if (sameShape(from, to)) return gradient;
  const lead = from.length - to.length;
  const axes = from.flatMap((dim, axis) => (axis < lead || (to[axis - lead] === 1 && dim !== 1) ? [axis] : []));
  const summed = axes.length > 0 ? writer.sumOver(gradient, axes) : gradient;
  return lead === 0 ? summed : writer.reshape(summed, to);
}

/** Gradients of elementwise operands: only where they move with the features. */
export function perOperand(node: NetNode, backward: Backward, makers: readonly ((() => string) | null)[]): (string | null)[] {
  const { net, writer } = backward;
  const whole = shapeOf(net, node.outputs[0] ?? '', node);
  return node.inputs.map((name, index) => {
    const make = makers[index] ?? null;
    if (make === null || !net.active.has(name)) return null;
    return unbroadcast(make(), whole, shapeOf(net, name, node), writer);
  });
}
