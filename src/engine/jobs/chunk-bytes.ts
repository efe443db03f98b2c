import type { ExplainedChunk } from '#/explainers/explainer';

/** A finished chunk as float64: [evaluations, has errors, values..., errors...]. Private to the chunk cache. */
export function chunkBytes(chunk: ExplainedChunk): Uint8Array<ArrayBuffer> {
  const arrays = [...chunk.values, ...(chunk.standardErrors ?? [])];
  const out = new Float64Array(2 + arrays.reduce((sum, array) => sum + array.length, 0));
  out[0] = chunk.evaluations;
  out[1] = chunk.standardErrors === null ? 0 : 1;
  let at = 2;
  for (const array of arrays) {
    out.set(array, at);
    at += array.length;
  }
  return new Uint8Array(out.buffer);
}

/** @param length - numbers per output: rows of the chunk times features */
export function chunkFromBytes(bytes: Uint8Array<ArrayBuffer>, nOutputs: number, length: number): ExplainedChunk {
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  const take = (from: number): Float64Array[] =>
    Array.from({ length: nOutputs }, (_, k) => all.slice(2 + (from + k) * length, 2 + (from + k + 1) * length));
  return { evaluations: all[0]!, values: take(0), standardErrors: all[1] === 1 ? take(nOutputs) : null };
}
