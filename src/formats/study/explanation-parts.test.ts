import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { BackgroundChoice } from '#/domain/background-choice';
import type { AnchorRule } from '#/domain/anchor-rule';
import { allocateBlocks, BLOCK_ROWS, type Explanation } from '#/domain/explanation';
import type { LinearModel } from '#/domain/linear-model';
import type { Study } from '#/domain/study';
import type { Surrogate } from '#/domain/surrogate';
import type { ColumnSource, TreeModel } from '#/domain/tree-model';
import { studyFromEntries } from '#/formats/study/entries-study';
import { readLimpid } from '#/formats/study/read-limpid';
import { studyToEntries } from '#/formats/study/study-entries';
import { writeLimpid } from '#/formats/study/write-limpid';
import { buildStudy } from '#/testing/build-study';
import { randomTreeModel } from '#/testing/random-trees';

/** Every kind of step, with the numbers that JSON cannot hold. */
const sources: readonly ColumnSource[] = [
  { feature: 0, steps: [] },
  { feature: 1, name: 'job=clerk', steps: [{ kind: 'lookup', values: Float64Array.of(0, NaN, -0, 1 / 3), other: -Infinity }] },
  {
    feature: 0,
    steps: [
      { kind: 'impute', replaced: NaN, value: 0.1 },
      { kind: 'scale', offset: 1 / 3, scale: 5e-324, float64: true },
      { kind: 'divide', by: 7 },
      { kind: 'to float32' },
      { kind: 'round', to: 'nearest' },
      { kind: 'pieces', points: Float64Array.of(1, 2), values: Float64Array.of(1, 2, 3, 4, 5), missing: NaN },
    ],
  },
];

function trees(): TreeModel {
  const rng = createRng(11);
  const model = randomTreeModel({ nTrees: 3, depth: 4, nColumns: 3, nOutputs: 1, full: false, mixed: true, sources: [0, 1, 0] }, rng);
  return {
    ...model,
    ensemble: {
      ...model.ensemble,
      categorySets: [...model.ensemble.categorySets, new Uint32Array(0), Uint32Array.of(0xffffffff, 1, 0x80000000)],
    },
    sources,
    link: 'logit',
    sumSpace: 'log-odds',
    importances: [{ meaning: 'split count', values: Float64Array.of(3, 0.1) }],
  };
}

const linear: LinearModel = {
  coefficients: Float64Array.of(0.1, -0, 1e300),
  intercepts: Float64Array.of(1 / 3),
  nOutputs: 1,
  sources,
  link: 'identity',
  sumSpace: 'value',
};

const surrogate = (change: Partial<Surrogate>): Surrogate => ({
  kind: 'lightgbm',
  trees: null,
  linear: null,
  fidelity: { metric: 'R²', value: 0.123456789, nRows: 5 },
  trainedOn: 70,
  ...change,
});

const rule: AnchorRule = {
  predicates: [
    { kind: 'between', feature: 0, above: -Infinity, upTo: 38.1 },
    { kind: 'between', feature: 0, above: 0.1, upTo: Infinity },
    { kind: 'is', feature: 1, codes: [0, 2] },
    { kind: 'missing', feature: 1 },
  ],
  precision: 1 / 3,
  precisionLow: NaN,
  precisionHigh: 1,
  coverage: 0.25,
  predictedClass: 1,
  success: false,
  evaluations: 1234,
};

const BACKGROUNDS: readonly BackgroundChoice[] = [
  { kind: 'all' },
  { kind: 'sample', count: 10 },
  { kind: 'k-means', count: 3 },
  { kind: 'rows', rows: [2, 0, 2] },
  { kind: 'where', filter: { kind: 'is', column: 1, codes: [0, 1] } },
  { kind: 'where', filter: { kind: 'between', column: 0, min: -1.5, max: 40 } },
  { kind: 'where', filter: { kind: 'between', column: 0, min: -Infinity, max: Infinity } },
  { kind: 'given', rows: { nRows: 2, nFeatures: 2, values: Float64Array.of(1 / 3, NaN, -0, 1) } },
];

/** Three rows with two features, and an explanation with the given parts. */
function studyWith(change: Partial<Explanation>): Study {
  return buildStudy(
    `age | job   | p   | phi:age | phi:job
     30  | clerk | 0.2 | -0.5    | 0.1
     ?   | smith | 0.7 | 0.5     | 0.25
     41  | baker | 0.9 | 0.1     | 0.2`,
    { classes: ['no', 'yes'], base: [0.5], model: true, explanation: change },
  );
}

const again = async (study: Study): Promise<Explanation> => (await readLimpid(await writeLimpid(study), 'x.limpid')).explanations[0]!;

/** Numbers as bits: -0 is not 0, and NaN is NaN. */
function bits(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [value.constructor.name, ...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  if (Array.isArray(value)) return value.map(bits);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bits(inner)]));
  return Object.is(value, -0) ? '-0' : value;
}

describe('parts of an explanation in .limpid', () => {
  it('keeps a surrogate of trees bit by bit', async () => {
    const given = surrogate({ trees: trees() });
    const found = (await again(studyWith({ surrogate: given }))).surrogate;
    expect(bits(found)).toEqual(bits(given));
    const bare = surrogate({ kind: 'tree', trees: { ...trees(), ensemble: { ...trees().ensemble, cover: null, categorySets: [] } } });
    // A test on a set that is not there is damage.
    await expect(again(studyWith({ surrogate: bare }))).rejects.toMatchObject({ tag: 'InconsistentData' });
  });

  it('keeps a linear surrogate bit by bit, also without a measurable fidelity', async () => {
    const given = surrogate({ kind: 'sgd', linear, fidelity: { metric: 'accuracy', value: NaN, nRows: 0 } });
    expect(bits((await again(studyWith({ surrogate: given }))).surrogate)).toEqual(bits(given));
  });

  it('keeps interactions over several blocks', async () => {
    const nRows = BLOCK_ROWS + 3;
    const local = allocateBlocks(1, nRows, 2, 'float64');
    const interactions = allocateBlocks(1, nRows, 4);
    for (const blocks of [local, interactions]) for (const block of blocks[0]!) for (let i = 0; i < block.length; i++) block[i] = i / 7;
    const study = studyWith({ rows: new Int32Array(nRows), completed: nRows, local, interactions });
    const found = await again(study);
    expect(bits(found.interactions)).toEqual(bits(interactions));
    expect(bits(found.local)).toEqual(bits(local));
  });

  it('keeps rules, open sides and unfinished rows', async () => {
    const rules = [rule, null, { ...rule, predicates: [] }];
    const found = await again(studyWith({ local: null, rules }));
    expect(found.rules).toEqual(rules);
    expect(found.local).toBeNull();
  });

  it.each(['layer', 'grouped'] as const)('keeps players of the kind %s', async (featureSpace) => {
    expect((await again(studyWith({ featureSpace }))).featureSpace).toBe(featureSpace);
  });

  it.each(BACKGROUNDS)('keeps the background choice %o', async (background) => {
    const study = studyWith({});
    const [explanation] = study.explanations;
    const found = await again(studyWith({ provenance: { ...explanation!.provenance, background } }));
    expect(bits(found.provenance.background)).toEqual(bits(background));
  });

  it('keeps whole studies as they are', async () => {
    const study = studyWith({ surrogate: surrogate({ linear }), rules: [rule, rule, null] });
    expect(await readLimpid(await writeLimpid(study), 'x')).toEqual(study);
  });

  it('opens files that were written before there were such parts', async () => {
    const entries = new Map(await studyToEntries(studyWith({})));
    const manifest = JSON.parse(new TextDecoder().decode(entries.get('manifest.json'))) as { explanations: Record<string, unknown>[] };
    const [explanation] = manifest.explanations;
    for (const key of ['interactions', 'surrogate', 'rules']) expect(explanation).not.toHaveProperty(key);
    expect(explanation!.provenance).not.toHaveProperty('background');
    expect((await studyFromEntries(entries, 'x')).explanations).toHaveLength(1);
  });
});

/** Entries of a study with damage: hashes are made anew, so that only the content is wrong. */
async function damaged(study: Study, edit: (explanation: Record<string, never>) => void): Promise<unknown> {
  const entries = new Map(await studyToEntries(study));
  const manifest = JSON.parse(new TextDecoder().decode(entries.get('manifest.json'))) as { explanations: Record<string, never>[] };
  edit(manifest.explanations[0]!);
  entries.set('manifest.json', new TextEncoder().encode(JSON.stringify(manifest)));
  return studyFromEntries(entries, 'x.limpid');
}

interface Described {
  surrogate: {
    trees: { nTrees: number; sources: { feature: number; steps: { kind: string }[] }[]; arrays: Record<string, string> } | null;
  };
  rules: string;
  interactions: string[][];
}

describe('damaged parts', () => {
  const withTrees = (): Study => studyWith({ surrogate: surrogate({ trees: trees() }) });
  const looped = (): Study => {
    const model = trees();
    const yes = model.ensemble.yes.slice();
    const inner = model.ensemble.feature.findIndex((feature) => feature >= 0);
    yes[inner] = inner;
    return studyWith({ surrogate: surrogate({ trees: { ...model, ensemble: { ...model.ensemble, yes } } }) });
  };
  const outside = (): Study => {
    const model = trees();
    const leaf = model.ensemble.leaf.map((at) => (at < 0 ? at : at + 10_000));
    return studyWith({ surrogate: surrogate({ trees: { ...model, ensemble: { ...model.ensemble, leaf } } }) });
  };
  const part = (explanation: Record<string, never>): Described => explanation as unknown as Described;

  it('names the entry that is missing', async () => {
    const broken = damaged(withTrees(), (explanation) => (part(explanation).surrogate.trees!.arrays.yes = 'nowhere.npy'));
    await expect(broken).rejects.toMatchObject({ tag: 'UnreadableFile', place: { at: 'entry nowhere.npy' } });
  });

  it.each([
    ['a walk that never ends', looped, () => undefined, 'explanations/0/surrogate/yes.npy'],
    ['a leaf without value', outside, () => undefined, 'explanations/0/surrogate/leaf.npy'],
    [
      'another number of trees',
      withTrees,
      (explanation: Record<string, never>) => (part(explanation).surrogate.trees!.nTrees = 4),
      'explanations/0/surrogate/roots.npy',
    ],
    [
      'a source without feature',
      withTrees,
      (explanation: Record<string, never>) => (part(explanation).surrogate.trees!.sources[0]!.feature = 9),
      'explanations/0/surrogate/steps.npy',
    ],
    [
      'a step of another kind',
      withTrees,
      (explanation: Record<string, never>) => (part(explanation).surrogate.trees!.sources[1]!.steps[0]!.kind = 'scale'),
      'explanations/0/surrogate/steps.npy',
    ],
    [
      'a step that nobody knows',
      withTrees,
      (explanation: Record<string, never>) => (part(explanation).surrogate.trees!.sources[1]!.steps[0]!.kind = 'toString'),
      'explanations/0/surrogate/steps.npy',
    ],
  ])('refuses %s', async (_what, study, edit: (explanation: Record<string, never>) => void, entry) => {
    await expect(damaged(study(), edit)).rejects.toMatchObject({
      tag: 'InconsistentData',
      place: { file: 'x.limpid', at: `entry ${entry}` },
    });
  });

  it('refuses a surrogate of nothing, rules of other rows and features, and interactions of other outputs', async () => {
    const nothing = damaged(withTrees(), (explanation) => (part(explanation).surrogate.trees = null));
    await expect(nothing).rejects.toMatchObject({ tag: 'InconsistentData' });
    await expect(again(studyWith({ rules: [rule] }))).rejects.toMatchObject({ tag: 'InconsistentData' });
    const strange: AnchorRule = { ...rule, predicates: [{ kind: 'missing', feature: 7 }] };
    await expect(again(studyWith({ rules: [strange, null, null] }))).rejects.toMatchObject({ tag: 'InconsistentData' });
    const text = damaged(studyWith({ rules: [rule, rule, rule] }), (explanation) => (part(explanation).rules = 'table/0.npy'));
    await expect(text).rejects.toMatchObject({ tag: 'UnreadableFile' });
    const study = studyWith({ interactions: allocateBlocks(1, 3, 4) });
    const blocks = damaged(study, (explanation) => (part(explanation).interactions = []));
    await expect(blocks).rejects.toMatchObject({ tag: 'InconsistentData' });
  });
});
