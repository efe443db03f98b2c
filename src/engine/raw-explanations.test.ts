import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { localRow } from '#/domain/explanation';
import { withRawExplanations } from '#/engine/raw-explanations';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';
import type { PipelineGolden } from '#/testing/pipeline-golden';

const path = (name: string): string => fileURLToPath(new URL(`../onnx/golden/${name}`, import.meta.url));
const golden = JSON.parse(readFileSync(path('linear-logistic.json'), 'utf8')) as PipelineGolden;
const N_ROWS = 6;
const raw = golden.rows.slice(0, N_ROWS);

const model = { path: 'sheep.onnx', bytes: new Uint8Array(readFileSync(path('linear-logistic.onnx'))) };
const file = (name: string, text: string) => ({ path: name, bytes: new TextEncoder().encode(text) });
const csv = file(
  'sheep.csv',
  [
    golden.features.map(({ name }) => name),
    ...raw.map((row) => row.map((cell, f) => (cell === null ? '' : (golden.features[f]!.labels[cell] ?? cell)))),
  ]
    .map((row) => row.join(','))
    .join('\n'),
);

/** Column j of row r has the value r + j / 16 for class yes. */
function saved(names: readonly string[]) {
  const local = raw.map((_, r) => names.map((_, j) => r + j / 16));
  return file(
    'dashboard.json',
    JSON.stringify({
      dataSummary: { featureNames: names, classNames: ['no', 'yes'] },
      modelInformation: { method: 'classifier' },
      testData: raw.map((_, r) => names.map((_, j) => (r * 7 + j) % 5)),
      predictedY: raw.map((_, r) => r % 2),
      precomputedExplanations: { localFeatureImportance: { scores: [local.map((row) => row.map((value) => -value)), local] } },
    }),
  );
}

async function open(...files: { path: string; bytes: Uint8Array<ArrayBuffer> }[]) {
  const draft = await readDrop(files);
  return { draft, study: withRawExplanations(completeDraft(draft, makeCard(draft).choices), draft.featureMap) };
}

describe('an explanation of engineered columns and its pipeline', () => {
  it('give a raw explanation beside the engineered one', async () => {
    const { draft, study } = await open(saved(golden.engineered), model, csv);
    expect(draft.items.map(({ status }) => status)).toEqual(['opens', 'opens', 'opens']);
    const [engineered, derived] = study.explanations;
    expect(study.explanations).toHaveLength(2);
    expect(engineered).toMatchObject({ featureSpace: 'engineered' });
    expect(derived).toMatchObject({
      featureSpace: 'raw',
      provenance: { parameters: { 'feature map': 'sheep.onnx', 'columns matched by': 'position' } },
    });
    expect(derived!.features.map(({ name }) => name)).toEqual(golden.features.map(({ name }) => name));
    for (let r = 0; r < N_ROWS; r++) {
      const wanted = golden.features.map(({ name }) =>
        golden.engineered.reduce((sum, column, j) => (column === name || column.startsWith(`${name}_`) ? sum + r + j / 16 : sum), 0),
      );
      expect([...localRow(derived!, derived!.local!, 0, r)]).toEqual(wanted);
    }
    // the raw columns came with their rows, and the model reads them
    expect(study.model?.name).toBe('sheep.onnx');
    expect(derived!.features.map(({ column }) => study.table.columns[column!]!.name)).toEqual(golden.features.map(({ name }) => name));
    expect(study.table.columns.filter(({ role }) => role === 'engineered')).toHaveLength(golden.engineered.length);
    expect(new Set(study.table.columns.map(({ name }) => name)).size).toBe(study.table.columns.length);
    expect(study.findings.find(({ code }) => code === 'raw-derived')?.message).toContain('10 columns of');
  });

  it('do so without a table, by the pipeline alone', async () => {
    const { study } = await open(saved(golden.engineered), model);
    expect(study.explanations.map(({ featureSpace }) => featureSpace)).toEqual(['engineered', 'raw']);
    expect(study.model).toBeNull();
    expect(study.explanations[1]!.features.map(({ column }) => column)).toEqual(golden.features.map(() => null));
  });

  it('stay apart where the columns are others', async () => {
    const others = golden.engineered.map((_, j) => `signal${j * 3}`);
    const { draft, study } = await open(saved(others), model, csv);
    expect(study.explanations).toHaveLength(1);
    expect(draft.featureMap).toBeUndefined();
    expect(draft.items.filter(({ status }) => status === 'ignored')).toHaveLength(2);
    const fewer = await open(saved(golden.engineered.slice(1)), model, csv);
    expect(fewer.study.explanations).toHaveLength(1);
  });
});
