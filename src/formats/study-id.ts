import type { StudyId } from '#/domain/ids';
import type { Table } from '#/domain/table';
import { crc32 } from '#/formats/crc32';

/** File name without folders and without its (or a double) extension. */
export function baseName(path: string): string {
  const name = path.split('/').at(-1) ?? path;
  return name.replace(/(\.(csv|tsv|txt|json|onnx|limpid|zip|interpret))+$/i, '') || name;
}

/**
 * An id that says what the study is and stays the same when the same files are opened again: a slug of the name and
 * a checksum of the table's names, its first columns and the model.
 */
export function makeStudyId(name: string, table: Table, model: Uint8Array | null): StudyId {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  let checksum = crc32(new TextEncoder().encode(`${table.nRows} ${table.columns.map((column) => column.name).join('\n')}`));
  for (const column of table.columns.slice(0, 3)) {
    const values = column.kind === 'categorical' ? column.codes : column.values;
    checksum ^= crc32(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  if (model !== null) checksum ^= crc32(model);
  return `${slug === '' ? 'study' : slug}-${(checksum >>> 0).toString(16).padStart(8, '0')}` as StudyId;
}
