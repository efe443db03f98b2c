/** Which axis of the local values holds the classes: by the sizes of the other parts, then by additivity. */
import type { Finding } from '#/domain/study';
import { classLabels } from '#/domain/outputs';
import { judgeAll } from '#/formats/explanations/decide-space';
import { predictionsReference } from '#/formats/explanations/local-values';
import { settlePredictions } from '#/formats/explanations/predicted-values';
import type { RawExplanation } from '#/formats/explanations/raw-explanation';
import { finding } from '#/formats/explanations/raw-explanation';
import { binaryReadings, multiclassReadings } from '#/formats/explanations/readings';
import type { AxisOrder } from '#/formats/explanations/settle-sizes';
import { possibleOrders, toSlabs } from '#/formats/explanations/settle-sizes';

/** Null for local values of two axes, or none. */
export function chooseOrder(raw: RawExplanation, findings: Finding[]): AxisOrder | null {
  if (raw.local?.shape.length !== 3) return null;
  const orders = possibleOrders(raw.local.shape, raw);
  const usual = orders[0]!;
  if (orders.length === 1) {
    if (usual[0] !== 'classes')
      findings.push(finding('info', 'class-axis-last', `By its sizes, the file holds local values by ${usual.join(', then ')}.`));
    return usual;
  }
  const scores = orders.map((order) => residualOf(raw, order));
  const best = scores.reduce((winner, score, i) => (score < scores[winner]! ? i : winner), 0);
  if (scores.every(Number.isFinite) && scores[best]! < Math.max(...scores)) {
    const order = orders[best]!;
    findings.push(
      finding(
        'info',
        'class-axis-by-additivity',
        `Several axes have the same size; the local values add up to the predictions when read by ${order.join(', then ')}.`,
      ),
    );
    return order;
  }
  findings.push(
    finding(
      'warning',
      'class-axis-assumed',
      `Several axes have the same size and nothing tells them apart; the local values were read by ${usual.join(', then ')}.`,
      'Save the predictions with the explanation.',
    ),
  );
  return usual;
}

/** Mean residual of the best reading under this order; infinite when there is nothing to compare with. */
function residualOf(raw: RawExplanation, order: AxisOrder): number {
  const { slabs, nRows, nFeatures } = toSlabs(raw.local!, order);
  if (slabs.length < 2) return Infinity;
  const names = slabs.map((_, i) => String(i));
  const outputs =
    slabs.length === 2
      ? ({ task: 'binary', targetName: '', classLabels: ['0', '1'] } as const)
      : ({ task: 'multiclass', targetName: '', classLabels: names } as const);
  const reference = predictionsReference(settlePredictions(raw, outputs, nRows, []), classLabels(outputs).length);
  if (reference === null) return Infinity;
  const base = raw.base !== null && (raw.base.length === slabs.length || raw.base.length === 1) ? raw.base : null;
  const readings =
    slabs.length === 2
      ? binaryReadings([slabs[0]!, slabs[1]!], base)
      : multiclassReadings(slabs, base?.length === slabs.length ? base : null);
  return judgeAll(readings, reference, nRows, nFeatures)?.meanResidual ?? Infinity;
}
