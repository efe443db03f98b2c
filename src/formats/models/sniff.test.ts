import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { ImportItem } from '#/formats/draft';
import { readDrop } from '#/formats/import-doctor';

const REFUSED = new URL('golden/refused/', import.meta.url);
const { files } = JSON.parse(readFileSync(new URL('index.json', REFUSED), 'utf8')) as {
  readonly files: readonly { readonly file: string; readonly is: string }[];
};

async function itemOf(bytes: Uint8Array<ArrayBuffer>, path = 'unknown'): Promise<ImportItem> {
  const draft = await readDrop([{ path, bytes }]);
  expect(draft.items).toHaveLength(1);
  expect([draft.study, draft.table, draft.model]).toEqual([null, null, null]);
  return draft.items[0]!;
}

/** By file name without the leading x-. */
const EXPECTED: Readonly<Record<string, readonly [string, RegExp | null]>> = {
  'unknown-operator.onnx': ['ONNX model', null],
  'map-input.onnx': ['ONNX model', null],
  'pickle.joblib': ['Python pickle', /to_onnx/],
  'pickle.pkl': ['Python pickle', /to_onnx/],
  'catboost.cbm': ['CatBoost model (cbm)', /save_model/],
  'array.npy': ['numpy array', /to_csv/],
  'object-array.npy': ['numpy array', /to_csv/],
};

describe.each(files.map(({ file, is }) => [file, is] as const))('%s (%s)', (file) => {
  it('is named under any name, with what to do', async () => {
    const bytes = new Uint8Array(readFileSync(new URL(file, REFUSED)));
    const item = await itemOf(bytes);
    expect(item.error?.message).toBeTruthy();
    expect(item.error?.hint).toBeTruthy();
    const expected = EXPECTED[file.replace(/^x-/, '')];
    if (expected === undefined) return;
    expect(item.recognisedAs).toBe(expected[0]);
    expect(item.status).toBe('unsupported');
    if (expected[1] !== null) expect(item.error?.code).toMatch(expected[1]);
  });
});

it('says that a model is cut off when its name claims to be one', async () => {
  const bytes = new Uint8Array(readFileSync(new URL('x-truncated.onnx', REFUSED)));
  expect(await itemOf(bytes, 'model.onnx')).toMatchObject({
    recognisedAs: 'ONNX model',
    status: 'broken',
    error: { tag: 'UnreadableFile' },
  });
});

const ascii = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (c) => c.charCodeAt(0));
const zip = (names: readonly string[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(zipSync(Object.fromEntries(names.map((name) => [name, ascii('x')]))));

describe('made-up files', () => {
  it.each([
    ['Python pickle (joblib)', new Uint8Array(deflateSync(Uint8Array.from({ length: 400 }, (_, i) => (i * 7919) & 255)))],
    ['Parquet table', ascii('PAR1\u0015\u0004PAR1')],
    ['Arrow or Feather table', ascii('ARROW1\0\0')],
    ['HDF5 file (Keras)', ascii('\u0089HDF\r\n\u001a\n')],
    ['PMML model', ascii('<?xml version="1.0"?>\n<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"></PMML>')],
    ['XGBoost model (old binary)', ascii('binf\0\0\0\u003f')],
    ['TensorFlow Lite model', ascii('\u001c\0\0\0TFL3')],
    ['safetensors weights', ascii('\u0010\0\0\0\0\0\0\0{"a":{"dtype":"F32"}}')],
    ['PyTorch model', zip(['archive/data.pkl', 'archive/version'])],
    ['Keras model', zip(['metadata.json', 'config.json', 'model.weights.h5'])],
    ['skops model', zip(['schema.json', '140219.npy'])],
    ['numpy archive (npz)', zip(['values.npy', 'base_values.npy'])],
    ['Excel workbook', zip(['[Content_Types].xml', 'xl/workbook.xml'])],
    ['XGBoost dump (JSON)', ascii('[{"nodeid":0,"leaf":0.5}]')],
    ['alibi explanation', ascii('{"meta":{"name":"KernelShap","explanations":["local"]},"data":{}}')],
    ['InterpretML EBM model (JSON)', ascii('{"version":"1.0","ebm":{}}')],
    ['responsible-AI dashboard (JSON)', ascii('{"task_type":"regression","features":[[1]],"feature_names":["a"]}')],
    ['not recognised', ascii('{"hello":1}')],
    ['not recognised', ascii('Dear reader,\nthis is no table.\n')],
  ])('are known as %s', async (recognisedAs, bytes) => {
    const item = await itemOf(bytes);
    expect(item).toMatchObject({ recognisedAs, status: 'unsupported' });
    expect(item.error?.hint).toBeTruthy();
  });
});
