import { LimpidError } from '#/base/errors';
import type { EncodedRows, FeatureSchema, InputBinding, ModelInput } from '#/domain/model';
import { Tensor } from './runtime';

/** A tensor of one input for a fixed number of rows; `fill` overwrites it. */
export interface InputBuffer {
  readonly name: string;
  readonly tensor: Tensor;
  /** Copies rows [start, start + nRows) of `rows` (not modified) into the tensor. @throws LimpidError `ModelFailed` */
  fill(rows: EncodedRows, start: number): void;
}

/** Writes a cell number into slot `index` of the tensor. */
type Put = (index: number, value: number, feature: FeatureSchema, row: number) => void;

/** Text that a string input receives: labels, `True`/`False`, ISO times, numbers as pandas writes them. */
export function textOfCell(feature: FeatureSchema, value: number): string {
  if (Number.isNaN(value)) return feature.missingText;
  switch (feature.kind) {
    case 'categorical':
      return feature.labels[Math.round(value)] ?? feature.missingText;
    case 'boolean':
      return value === 1 ? 'True' : 'False';
    case 'datetime':
      return new Date(value).toISOString();
    case 'numeric':
      return Number.isInteger(value) && !feature.integer ? value.toFixed(1) : String(value);
    default:
      return feature.kind satisfies never;
  }
}

function refuseMissing(feature: FeatureSchema, row: number, input: ModelInput): never {
  throw new LimpidError({
    tag: 'ModelFailed',
    message: `"${feature.name}" has no value in row ${row}, but the model takes ${input.type === 'bool' ? 'true or false' : 'whole numbers'} there (input "${input.name}").`,
    hint: 'Fill the missing cells, leave those rows out, or export the model with a float input and an imputer.',
    place: { at: `row ${row}` },
  });
}

function makeTensor(
  input: ModelInput,
  nRows: number,
  width: number,
): { tensor: Tensor; put: Put; floats: Float32Array | Float64Array | null } {
  const dims = input.rank === 1 ? [nRows] : [nRows, width];
  const size = nRows * width;
  switch (input.type) {
    case 'float': {
      const data = new Float32Array(size);
      return { tensor: new Tensor('float32', data, dims), floats: data, put: (index, value) => (data[index] = value) };
    }
    case 'double': {
      const data = new Float64Array(size);
      return { tensor: new Tensor('float64', data, dims), floats: data, put: (index, value) => (data[index] = value) };
    }
    case 'string': {
      const data = new Array<string>(size).fill('');
      return {
        tensor: new Tensor('string', data, dims),
        floats: null,
        put: (index, value, feature) => (data[index] = textOfCell(feature, value)),
      };
    }
    case 'int64': {
      const data = new BigInt64Array(size);
      // Halves instead of BigInt objects: little-endian, as WebAssembly is.
      const halves = new Int32Array(data.buffer);
      const put: Put = (index, value, feature, row) => {
        if (!Number.isFinite(value)) refuseMissing(feature, row, input);
        const whole = Math.round(value);
        halves[2 * index] = whole >>> 0;
        halves[2 * index + 1] = Math.floor(whole / 4294967296);
      };
      return { tensor: new Tensor('int64', data, dims), floats: null, put };
    }
    case 'int32': {
      const data = new Int32Array(size);
      const put: Put = (index, value, feature, row) => {
        if (!Number.isFinite(value)) refuseMissing(feature, row, input);
        data[index] = Math.round(value);
      };
      return { tensor: new Tensor('int32', data, dims), floats: null, put };
    }
    case 'bool': {
      const data = new Uint8Array(size);
      const put: Put = (index, value, feature, row) => {
        if (Number.isNaN(value)) refuseMissing(feature, row, input);
        data[index] = value !== 0 ? 1 : 0;
      };
      return { tensor: new Tensor('bool', data, dims), floats: null, put };
    }
    default:
      return input.type satisfies never;
  }
}

/**
 * A reusable tensor for one model input.
 *
 * Float inputs receive values (codes of categories, NaN where missing), integer inputs the nearest whole number,
 * string inputs labels or the feature's missing text, datetimes milliseconds since the epoch.
 * @param features - schema of the encoded rows; `binding.features` are positions in it, one per slot
 * @throws LimpidError `InconsistentData` when the binding does not fill the input's slots
 */
export function createInputBuffer(
  input: ModelInput,
  binding: InputBinding,
  features: readonly FeatureSchema[],
  nRows: number,
): InputBuffer {
  const width = binding.features.length;
  const schemas = binding.features.map((feature) => features[feature]);
  if ((input.width !== null && input.width !== width) || schemas.includes(undefined)) {
    throw new LimpidError({
      tag: 'InconsistentData',
      message: `Input "${input.name}" takes ${input.width ?? 'some'} columns, but ${width} are bound to it.`,
      hint: 'Choose a column for each slot on the import card.',
    });
  }
  const { tensor, put, floats } = makeTensor(input, nRows, width);
  const isWhole = width === features.length && binding.features.every((feature, slot) => feature === slot);
  if (floats !== null && isWhole) {
    return { name: input.name, tensor, fill: (rows, start) => floats.set(rows.values.subarray(start * width, (start + nRows) * width)) };
  }
  return {
    name: input.name,
    tensor,
    fill(rows, start) {
      for (let slot = 0; slot < width; slot++) {
        const feature = binding.features[slot]!;
        const schema = schemas[slot]!;
        let at = start * rows.nFeatures + feature;
        for (let row = 0; row < nRows; row++, at += rows.nFeatures) put(row * width + slot, rows.values[at]!, schema, start + row);
      }
    },
  };
}
