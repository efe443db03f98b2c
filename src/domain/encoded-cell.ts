import type { FeatureSchema } from '#/domain/model';

/** An encoded value as a person reads it. 0, false and the empty label are values; only NaN is missing. */
export function decodeCell(schema: FeatureSchema, value: number): string | number | boolean | null {
  if (Number.isNaN(value)) return null;
  switch (schema.kind) {
    case 'numeric':
      return value;
    case 'categorical':
      return schema.labels[value] ?? String(value);
    case 'boolean':
      return value === 1;
    case 'datetime':
      return new Date(value).toISOString();
    default:
      return schema.kind satisfies never;
  }
}

/** Encoded values with edits on top: a missing edit is null. Edits of features that do not exist are left out. */
export function applyEdits(encoded: Float64Array, edits: Readonly<Record<string, number | null>>): Float64Array<ArrayBuffer> {
  const values = Float64Array.from(encoded);
  for (const [key, value] of Object.entries(edits)) {
    const feature = Number(key);
    if (Number.isInteger(feature) && feature >= 0 && feature < values.length) values[feature] = value ?? NaN;
  }
  return values;
}

/** The edits that lead from one row to another: what a kept point brings back. */
export function editsBetween(encoded: Float64Array, values: Float64Array): Record<string, number | null> {
  const edits: Record<string, number | null> = {};
  for (let f = 0; f < encoded.length; f++) {
    const value = values[f] ?? NaN;
    if (Object.is(value, encoded[f]) || value === encoded[f]) continue;
    edits[String(f)] = Number.isNaN(value) ? null : value;
  }
  return edits;
}
