/** Names files that Limpid knows but cannot open (yet), by content, and says what to do instead. Nothing is executed or unpacked. */
import type { PlainError } from '#/base/errors';
import { listZip, looksLikeZip } from '#/formats/archive';
import { peekText } from '#/formats/decode-text';
import {
  ARRAY_TO_CSV,
  CATBOOST_TO_JSON,
  DATAFRAME_TO_CSV,
  KERAS_TO_ONNX,
  SAVE_EXPLANATION,
  SKLEARN_TO_ONNX,
  TORCH_TO_ONNX,
  XGBOOST_TO_JSON,
} from '#/formats/models/export-lines';

export interface Recognised {
  readonly recognisedAs: string;
  readonly error: PlainError;
}

interface Known {
  readonly recognisedAs: string;
  readonly message: string;
  readonly hint: string;
  readonly code?: string;
}

const PICKLE_HINT =
  'Pickles run code when they are read, so Limpid never opens them. Export the model to ONNX, or save the explanation, with these lines.';
/** A pickle may hold either. */
const PICKLE_LINES = `${SKLEARN_TO_ONNX}

# or, for an explanation:
${SAVE_EXPLANATION}`;
const ONNX_HINT = 'Export it to ONNX with these lines and drop it together with a table.';

const KNOWN = {
  pickle: { recognisedAs: 'Python pickle', message: 'This is a Python pickle.', hint: PICKLE_HINT, code: PICKLE_LINES },
  joblib: {
    recognisedAs: 'Python pickle (joblib)',
    message: 'This is a compressed Python pickle.',
    hint: PICKLE_HINT,
    code: PICKLE_LINES,
  },
  skops: { recognisedAs: 'skops model', message: 'This is a scikit-learn model saved with skops.', hint: ONNX_HINT, code: SKLEARN_TO_ONNX },
  pmml: {
    recognisedAs: 'PMML model',
    message: 'This is a PMML model.',
    hint: 'Export the original model to ONNX with these lines.',
    code: SKLEARN_TO_ONNX,
  },
  xgboostDump: {
    recognisedAs: 'XGBoost dump (JSON)',
    message: 'This is a dump of XGBoost trees, without the objective and the base score.',
    hint: 'Save the model itself with save_model and drop it together with a table.',
    code: XGBOOST_TO_JSON,
  },
  xgboostBinary: {
    recognisedAs: 'XGBoost model (old binary)',
    message: 'This is an XGBoost model in its old binary format, which XGBoost itself has given up.',
    hint: 'Save it as JSON with these lines and drop it together with a table.',
    code: XGBOOST_TO_JSON,
  },
  catboostBinary: {
    recognisedAs: 'CatBoost model (cbm)',
    message: 'This is a CatBoost model in its binary format.',
    hint: 'Save it as JSON with these lines and drop it together with a table.',
    code: CATBOOST_TO_JSON,
  },
  torch: { recognisedAs: 'PyTorch model', message: 'This is a PyTorch file with a pickle inside.', hint: ONNX_HINT, code: TORCH_TO_ONNX },
  hdf5: {
    recognisedAs: 'HDF5 file (Keras)',
    message: 'This is an HDF5 file, as old Keras models are.',
    hint: ONNX_HINT,
    code: KERAS_TO_ONNX,
  },
  keras: { recognisedAs: 'Keras model', message: 'This is a Keras model.', hint: ONNX_HINT, code: KERAS_TO_ONNX },
  tflite: { recognisedAs: 'TensorFlow Lite model', message: 'This is a TensorFlow Lite model.', hint: ONNX_HINT, code: KERAS_TO_ONNX },
  safetensors: { recognisedAs: 'safetensors weights', message: 'These are weights without a model.', hint: ONNX_HINT, code: TORCH_TO_ONNX },
  npy: {
    recognisedAs: 'numpy array',
    message: 'This is a numpy array without column names.',
    hint: 'Save it as CSV with names.',
    code: ARRAY_TO_CSV,
  },
  npz: {
    recognisedAs: 'numpy archive (npz)',
    message: 'This is a numpy archive without column names.',
    hint: 'Save its arrays as CSV with names.',
    code: ARRAY_TO_CSV,
  },
  parquet: { recognisedAs: 'Parquet table', message: 'This is a Parquet table.', hint: 'Save it as CSV.', code: DATAFRAME_TO_CSV },
  arrow: {
    recognisedAs: 'Arrow or Feather table',
    message: 'This is an Arrow table.',
    hint: 'Save it as CSV.',
    code: DATAFRAME_TO_CSV.replace('read_parquet("table.parquet")', 'read_feather("table.feather")'),
  },
  excel: {
    recognisedAs: 'Excel workbook',
    message: 'This is an Excel workbook.',
    hint: 'Save the sheet as CSV.',
    code: DATAFRAME_TO_CSV.replace('read_parquet("table.parquet")', 'read_excel("table.xlsx")'),
  },
  gzip: { recognisedAs: 'gzip file', message: 'This is a gzip file.', hint: 'Unpack it and drop the file inside.' },
} as const satisfies Record<string, Known>;

type UnsupportedKind = keyof typeof KNOWN;

/** The item text and error of a known format that does not open. */
export function describeUnsupported(kind: UnsupportedKind, path: string): Recognised {
  const { recognisedAs, message, hint, ...rest } = KNOWN[kind];
  const code = 'code' in rest ? { code: rest.code } : {};
  return { recognisedAs, error: { tag: 'UnsupportedFile', message, hint, place: { file: path }, ...code } };
}

function startsWith(bytes: Uint8Array, signature: string, offset = 0): boolean {
  for (let i = 0; i < signature.length; i++) if (bytes[offset + i] !== signature.charCodeAt(i)) return false;
  return true;
}

function isPickle(bytes: Uint8Array): boolean {
  const protocol = bytes[1] ?? 0;
  return bytes[0] === 0x80 && protocol >= 2 && protocol <= 5;
}

/** zlib streams, which joblib writes without any other mark; text that starts with "x^" has no binary bytes. */
function isZlib(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x78 || ![0x01, 0x5e, 0x9c, 0xda].includes(bytes[1] ?? 0)) return false;
  return bytes.subarray(2, 130).some((byte) => byte >= 0x80 || byte < 9);
}

/** Binary formats by signature; null when none fits. */
export function sniffBinary(bytes: Uint8Array): UnsupportedKind | null {
  if (isPickle(bytes)) return 'pickle';
  if (startsWith(bytes, '\u0093NUMPY')) return 'npy';
  if (startsWith(bytes, 'PAR1')) return 'parquet';
  if (startsWith(bytes, 'ARROW1') || startsWith(bytes, 'FEA1')) return 'arrow';
  if (startsWith(bytes, '\u0089HDF\r\n')) return 'hdf5';
  if (startsWith(bytes, 'CBM1')) return 'catboostBinary';
  if (startsWith(bytes, 'binf') || startsWith(bytes, 'bs64')) return 'xgboostBinary';
  if (startsWith(bytes, 'TFL3', 4)) return 'tflite';
  if (startsWith(bytes, '{"', 8) && (bytes[7] ?? 1) === 0 && (bytes[6] ?? 1) === 0) return 'safetensors';
  if (startsWith(bytes, '\u00d0\u00cf\u0011\u00e0')) return 'excel';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (isZlib(bytes) || startsWith(bytes, '\u00fd7zXZ') || startsWith(bytes, 'BZh') || startsWith(bytes, '\u0004"M\u0018')) return 'joblib';
  if (looksLikeZip(bytes)) return sniffZip(bytes);
  return null;
}

/** Zips that are one file of another program, not a bundle to unpack. */
function sniffZip(bytes: Uint8Array): UnsupportedKind | null {
  let names: readonly string[];
  try {
    names = listZip(bytes, '').map((entry) => entry.name);
  } catch {
    return null;
  }
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) return 'npz';
  if (names.includes('[Content_Types].xml')) return 'excel';
  if (names.some((name) => /(^|\/)data\.pkl$/.test(name))) return 'torch';
  if (names.includes('model.weights.h5')) return 'keras';
  if (
    names.includes('schema.json') &&
    names.every((name) => name === 'schema.json' || /\.(npy|npz|pkl|bin)$/.test(name) || !name.includes('/'))
  )
    return 'skops';
  return null;
}

/** Text formats by their first lines; null when none fits. */
export function sniffText(bytes: Uint8Array): UnsupportedKind | null {
  const head = peekText(bytes, 4096).trimStart();
  if (head.startsWith('<') && /<PMML[\s>]/.test(head)) return 'pmml';
  return null;
}
