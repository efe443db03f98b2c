/** scipy's compressed sparse rows as JSON writes them: [data, indices, indptr, [rows, columns]]. */
import { inconsistent, unsupported } from '#/formats/format-errors';
import type { NumberArray } from '#/formats/json-shape';
import { isArray, toNumberArray } from '#/formats/json-shape';

/** Dense cells that a sparse block may unfold to (512 MB of float64). */
const MAX_CELLS = 2 ** 26;

export function looksLikeCsr(value: unknown): value is readonly [unknown, unknown, unknown, readonly [number, number]] {
  if (!isArray(value) || value.length !== 4) return false;
  const shape = value[3];
  return (
    isArray(shape) &&
    shape.length === 2 &&
    shape.every(Number.isInteger) &&
    value.slice(0, 3).every((part) => isArray(part) && !isArray(part[0])) &&
    (value[2] as readonly unknown[]).length === (shape[0] as number) + 1
  );
}

/**
 * Unfolded to dense rows; cells that are not stored are 0, as in the model's input.
 * @throws LimpidError `InconsistentData` (pointers do not fit) | `UnsupportedFile` (too large when dense)
 */
export function unfoldCsr(value: readonly [unknown, unknown, unknown, readonly [number, number]], file: string, path: string): NumberArray {
  const [nRows, nColumns] = value[3];
  if (nRows < 0 || nColumns < 0 || nRows * nColumns > MAX_CELLS) {
    throw unsupported(`The sparse block has ${nRows} × ${nColumns} cells, more than can be unfolded.`, {
      file,
      at: path,
      hint: 'Save fewer rows or features.',
    });
  }
  const { data } = toNumberArray(value[0], file, `${path}[0]`, 1);
  const indices = toNumberArray(value[1], file, `${path}[1]`, 1).data;
  const starts = toNumberArray(value[2], file, `${path}[2]`, 1).data;
  const dense = new Float64Array(nRows * nColumns);
  for (let i = 0; i < nRows; i++) {
    const [start, end] = [starts[i]!, starts[i + 1]!];
    if (!(start >= 0 && start <= end && end <= data.length && end <= indices.length)) {
      throw inconsistent(`The row pointers of the sparse block are damaged at row ${i}.`, { file, at: `${path}[2]` });
    }
    for (let k = start; k < end; k++) {
      const column = indices[k]!;
      if (!(Number.isInteger(column) && column >= 0 && column < nColumns)) {
        throw inconsistent(`The sparse block refers to column ${column} of ${nColumns}.`, { file, at: `${path}[1]` });
      }
      dense[i * nColumns + column]! += data[k]!;
    }
  }
  return { shape: [nRows, nColumns], data: dense };
}
