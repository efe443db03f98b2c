import type { ExplainedChunk } from '#/explainers/explainer';

/** What stands before the numbers of a stored chunk, as JSON. */
interface Header {
  readonly evaluations: number;
  /** Numbers in each array of a part; null: the part is absent. */
  readonly values: readonly number[];
  readonly errors: readonly number[] | null;
  readonly interactions: readonly number[] | null;
  readonly rules: ExplainedChunk['rules'] | null;
  readonly bases: readonly number[] | null;
  readonly fidelity: readonly number[] | null;
}

/** JSON has no infinities, and open sides of rules are infinite. */
const INFINITY = '∞';

/** A finished chunk: [bytes of the header, header as JSON padded to 8 bytes, float64 numbers]. Private to the chunk cache. */
export function chunkBytes(chunk: ExplainedChunk): Uint8Array<ArrayBuffer> {
  const parts = [
    chunk.values,
    chunk.standardErrors ?? [],
    chunk.interactions ?? [],
    chunk.rowBaseValues ?? [],
    chunk.localFidelity ?? [],
  ].flat();
  const lengths = (arrays: readonly Float64Array[] | null | undefined): number[] | null => arrays?.map(({ length }) => length) ?? null;
  const header: Header = {
    evaluations: chunk.evaluations,
    values: lengths(chunk.values) ?? [],
    errors: lengths(chunk.standardErrors),
    interactions: lengths(chunk.interactions),
    rules: chunk.rules ?? null,
    bases: lengths(chunk.rowBaseValues),
    fidelity: lengths(chunk.localFidelity),
  };
  const text = new TextEncoder().encode(
    JSON.stringify(header, (_key, value: unknown) => (value === Infinity ? INFINITY : value === -Infinity ? `-${INFINITY}` : value)),
  );
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + 8 * parts.reduce((sum, { length }) => sum + length, 0));
  new DataView(bytes.buffer).setFloat64(0, text.length, true);
  bytes.set(text, 8);
  const numbers = new Float64Array(bytes.buffer, start);
  let at = 0;
  for (const part of parts) {
    numbers.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function chunkFromBytes(stored: Uint8Array<ArrayBuffer>): ExplainedChunk {
  const bytes = stored.slice();
  const size = new DataView(bytes.buffer).getFloat64(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + size)), (_key, value: unknown) =>
    value === INFINITY ? Infinity : value === `-${INFINITY}` ? -Infinity : value,
  ) as Header;
  const numbers = new Float64Array(bytes.buffer, 8 + Math.ceil(size / 8) * 8);
  let at = 0;
  const take = (lengths: readonly number[]): Float64Array[] => lengths.map((length) => numbers.slice(at, (at += length)));
  return {
    evaluations: header.evaluations,
    values: take(header.values),
    standardErrors: header.errors === null ? null : take(header.errors),
    ...(header.interactions === null ? {} : { interactions: take(header.interactions) }),
    ...(header.rules ? { rules: header.rules } : {}),
    ...(header.bases === null ? {} : { rowBaseValues: take(header.bases) }),
    ...(header.fidelity === null ? {} : { localFidelity: take(header.fidelity) }),
  };
}
