import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import { expit } from '#/domain/units';
import { localRow } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import { buildStudy } from '#/formats/explanations/build-study';
import type { RawExplanation } from '#/formats/explanations/raw-explanation';
import { toNumberArray } from '#/formats/json-shape';

/** Six rows, two features; values that differ enough to tell spaces apart. */
const PHI = [
  [0.5, -0.2],
  [1.5, 0.3],
  [-2, 0.1],
  [0.1, 0.9],
  [-0.7, -1.1],
  [2.2, 0.4],
];
const negate = (rows: readonly (readonly number[])[]): number[][] => rows.map((row) => row.map((value) => -value));
const numbers = (value: unknown): RawExplanation['local'] => toNumberArray(value, 'f', 'p');
const sums = (base: number): number[] => PHI.map(([a, b]) => a! + b! + base);

function raw(parts: Partial<RawExplanation>): RawExplanation {
  return {
    file: 'folder/file.json',
    tool: 'test',
    method: null,
    claimedTask: null,
    featureSpace: 'raw',
    featureNames: ['a', 'b'],
    classNames: null,
    categoricalMap: new Map(),
    cells: null,
    trueY: null,
    predictedY: null,
    probabilityY: null,
    local: null,
    base: null,
    global: null,
    findings: [],
    ...parts,
  };
}

const codes = (study: Study): string[] => study.findings.map((finding) => finding.code);
const explanationOf = (study: Study): Study['explanations'][number] => study.explanations[0]!;
const firstRow = (study: Study, output = 0): number[] => [...localRow(explanationOf(study), explanationOf(study).local!, output, 0)];

const probabilities = (margins: readonly number[]): RawExplanation['probabilityY'] =>
  numbers(margins.map((margin) => [1 - expit(margin), expit(margin)]));

describe('the space of the values', () => {
  it('is log-odds when expit(values + base) is the probability', () => {
    const study = buildStudy(
      raw({ local: numbers([negate(PHI), PHI]), base: [-0.3, 0.3], probabilityY: probabilities(sums(0.3)), classNames: ['no', 'yes'] }),
    );
    expect(explanationOf(study)).toMatchObject({
      space: 'log-odds',
      nOutputs: 1,
      baseValues: Float64Array.of(0.3),
      badge: { kind: 'measured' },
    });
    expect(firstRow(study)).toEqual(PHI[0]);
    expect(codes(study)).not.toContain('binary-slabs-differ');
  });

  it('is probability when values + base are the probability', () => {
    const small = PHI.map((row) => row.map((value) => value / 10));
    const p = small.map(([a, b]) => a! + b! + 0.4);
    const study = buildStudy(
      raw({ local: numbers([negate(small), small]), base: [0.6, 0.4], probabilityY: numbers(p.map((value) => [1 - value, value])) }),
    );
    expect(explanationOf(study).space).toBe('probability');
  });

  it('is the logarithm when exp(values + base) is the value', () => {
    const study = buildStudy(raw({ claimedTask: 'regression', local: numbers(PHI), base: [1], predictedY: sums(1).map(Math.exp) }));
    expect(explanationOf(study)).toMatchObject({ space: 'log', badge: { kind: 'measured' } });
    expect(study.outputs.task).toBe('regression');
  });

  it('joins the margins of a softmax over two classes', () => {
    const zero = PHI.map(([a, b]) => [b! * 2, -a!]);
    const margins = PHI.map(([a, b], i) => a! + b! + 0.5 - (zero[i]![0]! + zero[i]![1]! + 0.1));
    const study = buildStudy(raw({ local: numbers([zero, PHI]), base: [0.1, 0.5], probabilityY: probabilities(margins) }));
    expect(explanationOf(study)).toMatchObject({ space: 'log-odds' });
    expect(explanationOf(study).baseValues![0]).toBeCloseTo(0.4, 12);
    expect(firstRow(study)[0]).toBeCloseTo(PHI[0]![0]! - zero[0]![0]!, 12);
    expect(codes(study)).toEqual(expect.arrayContaining(['binary-slabs-differ', 'binary-margins-joined']));
  });

  it('is softmax margins for several classes', () => {
    const slabs = [PHI, negate(PHI), PHI.map(([a, b]) => [b!, a! * 0.5])];
    const base = [0.1, 0.2, -0.3];
    const p = PHI.map((_, i) => {
      const powers = slabs.map((slab, c) => Math.exp(slab[i]![0]! + slab[i]![1]! + base[c]!));
      const total = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / total);
    });
    const study = buildStudy(raw({ local: numbers(slabs), base, probabilityY: numbers(p) }));
    expect(explanationOf(study)).toMatchObject({ space: 'softmax margin', nOutputs: 3 });
  });

  it('is never taken from a claim: without predictions it is a score', () => {
    const study = buildStudy(raw({ method: 'shap_tree', claimedTask: 'regression', local: numbers(PHI), base: [1] }));
    expect(explanationOf(study)).toMatchObject({ space: 'score', badge: { kind: 'unknown' } });
    expect(codes(study)).toContain('space-unknown');
  });

  it('is a score with a warning when nothing adds up', () => {
    const study = buildStudy(raw({ claimedTask: 'regression', local: numbers(PHI), base: [1], predictedY: [5, 100, -3, 7, 60, 1] }));
    expect(explanationOf(study)).toMatchObject({ space: 'score', badge: { kind: 'unknown' } });
    expect(codes(study)).toContain('not-additive');
  });

  it('is imposed for Kernel SHAP', () => {
    const study = buildStudy(
      raw({ method: 'shap_kernel', claimedTask: 'regression', local: numbers(PHI), base: [1], predictedY: sums(1) }),
    );
    expect(explanationOf(study)).toMatchObject({ method: 'kernel', badge: { kind: 'by construction' } });
  });
});

describe('base values', () => {
  it('of which there is one for two classes belong to class 1', () => {
    const study = buildStudy(raw({ local: numbers([negate(PHI), PHI]), base: [0.3], probabilityY: probabilities(sums(0.3)) }));
    expect(explanationOf(study).baseValues).toEqual(Float64Array.of(0.3));
    expect(codes(study)).toContain('base-mirrored');
  });

  it('that are absent are found when one constant fits every row', () => {
    const study = buildStudy(raw({ claimedTask: 'regression', local: numbers(PHI), predictedY: sums(7) }));
    expect(explanationOf(study).baseValues![0]).toBeCloseTo(7, 12);
    expect(codes(study)).toContain('base-inferred');
  });

  it('are not made up from a single row', () => {
    const study = buildStudy(raw({ claimedTask: 'regression', local: numbers([PHI[0]]), predictedY: [9] }));
    expect(explanationOf(study)).toMatchObject({ space: 'score', baseValues: null });
  });
});

describe('the class axis', () => {
  it('is found by the sizes of the other parts', () => {
    const last = PHI.map((row, i) => row.map((value, j) => [-value, value + 0 * (i + j)]));
    const study = buildStudy(
      raw({ local: numbers(last), base: [-0.3, 0.3], probabilityY: probabilities(sums(0.3)), featureNames: ['a', 'b'] }),
    );
    expect(explanationOf(study).space).toBe('log-odds');
    expect(explanationOf(study).rows).toHaveLength(6);
    expect(firstRow(study)).toEqual(PHI[0]);
  });

  it('is found by additivity when the sizes are the same', () => {
    // two classes, two rows, two features: [row][feature][class]
    const phi = [PHI[0]!, PHI[2]!];
    const cube = phi.map((row) => row.map((value) => [-value, value]));
    const margins = phi.map(([a, b]) => a! + b! + 0.3);
    const study = buildStudy(
      raw({ local: numbers(cube), base: [-0.3, 0.3], probabilityY: probabilities(margins), classNames: ['no', 'yes'] }),
    );
    expect(codes(study)).toContain('class-axis-by-additivity');
    expect(firstRow(study)).toEqual(PHI[0]);
  });

  it('is assumed with a warning when nothing tells', () => {
    const cube = [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [-1, -2],
        [-3, -4],
      ],
    ];
    expect(codes(buildStudy(raw({ local: numbers(cube) })))).toContain('class-axis-assumed');
  });
});

describe('labels', () => {
  const local = numbers([negate(PHI), PHI]);

  it('as text become class indices', () => {
    const study = buildStudy(
      raw({
        local,
        classNames: ['no', 'yes'],
        predictedY: ['no', 'yes', 'no', 'yes', 'no', 'yes'],
        trueY: ['yes', 'yes', 'no', 'maybe', null, 'yes'],
      }),
    );
    expect(study.predictions).toMatchObject({ space: 'label only', values: null, classes: Int32Array.of(0, 1, 0, 1, 0, 1) });
    expect(study.target).toMatchObject({ classes: Int32Array.of(1, 1, 0, -1, -1, 1) });
    expect(codes(study)).toContain('labels-unknown');
  });

  it('that are numbers are indices unless the probabilities say that they are labels', () => {
    const p = probabilities(sums(0));
    const strongest = sums(0).map((margin) => Number(margin > 0));
    const asIndices = buildStudy(raw({ local, classNames: ['1', '0'], probabilityY: p, predictedY: strongest }));
    expect(asIndices.predictions!.classes).toEqual(Int32Array.from(strongest));
    const asLabels = buildStudy(raw({ local, classNames: ['1', '0'], probabilityY: p, predictedY: strongest.map((k) => 1 - k) }));
    expect(asLabels.predictions!.classes).toEqual(Int32Array.from(strongest));
  });

  it('get names when the file has the wrong number of them', () => {
    const study = buildStudy(raw({ local, classNames: ['only'] }));
    expect(study.outputs).toMatchObject({ classLabels: ['Class 0', 'Class 1'] });
    expect(codes(study)).toContain('class-names-missing');
  });
});

describe('the table', () => {
  it('keeps missing cells, words and mapped categories', () => {
    const cells = [
      [1, 'x', 0, true],
      [null, '?', 1, false],
      [NaN, null, 7, true],
      [2.5, 'w', 'green', null],
      [0, 'x', null, true],
      [0, 'x', 1, true],
    ];
    const study = buildStudy(
      raw({
        cells,
        featureNames: ['n', 'word', 'mapped', 'flag'],
        categoricalMap: new Map([[2, ['red', 'green']]]),
        global: { overall: [1, 2, 3, 4], perClass: null, classAxis: 1, names: null },
      }),
    );
    const [n, word, mapped, flag] = study.table.columns;
    expect(n).toMatchObject({ kind: 'numeric', values: Float32Array.of(1, NaN, NaN, 2.5, 0, 0) });
    expect(word).toMatchObject({ kind: 'categorical', labels: ['w', 'x'], codes: Int32Array.of(1, -1, -1, 0, 1, 1) });
    expect(mapped).toMatchObject({ kind: 'categorical', labels: ['red', 'green'], codes: Int32Array.of(0, 1, -1, 1, -1, 1) });
    expect(flag).toMatchObject({ kind: 'boolean', values: Uint8Array.of(1, 0, 1, 255, 1, 1) });
    expect(codes(study)).toContain('blanks-as-text');
  });

  it('tells repeated and empty names apart and keeps hostile ones', () => {
    const names = ['__proto__', 'a', 'a', '', '<b onclick=x>'];
    const study = buildStudy(
      raw({
        cells: [[1, 2, 3, 4, 5]],
        featureNames: names,
        global: { overall: [1, 2, 3, 4, 5], perClass: null, classAxis: 1, names: null },
      }),
    );
    expect(explanationOf(study).features.map((feature) => feature.name)).toEqual(['__proto__', 'a', 'a (2)', 'Column 4', '<b onclick=x>']);
    expect(codes(study)).toContain('repeated-names');
  });

  it('is left out when it contradicts the other parts', () => {
    const study = buildStudy(
      raw({
        local: numbers(PHI),
        claimedTask: 'regression',
        base: [0],
        predictedY: sums(0),
        cells: [
          [1, 2],
          [3, 4],
        ],
      }),
    );
    expect(study.table).toMatchObject({ nRows: 6, columns: [] });
    expect(codes(study)).toEqual(expect.arrayContaining(['inconsistent-rows', 'no-data']));
  });
});

describe('global values', () => {
  const global = (overall: number[], names: string[] | null = null): RawExplanation['global'] => ({
    overall,
    perClass: null,
    classAxis: 0,
    names,
  });

  it('mean what the method makes', () => {
    expect(
      explanationOf(
        buildStudy(raw({ method: 'mimic.lightgbm', claimedTask: 'classification', classNames: ['x', 'y', 'z'], global: global([12, 40]) })),
      ).saved,
    ).toMatchObject({ meaning: 'split count', signed: false });
    expect(explanationOf(buildStudy(raw({ method: 'pfi', claimedTask: 'regression', global: global([0.2, -0.1]) }))).saved).toMatchObject({
      meaning: 'drop in metric',
      signed: true,
    });
    expect(
      explanationOf(buildStudy(raw({ method: 'mimic.linear', claimedTask: 'regression', global: global([0.2, -0.1]) }))).saved,
    ).toMatchObject({ meaning: 'coefficient', signed: true });
    expect(explanationOf(buildStudy(raw({ claimedTask: 'regression', global: global([0.2, 0.1]) }))).saved).toMatchObject({
      meaning: null,
    });
  });

  it('are checked against the local ones', () => {
    const mean = [0, 1].map((j) => PHI.reduce((sum, row) => sum + Math.abs(row[j]!), 0) / PHI.length);
    const parts = { claimedTask: 'regression', local: numbers(PHI), base: [0], predictedY: sums(0) } as const;
    expect(explanationOf(buildStudy(raw({ ...parts, global: global(mean) }))).saved?.meaning).toBe('mean |value|');
    expect(explanationOf(buildStudy(raw({ ...parts, global: global([1, 1]) }))).saved?.meaning).toBeNull();
  });

  it('are put in the order of the features, by name', () => {
    const study = buildStudy(
      raw({ claimedTask: 'regression', featureNames: ['a', 'b', 'c'], cells: [[1, 2, 3]], global: global([9, 5], ['c', 'a']) }),
    );
    expect(explanationOf(study).saved?.overall).toEqual(Float64Array.of(5, NaN, 9));
    expect(codes(study)).toContain('global-partial');
  });

  it('by class are read on either axis', () => {
    const perClass = (shape: number[], data: number[]): RawExplanation['global'] => ({
      overall: null,
      perClass: { shape, data: Float64Array.from(data) },
      classAxis: 1,
      names: null,
    });
    const parts = { claimedTask: 'classification', classNames: ['x', 'y', 'z'] } as const;
    const byFeature = explanationOf(buildStudy(raw({ ...parts, global: perClass([2, 3], [1, 2, 3, 4, 5, 6]) })));
    const byClass = explanationOf(buildStudy(raw({ ...parts, global: perClass([3, 2], [1, 4, 2, 5, 3, 6]) })));
    expect(byFeature.saved?.perOutput).toEqual([Float64Array.of(1, 4), Float64Array.of(2, 5), Float64Array.of(3, 6)]);
    expect(byClass.saved).toEqual(byFeature.saved);
  });
});

it('refuses a file with nothing in it', () => {
  expect(() => buildStudy(raw({ featureNames: null }))).toThrow(/neither data nor values/);
  try {
    buildStudy(raw({ featureNames: null }));
  } catch (error) {
    expect(isLimpidError(error, 'InconsistentData')).toBe(true);
  }
});
