import type { Column, Table } from '#/domain/table';
import type { ParsedModel } from '#/formats/draft';
import { emptySlots, isText } from '#/formats/model-slots';

/** One row of blanks in the shape a model reads, so that a model without data can be looked at. */
export function placeholderTable(model: ParsedModel): Table {
  const slots = emptySlots(model.signature, model.featureNames?.length ?? 0);
  const names = model.featureNames?.length === slots.length ? model.featureNames : null;
  const single = new Set(model.signature.inputs.filter(({ width }) => width === 1).map(({ name }) => name));
  const columns = slots.map((slot, i): Column => {
    const name = names?.[i] ?? (single.has(slot.input) ? slot.input : `${slot.input}[${slot.slot}]`);
    return isText(slot.type)
      ? { kind: 'categorical', name, role: 'feature', codes: Int32Array.of(-1), labels: [] }
      : { kind: 'numeric', name, role: 'feature', values: Float64Array.of(NaN), integer: false };
  });
  return { name: 'no table', nRows: 1, columns };
}
