import type { NumericValues } from '#/domain/table';

/**
 * The narrowest array that holds every value exactly: u8, i32, f32 or f64. Missing (NaN) needs a float.
 * @param values - not modified; returned itself when nothing narrower fits
 */
export function narrowNumbers(values: Float64Array): { readonly values: NumericValues; readonly integer: boolean } {
  let integer = true;
  let exactInt32 = true;
  let exactFloat32 = true;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      exactInt32 = false;
      continue;
    }
    if (!Number.isInteger(value)) integer = false;
    if ((value | 0) !== value || Object.is(value, -0)) exactInt32 = false;
    if (Math.fround(value) !== value) exactFloat32 = false;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const narrow = exactInt32
    ? low >= 0 && high <= 255
      ? Uint8Array.from(values)
      : Int32Array.from(values)
    : exactFloat32
      ? Float32Array.from(values)
      : values;
  return { values: narrow, integer };
}
