import type { FeatureSchema, InputBinding } from '#/domain/model';
import type { Column } from '#/domain/table';
import type { CardSlot } from '#/formats/draft';

export function describeFeature(column: Column, index: number): FeatureSchema {
  return {
    name: column.name,
    kind: column.kind,
    integer: column.kind === 'numeric' && column.integer,
    labels: column.kind === 'categorical' ? column.labels : [],
    missingText: column.kind === 'categorical' ? (column.missingText ?? '') : '',
    column: index,
  };
}

/** One feature a column, in slot order; a column that fills two slots is one feature in both. */
export function bindSlots(
  slots: readonly CardSlot[],
  columns: readonly Column[],
): { readonly features: readonly FeatureSchema[]; readonly bindings: readonly InputBinding[] } {
  const features: FeatureSchema[] = [];
  const featureOf = new Map<number, number>();
  const bindings = new Map<string, number[]>();
  for (const { input, column } of slots) {
    if (column === null) continue;
    let feature = featureOf.get(column);
    if (feature === undefined) {
      feature = features.length;
      featureOf.set(column, feature);
      features.push(describeFeature(columns[column]!, column));
    }
    const bound = bindings.get(input) ?? [];
    bound.push(feature);
    bindings.set(input, bound);
  }
  return { features, bindings: Array.from(bindings, ([input, bound]) => ({ input, features: bound })) };
}
