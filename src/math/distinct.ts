/**
 * How many different values there are; NaN is not a value, -0 equals 0. Open addressing over the bits: O(n).
 * @param values - not modified
 */
export function countDistinct(values: Float64Array): number {
  let size = 1024;
  let table = new Float64Array(size).fill(NaN);
  const cell = new Float64Array(1);
  const words = new Int32Array(cell.buffer);
  let distinct = 0;
  const place = (value: number): number => {
    cell[0] = value;
    let slot = Math.imul(words[0]! ^ Math.imul(words[1]!, 0x85ebca6b), 0x9e3779b1);
    slot = (slot ^ (slot >>> 15)) & (size - 1);
    while (table[slot]! !== value && !Number.isNaN(table[slot]!)) slot = (slot + 1) & (size - 1);
    return slot;
  };
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! + 0;
    if (Number.isNaN(value)) continue;
    const slot = place(value);
    if (table[slot] === value) continue;
    table[slot] = value;
    distinct++;
    if (distinct * 2 > size) {
      const old = table;
      size *= 4;
      table = new Float64Array(size).fill(NaN);
      for (const kept of old) if (!Number.isNaN(kept)) table[place(kept)] = kept;
    }
  }
  return distinct;
}
