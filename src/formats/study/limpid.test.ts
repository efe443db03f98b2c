import { readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import type { Explanation } from '#/domain/explanation';
import { allocateBlocks } from '#/domain/explanation';
import type { ExplanationId, PointId, StudyId } from '#/domain/ids';
import type { Study } from '#/domain/study';
import { FIRST_REVISIONS } from '#/domain/study';
import type { Column } from '#/domain/table';
import { listZip, zipDataStart } from '#/formats/archive';
import { studyFromEntries } from '#/formats/study/entries-study';
import { looksLikeLimpid, readLimpid } from '#/formats/study/read-limpid';
import { studyToEntries } from '#/formats/study/study-entries';
import { entriesToLimpid, writeLimpid } from '#/formats/study/write-limpid';

const GALLERY = new URL('../../../public/gallery/', import.meta.url);

const text = fc.string({ maxLength: 12 });

function columnOf(nRows: number): fc.Arbitrary<Column> {
  const common = { name: text, role: fc.constantFrom('feature', 'id', 'ignored') };
  const sized = { minLength: nRows, maxLength: nRows };
  return fc.oneof(
    fc.record({ kind: fc.constant('numeric'), ...common, values: fc.float64Array(sized), integer: fc.boolean() }),
    fc.record({ kind: fc.constant('numeric'), ...common, values: fc.float32Array(sized), integer: fc.boolean() }),
    fc.record({ kind: fc.constant('numeric'), ...common, values: fc.int32Array(sized), integer: fc.constant(true) }),
    fc.record({ kind: fc.constant('numeric'), ...common, values: fc.uint8Array(sized), integer: fc.constant(true) }),
    fc.record({
      kind: fc.constant('categorical'),
      ...common,
      codes: fc.int32Array({ ...sized, min: -1, max: 2 }),
      labels: fc.tuple(text, text, text),
      missingText: text,
    }),
    fc.record({ kind: fc.constant('boolean'), ...common, values: fc.uint8Array(sized) }),
    fc.record({ kind: fc.constant('datetime'), ...common, values: fc.float64Array(sized) }),
  );
}

const studies: fc.Arbitrary<Study> = fc.integer({ min: 0, max: 6 }).chain((nRows) =>
  fc
    .record({
      columns: fc.array(columnOf(nRows), { maxLength: 4 }),
      name: text,
      classes: fc.constantFrom([], ['no', 'yes'], ['a', 'b', 'c']),
      numbers: fc.float64Array({ minLength: 3 * nRows, maxLength: 3 * nRows }),
      explained: fc.integer({ min: 0, max: nRows }),
      withModel: fc.boolean(),
    })
    .map((parts) => makeStudy(nRows, parts)),
);

interface Parts {
  readonly columns: readonly Column[];
  readonly name: string;
  readonly classes: readonly string[];
  readonly numbers: Float64Array;
  readonly explained: number;
  readonly withModel: boolean;
}

function makeStudy(nRows: number, { columns, name, classes, numbers, explained, withModel }: Parts): Study {
  const outputs =
    classes.length === 0
      ? ({ task: 'regression', targetName: name, unit: null } as const)
      : classes.length === 2
        ? ({ task: 'binary', targetName: name, classLabels: [classes[0]!, classes[1]!] } as const)
        : ({ task: 'multiclass', targetName: name, classLabels: classes } as const);
  const nOutputs = classes.length > 2 ? classes.length : 1;
  const features = columns.map((column, i) => ({
    name: column.name,
    kind: column.kind,
    integer: false,
    labels: [],
    missingText: '',
    column: i,
  }));
  const local = allocateBlocks(nOutputs, explained, features.length);
  for (const blocks of local) for (const block of blocks) block.forEach((_, i) => (block[i] = Math.fround(i / 3)));
  const explanation: Explanation = {
    id: 'e1' as ExplanationId,
    name: 'Tree SHAP',
    method: 'imported',
    featureSpace: 'raw',
    features,
    space: 'log-odds',
    nOutputs,
    rows: Int32Array.from({ length: explained }, (_, i) => i),
    completed: explained,
    state: 'complete',
    local,
    standardErrors: local,
    baseValues:
      numbers.slice(0, Math.min(nOutputs, numbers.length)).length === nOutputs ? numbers.slice(0, nOutputs) : new Float64Array(nOutputs),
    saved: {
      perOutput: Array.from({ length: nOutputs }, () => new Float64Array(features.length)),
      overall: new Float64Array(features.length),
      meaning: null,
      spread: new Float64Array(features.length),
      signed: true,
    },
    badge: { kind: 'surrogate', fidelity: { metric: 'R²', value: 0.5, nRows: 3 } },
    provenance: {
      explainer: 'x',
      semantics: 'y',
      parameters: { a: 1, b: 'c', d: true, e: null },
      seed: 4,
      backgroundHash: null,
      backgroundRows: 1,
      evaluations: null,
      seconds: 0.5,
      source: null,
    },
  };
  return {
    id: 'study' as StudyId,
    name,
    description: name,
    notes: name,
    table: { name, nRows, columns },
    target:
      classes.length === 0
        ? { kind: 'value', column: null, values: numbers.slice(0, nRows) }
        : { kind: 'class', column: null, classes: new Int32Array(nRows).fill(-1) },
    outputs,
    model: withModel
      ? {
          name: 'm.onnx',
          kind: 'onnx',
          bytes: Uint8Array.of(8, 7, 18, 0),
          signature: {
            task: outputs.task,
            inputs: [{ name: 'X', type: 'float', width: null, rank: 2 }],
            outputs: { label: null, scores: 's', scoreWidth: null, classLabels: [...classes], space: 'score' },
          },
          features,
          bindings: [{ input: 'X', features: features.map((_, i) => i) }],
          outputs,
        }
      : null,
    predictions: {
      space: 'score',
      source: 'file',
      values: Array.from({ length: nOutputs }, () => numbers.slice(0, nRows)),
      classes: classes.length === 0 ? null : new Int32Array(nRows),
    },
    explanations: [explanation],
    points: withModel
      ? [
          {
            id: 'p1' as PointId,
            name: 'older',
            baseRow: 0,
            values: new Float64Array(features.length),
            prediction: new Float64Array(nOutputs).fill(NaN),
          },
        ]
      : [],
    findings: [
      { severity: 'info', code: 'c', message: 'm', fix: 'f', place: { file: 'x', at: 'y' } },
      { severity: 'error', code: 'd', message: 'n' },
    ],
    revisions: FIRST_REVISIONS,
  };
}

async function tagOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    return isLimpidError(error) ? error.tag : `untagged: ${String(error)}`;
  }
  return 'none';
}

const sample = (): Study =>
  makeStudy(3, {
    columns: [{ kind: 'numeric', name: 'age', role: 'feature', values: Float64Array.of(1, 2, 3.5), integer: false }],
    name: 'sample',
    classes: ['no', 'yes'],
    numbers: Float64Array.of(0.1, 0.2, 0.3, 0, 0, 0, 0, 0, 0),
    explained: 2,
    withModel: true,
  });

describe('.limpid', () => {
  it('reads back any study', async () => {
    await fc.assert(
      fc.asyncProperty(studies, async (study) => {
        expect(await readLimpid(await writeLimpid(study), 'x.limpid')).toEqual(study);
      }),
    );
  });

  it('gives the same bytes for the same study, in the zip and as entries', async () => {
    const study = sample();
    expect(await writeLimpid(study)).toEqual(await writeLimpid(study));
    const entries = await studyToEntries(study);
    expect([...entries.keys()][0]).toBe('manifest.json');
    expect(entriesToLimpid(entries)).toEqual(await writeLimpid(study));
    expect(await studyFromEntries(entries, 'working copy')).toEqual(study);
  });

  it('stores entries where the manifest says, so that parts can be read by byte range', async () => {
    const bytes = await writeLimpid(sample());
    const [first, ...rest] = listZip(bytes, 'x');
    expect(first?.name).toBe('manifest.json');
    expect(listZip(bytes, 'x').every((entry) => entry.method === 0 && entry.size === entry.compressedSize)).toBe(true);
    const start = zipDataStart(bytes, first!, 'x');
    const manifest = JSON.parse(new TextDecoder().decode(bytes.subarray(start, start + first!.size))) as {
      entries: Record<string, { offset: number; length: number; sha256: string }>;
    };
    expect(Object.keys(manifest.entries)).toEqual(rest.map((entry) => entry.name));
    for (const entry of rest) {
      const { offset, length, sha256 } = manifest.entries[entry.name]!;
      const at = start + first!.size + offset;
      expect(at).toBe(zipDataStart(bytes, entry, 'x'));
      expect(
        createHash('sha256')
          .update(bytes.subarray(at, at + length))
          .digest('hex'),
      ).toBe(sha256);
    }
  });

  it('writes running explanations as partial', async () => {
    const study = sample();
    const running: Study = {
      ...study,
      explanations: study.explanations.map((explanation) => ({ ...explanation, state: 'running', completed: 1 })),
    };
    const found = await readLimpid(await writeLimpid(running), 'x');
    expect(found.explanations[0]).toMatchObject({ state: 'partial', completed: 1 });
  });

  it('names the damaged entry', async () => {
    const entries = new Map(await studyToEntries(sample()));
    const column = entries.get('table/0.npy')!.slice();
    column[column.length - 1]! ^= 1;
    entries.set('table/0.npy', column);
    await expect(studyFromEntries(entries, 'x.limpid')).rejects.toMatchObject({
      tag: 'UnreadableFile',
      place: { file: 'x.limpid', at: 'entry table/0.npy' },
    });
    entries.delete('table/0.npy');
    await expect(studyFromEntries(entries, 'x.limpid')).rejects.toMatchObject({
      tag: 'UnreadableFile',
      place: { at: 'entry table/0.npy' },
    });
  });

  it('refuses newer versions and ignores unknown keys', async () => {
    const change = async (edit: (manifest: Record<string, unknown>) => void): Promise<Map<string, Uint8Array<ArrayBuffer>>> => {
      const entries = new Map(await studyToEntries(sample()));
      const manifest = JSON.parse(new TextDecoder().decode(entries.get('manifest.json'))) as Record<string, unknown>;
      edit(manifest);
      entries.set('manifest.json', new TextEncoder().encode(JSON.stringify(manifest)));
      return entries;
    };
    const newer = await change((manifest) => (manifest.formatVersion = 2));
    await expect(studyFromEntries(newer, 'x')).rejects.toMatchObject({ tag: 'UnsupportedFile' });
    const unknown = await change((manifest) => (manifest.later = { a: 1 }));
    unknown.set('later/part.npy', new Uint8Array(3));
    expect(await studyFromEntries(unknown, 'x')).toEqual(sample());
    const wrong = await change((manifest) => ((manifest.table as Record<string, unknown>).nRows = 4));
    await expect(studyFromEntries(wrong, 'x')).rejects.toMatchObject({ tag: 'InconsistentData' });
    const typed = await change((manifest) => ((manifest.table as Record<string, unknown>).nRows = 'many'));
    await expect(studyFromEntries(typed, 'x')).rejects.toMatchObject({
      tag: 'UnreadableFile',
      place: { at: 'manifest.json, table.nRows' },
    });
  });

  it('ends in a study or a tagged error for damaged bytes', async () => {
    const whole = await writeLimpid(sample());
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cut) => {
        const damaged = cut ? whole.slice(0, at) : whole.slice();
        if (!cut) damaged[at] = byte;
        looksLikeLimpid(damaged);
        expect(['none', 'UnreadableFile', 'UnsupportedFile', 'InconsistentData']).toContain(await tagOf(() => readLimpid(damaged, 'x')));
      }),
      { numRuns: 200 },
    );
  });

  it.each(readdirSync(GALLERY).filter((name) => name.endsWith('.limpid')))('opens and rewrites the sample %s', async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, GALLERY)));
    expect(looksLikeLimpid(bytes)).toBe(true);
    const study = await readLimpid(bytes, name);
    const again = await readLimpid(await writeLimpid(study), name);
    expect(again).toEqual(study);
  });
});
