import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import { localRow } from '#/domain/explanation';
import type { Explanation } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import { cellNumber } from '#/domain/table';
import type { DroppedFile, ImportDraft } from '#/formats/draft';
import { makeCard, readDrop } from '#/formats/import-doctor';
import { readLimpid } from '#/formats/study/read-limpid';
import { writeLimpid } from '#/formats/study/write-limpid';

const ROOT = fileURLToPath(new URL('golden/', import.meta.url));

interface Golden {
  readonly path: string;
  readonly kind: string;
  readonly files?: readonly string[];
  readonly task: 'regression' | 'binary' | 'multiclass';
  readonly method?: string;
  readonly classLabels: readonly string[];
  readonly nRows: number;
  readonly nFeatures: number;
  readonly baseValues: readonly number[] | null;
  readonly topFeatures: readonly string[] | null;
  readonly topIndices?: readonly number[];
  readonly topImportances: readonly number[];
  readonly space: string | null;
  readonly residual?: Readonly<Record<string, number>> | null;
  readonly surrogateR2?: number;
  readonly problems?: readonly string[];
  readonly missingCells?: number;
  readonly infiniteCells?: number;
  readonly featureNames?: readonly string[];
  readonly categorical?: readonly string[];
}

const { fixtures, tolerance } = JSON.parse(readFileSync(join(ROOT, 'index.json'), 'utf8')) as {
  readonly fixtures: readonly Golden[];
  readonly tolerance: { readonly topImportances: number; readonly baseValues: number };
};

/** A file or folder as if it was dropped, under a name that says nothing. */
function drop(path: string): readonly DroppedFile[] {
  const full = join(ROOT, path);
  if (!statSync(full).isDirectory()) return [{ path: 'unknown', bytes: new Uint8Array(readFileSync(full)) }];
  return readdirSync(full).map((name) => ({ path: `unknown/${name}`, bytes: new Uint8Array(readFileSync(join(full, name))) }));
}

function opened(draft: ImportDraft): { readonly study: Study; readonly explanation: Explanation } {
  const study = draft.study!;
  return { study, explanation: study.explanations[0]! };
}

/** Mean over classes and rows of |value|; two classes are mirrored and therefore one. */
function importances(explanation: Explanation): Float64Array {
  const means = new Float64Array(explanation.features.length);
  for (let k = 0; k < explanation.nOutputs; k++) {
    for (let i = 0; i < explanation.rows.length; i++) {
      const values = localRow(explanation, explanation.local!, k, i);
      values.forEach((value, j) => (means[j]! += Math.abs(value) / explanation.rows.length / explanation.nOutputs));
    }
  }
  return means;
}

const SPACES: Readonly<Record<string, readonly string[]>> = {
  probability: ['probability'],
  logit: ['log-odds'],
  value: ['value'],
  'logit of a surrogate': ['log-odds', 'softmax margin'],
};

describe.each(fixtures.map((golden) => [golden.path, golden] as const))('%s', (_, golden) => {
  it('opens as what it is', async () => {
    const draft = await readDrop(drop(golden.path));
    expect(draft.items.filter((item) => item.status === 'opens')).toHaveLength(1);
    expect(makeCard(draft)).toMatchObject({ kind: 'explanation', blocked: null, needsChoices: false });
    const { study, explanation } = opened(draft);
    expect(study.outputs.task).toBe(golden.task);
    // interpret-community leaves the class names out when it was told to leave local values out.
    const named = golden.files?.includes('classes.json') ?? true;
    if (study.outputs.task !== 'regression' && named) expect(study.outputs.classLabels).toEqual(golden.classLabels);
    expect(explanation.features).toHaveLength(golden.nFeatures);
    expect(study.table.nRows).toBe(golden.nRows);
    if (golden.featureNames) expect(explanation.features.map((feature) => feature.name)).toEqual(golden.featureNames);
    if (golden.categorical)
      expect(explanation.features.filter((feature) => feature.kind === 'categorical').map((feature) => feature.name)).toEqual(
        golden.categorical,
      );
  });

  it('has the values of the library that wrote it', async () => {
    const { explanation } = opened(await readDrop(drop(golden.path)));
    const broken = golden.problems?.some((problem) => problem.includes('localFeatureImportance')) ?? false;
    const found = explanation.local === null ? explanation.saved!.overall : importances(explanation);
    const scale = Math.max(...golden.topImportances);
    for (const [rank, importance] of golden.topImportances.entries()) {
      const index = golden.topIndices?.[rank] ?? explanation.features.findIndex((feature) => feature.name === golden.topFeatures?.[rank]);
      // A fixture with one name too many has default names.
      if (index < 0) expect(golden.problems).toContain('dataSummary.featureNames');
      else expect(Math.abs(found[index]! - importance)).toBeLessThanOrEqual(tolerance.topImportances * scale);
    }
    if (golden.baseValues !== null && !broken) {
      const expected = golden.task === 'binary' ? [golden.baseValues.at(-1)!] : golden.baseValues;
      expect([...explanation.baseValues!]).toEqual(expected);
    }
  });

  it('has its space by additivity, and a badge that says how well', async () => {
    const { study, explanation } = opened(await readDrop(drop(golden.path)));
    if (golden.space === null || explanation.local === null) {
      // Without predictions, only sums over the classes can still speak.
      const fromSums = study.findings.some((finding) => finding.code === 'space-from-sums');
      expect(['none', fromSums ? 'probability' : 'score']).toContain(explanation.space);
      return;
    }
    expect(SPACES[golden.space]).toContain(explanation.space);
    if (golden.surrogateR2 !== undefined) {
      expect(explanation.badge).toMatchObject({ kind: 'surrogate', fidelity: { metric: 'R²', nRows: golden.nRows } });
      const { badge } = explanation;
      if (badge.kind === 'surrogate') expect(badge.fidelity!.value).toBeCloseTo(golden.surrogateR2, 9);
    } else if (golden.space === 'logit of a surrogate') {
      expect(explanation.badge).toMatchObject({ kind: 'surrogate', fidelity: { metric: 'accuracy', nRows: golden.nRows } });
    } else {
      const { badge } = explanation;
      expect(badge.kind).toBe('measured');
      if (badge.kind === 'measured') expect(badge.maxResidual).toBeLessThanOrEqual(1e-9);
    }
  });

  it('keeps missing and infinite cells', async () => {
    const { study } = opened(await readDrop(drop(golden.path)));
    if (golden.missingCells === undefined) return;
    let missing = 0;
    let infinite = 0;
    for (const column of study.table.columns) {
      for (let i = 0; i < study.table.nRows; i++) {
        const value = cellNumber(column, i);
        if (Number.isNaN(value)) missing++;
        if (Math.abs(value) === Infinity) infinite++;
      }
    }
    expect([missing, infinite]).toEqual([golden.missingCells, golden.infiniteCells]);
  });

  it('says what is wrong with it', async () => {
    const { study } = opened(await readDrop(drop(golden.path)));
    for (const problem of golden.problems ?? []) {
      const said = study.findings.some(
        (finding) =>
          finding.severity !== 'info' &&
          (finding.place?.at === problem || finding.message.includes('feature names') || finding.message.includes('predictions')),
      );
      expect(said, problem).toBe(true);
    }
    expect(study.findings.every((finding) => finding.place?.file !== undefined)).toBe(true);
  });

  it('survives being saved as a study', async () => {
    const { study } = opened(await readDrop(drop(golden.path)));
    expect(await readLimpid(await writeLimpid(study), 'x')).toEqual(study);
  });

  it('opens, or says why not, when bytes are damaged', async () => {
    const files = drop(golden.path);
    const rng = createRng(files.length);
    for (let n = 0; n < 200 / fixtures.length + 1; n++) {
      const damaged = files.map((file) => {
        const bytes = file.bytes.slice(0, rng.next() < 0.3 ? rng.below(file.bytes.length) : file.bytes.length);
        for (let k = 0; k < 3 && bytes.length > 0; k++) bytes[rng.below(bytes.length)] = rng.below(256);
        return { ...file, bytes };
      });
      const draft = await readDrop(damaged);
      for (const item of draft.items) expect(item.error?.tag, JSON.stringify(item)).not.toBe('Internal');
      if (draft.study !== null) await writeLimpid(draft.study);
    }
  });
});
