import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listZip, readZipEntry } from '#/formats/archive';
import { npyFile, parseNpy, writeNpy } from '#/formats/npy';
import { explainResult, outputNames } from '#/formats/results/explain-result';
import { explainToJson, predictToJson } from '#/formats/results/json-result';
import { explainToNpz, predictToNpz, textArray } from '#/formats/results/npz-result';
import { predictResult, predictToCsv } from '#/formats/results/predict-result';
import type { Explanation } from '#/domain/explanation';
import { allocateBlocks } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import { buildStudy, type BuildStudyOptions } from '#/testing/build-study';

interface Golden {
  readonly arrays: Readonly<Record<string, { readonly descr: string; readonly shape: readonly number[]; readonly body: string }>>;
}
const golden = JSON.parse(readFileSync(new URL('golden/arrays.json', import.meta.url), 'utf8')) as Golden;

/** Type, shape and bytes of an array in the npy format, version 1.0. */
function opened(bytes: Uint8Array): Golden['arrays'][string] {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  const header = new TextDecoder().decode(bytes.subarray(10, 10 + length));
  expect((10 + length) % 64).toBe(0);
  expect(header.endsWith('\n')).toBe(true);
  const [, descr, shape] = /^\{'descr': '([^']+)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/.exec(header)!;
  return {
    descr: descr!,
    shape: shape!
      .split(',')
      .filter((part) => part.trim() !== '')
      .map(Number),
    body: Buffer.from(bytes.subarray(10 + length)).toString('hex'),
  };
}

describe('arrays as numpy.save writes them', () => {
  it('texts', () => {
    expect(opened(textArray(['age', 'größe', 'a\u{1f600}b', '']))).toEqual(golden.arrays.texts);
    expect(opened(textArray(['tree-interventional'], []))).toEqual(golden.arrays['one text']);
  });

  it('numbers', () => {
    expect(opened(writeNpy(Float64Array.of(0.1, NaN, -0, 1 / 3, Infinity, 5e-324), [2, 3]))).toEqual(golden.arrays.numbers);
    expect(opened(writeNpy(Float64Array.of(0.25), []))).toEqual(golden.arrays['one number']);
    expect(opened(writeNpy(Int32Array.of(0, 7, -1), [3]))).toEqual(golden.arrays.rows);
    expect(opened(npyFile('<U1', [1], new Uint8Array(4))).descr).toBe('<U1');
  });
});

const PICTURE = `age | job   | p    | p@1 | p@2 | phi:age | phi:job | phi:age@1 | phi:job@1 | phi:age@2 | phi:job@2
  30  | clerk | 0.2  | 0.3 | 0.5 | -0.5    | 0.1     | 1         | 2         | 7         | 8
  ?   | smith | 0.7  | 0.2 | 0.1 | nan     | 0.25    | 3         | 4         | 9         | 10`;

function three(change: Partial<Explanation> = {}, options: BuildStudyOptions = {}): Study {
  return buildStudy(PICTURE, { classes: ['a', 'b', 'c'], base: [0.5, 0.25, 0.125], model: true, explanation: change, ...options });
}

interface Json {
  readonly [key: string]: unknown;
  readonly values: number[][][] | null;
  readonly provenance: Record<string, unknown>;
}

function json(study: Study): Json {
  return JSON.parse(explainToJson(explainResult(study, study.explanations[0]!))) as Json;
}

/** Members of an npz as numbers and texts. */
function members(bytes: Uint8Array): Readonly<Record<string, { shape: readonly number[]; data: readonly unknown[] }>> {
  return Object.fromEntries(
    listZip(bytes, 'x').map((entry): [string, { shape: readonly number[]; data: readonly unknown[] }] => {
      const file = readZipEntry(bytes, entry, 'x');
      const { descr, shape, body } = opened(file);
      if (!descr.startsWith('<U')) return [entry.name, { shape, data: [...parseNpy(file, 'x').data] }];
      const width = 4 * Number(descr.slice(2));
      const raw = Buffer.from(body, 'hex');
      const texts = Array.from({ length: raw.length / width }, (_, i) =>
        Array.from({ length: width / 4 }, (_unused, j) => raw.readUInt32LE(i * width + 4 * j))
          .filter((point) => point > 0)
          .map((point) => String.fromCodePoint(point))
          .join(''),
      );
      return [entry.name, { shape, data: texts }];
    }),
  );
}

describe('results', () => {
  it('name what the stored outputs are', () => {
    expect(outputNames({ task: 'regression', targetName: 'price', unit: null })).toEqual(['price']);
    expect(outputNames({ task: 'binary', targetName: 'y', classLabels: ['no', 'yes'] })).toEqual(['yes']);
    expect(outputNames({ task: 'multiclass', targetName: 'y', classLabels: ['a', 'b', 'c'] })).toEqual(['a', 'b', 'c']);
  });

  it('are nested by output, row and feature in JSON, NaN as null', () => {
    const found = json(three());
    expect(found).toMatchObject({
      outputs: ['a', 'b', 'c'],
      featureNames: ['age', 'job'],
      baseValues: [0.5, 0.25, 0.125],
      rows: [0, 1],
      values: [
        [
          [-0.5, expect.closeTo(0.1) as number],
          [null, 0.25],
        ],
        [
          [1, 2],
          [3, 4],
        ],
        [
          [7, 8],
          [9, 10],
        ],
      ],
    });
    expect(found.predictions).toEqual([
      [0.2, 0.7],
      [0.3, 0.2],
      [0.5, 0.1],
    ]);
    for (const key of ['interactions', 'standardErrors', 'rules']) expect(found).not.toHaveProperty(key);
  });

  it('hold interactions, errors and the surrogate’s fidelity where there are some, but no rows of a background', () => {
    const interactions = allocateBlocks(3, 2, 4, 'float64');
    interactions.forEach((blocks, k) => blocks[0]!.forEach((_, i) => (blocks[0]![i] = 10 * k + i)));
    const study = three();
    const [drawn] = study.explanations;
    const changed = three({
      interactions,
      standardErrors: allocateBlocks(3, 2, 2),
      badge: { kind: 'measured', maxResidual: 0.125 },
      surrogate: { kind: 'tree', trees: null, linear: null, fidelity: { metric: 'accuracy', value: 0.75, nRows: 4 }, trainedOn: 9 },
      provenance: { ...drawn!.provenance, background: { kind: 'given', rows: { nRows: 1, nFeatures: 1, values: Float64Array.of(1) } } },
    });
    const found = json(changed);
    expect((found.interactions as number[][][][])[2]![1]).toEqual([
      [24, 25],
      [26, 27],
    ]);
    expect((found.standardErrors as (number | null)[][][])[0]![0]).toEqual([null, null]);
    expect(found.additivityResidual).toBe(0.125);
    expect(found.provenance).toMatchObject({ fidelity: { metric: 'accuracy', value: 0.75, nRows: 4 }, additivity: 'measured' });
    expect(found.provenance).not.toHaveProperty('background');
    const arrays = members(explainToNpz(explainResult(changed, changed.explanations[0]!)));
    expect(arrays['interactions.npy']!.shape).toEqual([3, 2, 2, 2]);
    expect(arrays['interactions.npy']!.data).toEqual((found.interactions as number[]).flat(3));
    expect(arrays['standardErrors.npy']!.shape).toEqual([3, 2, 2]);
  });

  it('say rules in words and in parts, with open sides as null', () => {
    const rule = {
      predicates: [
        { kind: 'between', feature: 0, above: -Infinity, upTo: 38 },
        { kind: 'is', feature: 1, codes: [1] },
      ],
      precision: 0.97,
      precisionLow: 0.9,
      precisionHigh: 1,
      coverage: 0.25,
      predictedClass: 2,
      success: true,
      evaluations: 100,
    } as const;
    const study = three({ local: null, rules: [rule, null] });
    const found = json(study);
    expect(found.values).toBeNull();
    expect(found.rules).toEqual([
      {
        ...rule,
        text: 'age ≤ 38 and job = smith',
        predicates: [
          { feature: 'age', kind: 'between', above: null, upTo: 38 },
          { feature: 'job', kind: 'is', values: ['smith'] },
        ],
        predictedClass: 'c',
      },
      null,
    ]);
    const arrays = members(explainToNpz(explainResult(study, study.explanations[0]!)));
    expect(arrays).not.toHaveProperty('values.npy');
    expect(JSON.parse(arrays['rules.npy']!.data[0] as string)).toEqual((found.rules as unknown[])[0]);
  });

  it('have the same numbers in NPZ', () => {
    const study = three();
    const arrays = members(explainToNpz(explainResult(study, study.explanations[0]!)));
    const found = json(study);
    expect(arrays['values.npy']!.shape).toEqual([3, 2, 2]);
    expect(arrays['values.npy']!.data.map((value) => (Number.isNaN(value) ? null : value))).toEqual(found.values!.flat(2));
    expect(arrays['predictions.npy']).toEqual({ shape: [3, 2], data: (found.predictions as number[][]).flat() });
    expect(arrays['baseValues.npy']).toEqual({ shape: [3], data: found.baseValues });
    expect(arrays['rows.npy']).toEqual({ shape: [2], data: [0, 1] });
    expect(arrays['featureNames.npy']).toEqual({ shape: [2], data: ['age', 'job'] });
    expect(arrays['outputs.npy']).toEqual({ shape: [3], data: ['a', 'b', 'c'] });
    expect(arrays['units.npy']!.shape).toEqual([]);
    expect(arrays['additivityResidual.npy']!.shape).toEqual([]);
    expect(JSON.parse(arrays['provenance.npy']!.data[0] as string)).toEqual(found.provenance);
  });
});

describe('predictions', () => {
  it('of classes: the label, then a column for every stored output', () => {
    const study = three({}, { classes: ['a, first', 'b "x"', 'c'] });
    const result = predictResult({ ...study, predictions: { ...study.predictions!, classes: Int32Array.of(1, -1) } });
    expect(predictToCsv(result)).toBe(
      'row,predicted,"probability a, first","probability b ""x""",probability c\n0,"b ""x""",0.2,0.3,0.5\n1,,0.7,0.2,0.1\n',
    );
    expect(JSON.parse(predictToJson(result))).toMatchObject({
      outputs: ['a, first', 'b "x"', 'c'],
      classes: ['b "x"', null],
      space: 'probability',
    });
    expect(members(predictToNpz(result))['classes.npy']).toEqual({ shape: [2], data: [1, -1] });
  });

  it('of values: one column, blank where unknown', () => {
    const result = predictResult(
      buildStudy(
        `age | p
         30  | 0.1
         31  | nan`,
      ),
    );
    expect(predictToCsv(result)).toBe('row,prediction\n0,0.1\n1,\n');
    expect(JSON.parse(predictToJson(result))).toMatchObject({ predictions: [[0.1, null]] });
    expect(members(predictToNpz(result))).not.toHaveProperty(['classes.npy']);
  });
});
