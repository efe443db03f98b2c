import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { relativeDifference } from '#/testing/model-golden';
import { composeMaps, featureMapFromMatrix, normaliseMap } from './map-matrix';
import { meanAbsolute, rawFromEngineered } from './raw-from-engineered';

/** A file of `golden/`, as reference/goldens/feature_map.py writes it. */
interface MapGolden {
  readonly rawNames: readonly string[];
  readonly engineeredNames: readonly string[];
  /** [raw][engineered], multiplied in order. */
  readonly maps: readonly (readonly (readonly number[])[])[];
  /** [class][row][feature] */
  readonly engineered: readonly (readonly (readonly number[])[])[];
  readonly raw: readonly (readonly (readonly number[])[])[];
  readonly rawGlobal: readonly number[];
  readonly globalOnly: readonly number[];
  readonly rawGlobalOnly: readonly number[];
  readonly tolerance: { readonly values: number };
}

const folder = fileURLToPath(new URL('golden', import.meta.url));
const names = readdirSync(folder);
const open = (name: string): MapGolden => JSON.parse(readFileSync(join(folder, name), 'utf8')) as MapGolden;

function mapOf(golden: MapGolden) {
  const last = golden.maps.length - 1;
  const maps = golden.maps.map((matrix, step) =>
    featureMapFromMatrix(matrix, golden.rawNames, step === last ? golden.engineeredNames : golden.rawNames),
  );
  return maps.reduce(composeMaps);
}

describe('raw values equal interpret-community', () => {
  it.each(names)('%s', (name) => {
    const golden = open(name);
    const map = mapOf(golden);
    const nRaw = golden.rawNames.length;
    const shared = name.includes('shared') ? 'spread' : 'refuse';
    const local = golden.engineered.map((rows, output) => {
      const { values, findings } = rawFromEngineered(Float64Array.from(rows.flat()), map, shared);
      expect(relativeDifference(values, golden.raw[output]!.flat())).toBeLessThanOrEqual(golden.tolerance.values);
      expect(findings.map(({ code }) => code)).toEqual(shared === 'spread' ? ['shared-columns-spread'] : []);
      return values;
    });
    const global = local.map((values) => meanAbsolute(values, nRaw));
    const overClasses = golden.rawNames.map((_, f) => global.reduce((sum, values) => sum + values[f]!, 0) / global.length);
    expect(relativeDifference(overClasses, golden.rawGlobal)).toBeLessThanOrEqual(golden.tolerance.values);
    const onlyGlobal = rawFromEngineered(Float64Array.from(golden.globalOnly), map, shared);
    expect(relativeDifference(onlyGlobal.values, golden.rawGlobalOnly)).toBeLessThanOrEqual(golden.tolerance.values);
    if (name !== 'lightgbm-one-hot.json') expect(relativeDifference(golden.rawGlobalOnly, golden.rawGlobal)).toBeGreaterThan(1e-3);
  });
});

describe('feature maps', () => {
  const raw = ['a', 'b'];
  const columns = ['p', 'q', 'r'];

  it('gives k equal parents 1/k each', () => {
    const map = normaliseMap(
      featureMapFromMatrix(
        [
          [5, 0, 3],
          [5, 2, 0],
        ],
        raw,
        columns,
      ),
    );
    expect([...map.starts]).toEqual([0, 2, 3, 4]);
    expect([...map.weights]).toEqual([0.5, 0.5, 1, 1]);
    expect([...map.raws]).toEqual([0, 1, 1, 0]);
  });

  it('keeps the sum of a row, and NaN', () => {
    const map = featureMapFromMatrix(
      [
        [1, 0, 1],
        [0, 1, 0],
      ],
      raw,
      columns,
    );
    const { values } = rawFromEngineered(Float64Array.of(1, 2, 4, NaN, 3, 1), map);
    expect([...values]).toEqual([5, 2, NaN, 3]);
  });

  it('refuses negative shares, other shapes, and values without a raw feature', () => {
    expect(() =>
      featureMapFromMatrix(
        [
          [1, 0, -1],
          [0, 1, 0],
        ],
        raw,
        columns,
      ),
    ).toThrow('has the entry -1 where "a" meets "r"');
    expect(() =>
      featureMapFromMatrix(
        [
          [1, 0, NaN],
          [0, 1, 0],
        ],
        raw,
        columns,
      ),
    ).toThrow('has the entry NaN');
    expect(() =>
      featureMapFromMatrix(
        [
          [1, 0],
          [0, 1],
        ],
        raw,
        columns,
      ),
    ).toThrow('need 2 lines of 3');
    const map = featureMapFromMatrix(
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      raw,
      columns,
    );
    expect([...rawFromEngineered(Float64Array.of(1, 2, 0), map).values]).toEqual([1, 2]);
    expect(() => rawFromEngineered(Float64Array.of(1, 2, 0.1), map)).toThrow('Column "r" belongs to no raw feature');
    expect(() => rawFromEngineered(Float64Array.of(1, 2), map)).toThrow('are no rows of 3 columns');
  });

  it('refuses columns of several raw features unless they are spread', () => {
    const map = featureMapFromMatrix(
      [
        [1, 0, 1],
        [0, 1, 3],
      ],
      raw,
      columns,
    );
    expect(() => rawFromEngineered(Float64Array.of(1, 2, 4), map)).toThrow('1 column is made of several raw features (r)');
    expect([...rawFromEngineered(Float64Array.of(1, 2, 4), map, 'spread').values]).toEqual([2, 5]);
  });

  it('multiplies steps', () => {
    const first = featureMapFromMatrix(
      [
        [1, 0],
        [1, 1],
      ],
      raw,
      ['m', 'n'],
    );
    const second = featureMapFromMatrix(
      [
        [1, 0, 2],
        [0, 1, 1],
      ],
      ['m', 'n'],
      columns,
    );
    const map = composeMaps(first, second);
    expect([...map.weights]).toEqual([1, 1, 1, 2, 3]);
    expect(() => composeMaps(second, first)).toThrow('ends in 3 columns, the second starts from 2');
  });
});
