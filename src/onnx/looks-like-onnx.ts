/**
 * A structural check of the protobuf wire format of ONNX's ModelProto: no allocation, no parsing of the graph.
 * ONNX has no magic bytes, so every top-level field must be one of the message, with its wire type and inside the
 * file, and the graph (field 7) must itself start with fields of GraphProto.
 */
const VARINT = 0;
const LENGTH = 2;

/** Field number -> wire type, ModelProto. */
const MODEL_FIELDS = new Map([
  [1, VARINT],
  [2, LENGTH],
  [3, LENGTH],
  [4, LENGTH],
  [5, VARINT],
  [6, LENGTH],
  [7, LENGTH],
  [8, LENGTH],
  [14, LENGTH],
  [20, LENGTH],
  [25, LENGTH],
  [26, LENGTH],
]);

/** All fields of GraphProto are length-delimited. */
const GRAPH_FIELDS = new Set([1, 2, 5, 10, 11, 12, 13, 14, 15, 16]);
const MODEL_IR_VERSION = 1;
const MODEL_GRAPH = 7;
const MAX_IR_VERSION = 1000;

interface Field {
  readonly number: number;
  readonly wire: number;
  /** Varint value, or the length of the payload. */
  readonly value: number;
  /** First byte behind the tag and varint. */
  readonly start: number;
}

/** Next field at `at`; null when the bytes are no field that ONNX uses. */
function readField(bytes: Uint8Array, at: number, end: number): Field | null {
  const tag = readVarint(bytes, at, end);
  if (tag === null) return null;
  const value = readVarint(bytes, tag.next, end);
  if (value === null) return null;
  const wire = tag.value % 8;
  if (wire !== VARINT && wire !== LENGTH) return null;
  if (wire === LENGTH && value.value > end - value.next) return null;
  return { number: Math.floor(tag.value / 8), wire, value: value.value, start: value.next };
}

function readVarint(bytes: Uint8Array, at: number, end: number): { value: number; next: number } | null {
  let value = 0;
  let scale = 1;
  for (let i = at; i < Math.min(end, bytes.length) && i < at + 10; i++) {
    const byte = bytes[i]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next: i + 1 };
    scale *= 128;
  }
  return null;
}

/** The first fields of a graph: at most 16 are looked at. */
function looksLikeGraph(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let i = 0; i < 16 && at < end; i++) {
    const field = readField(bytes, at, end);
    if (field?.wire !== LENGTH || !GRAPH_FIELDS.has(field.number)) return false;
    at = field.start + field.value;
  }
  return end > start;
}

/**
 * Whether the bytes have the structure of an ONNX model: true for complete files only.
 * @param bytes - the whole file; not modified
 * @returns true when every top-level field fits ModelProto, an IR version and a graph are there. O(number of top-level fields).
 */
export function looksLikeOnnx(bytes: Uint8Array): boolean {
  let at = 0;
  let hasVersion = false;
  let hasGraph = false;
  while (at < bytes.length) {
    const field = readField(bytes, at, bytes.length);
    if (field === null || MODEL_FIELDS.get(field.number) !== field.wire) return false;
    if (field.number === MODEL_IR_VERSION) {
      if (field.value < 1 || field.value > MAX_IR_VERSION) return false;
      hasVersion = true;
    }
    if (field.number === MODEL_GRAPH) {
      if (!looksLikeGraph(bytes, field.start, field.start + field.value)) return false;
      hasGraph = true;
    }
    at = field.wire === LENGTH ? field.start + field.value : field.start;
  }
  return hasVersion && hasGraph;
}

/**
 * Whether the bytes begin like an ONNX model whose end is missing: the graph starts but runs past the end of the file.
 * Meant for a better error than "not recognised"; complete models give false.
 * @param bytes - the file; not modified
 */
export function looksLikeTruncatedOnnx(bytes: Uint8Array): boolean {
  let at = 0;
  let hasVersion = false;
  for (let i = 0; i < 16 && at < bytes.length; i++) {
    const field = readField(bytes, at, Infinity);
    if (field === null || MODEL_FIELDS.get(field.number) !== field.wire) return false;
    if (field.number === MODEL_IR_VERSION) hasVersion = field.value >= 1 && field.value <= MAX_IR_VERSION;
    if (field.number === MODEL_GRAPH) {
      const inner = readField(bytes, field.start, Infinity);
      return hasVersion && field.start + field.value > bytes.length && inner?.wire === LENGTH && GRAPH_FIELDS.has(inner.number);
    }
    at = field.wire === LENGTH ? field.start + field.value : field.start;
  }
  return false;
}
