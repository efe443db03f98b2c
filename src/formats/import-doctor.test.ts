import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import { createRng } from '#/base/rng';
import { encodeRows } from '#/domain/encode-rows';
import { classLabels } from '#/domain/outputs';
import type { DroppedFile } from '#/formats/draft';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';
import { readLimpid } from '#/formats/study/read-limpid';
import { writeLimpid } from '#/formats/study/write-limpid';

const MODELS = fileURLToPath(new URL('models/golden/', import.meta.url));
const SAVED = fileURLToPath(new URL('explanations/golden/saved/', import.meta.url));

interface ModelGolden {
  readonly task: string;
  readonly classLabels: readonly (string | number)[];
  readonly target: string;
  readonly features: readonly { readonly name: string; readonly kind: string; readonly column: string; readonly input?: string }[];
  readonly ignoredColumns: readonly string[];
  readonly nRows: number;
}

const load = (path: string, name: string): DroppedFile => ({ path: name, bytes: new Uint8Array(readFileSync(path)) });
const csv = (text: string, name = 'table.csv'): DroppedFile => ({ path: name, bytes: new TextEncoder().encode(text) });
const modelFile = (name: string, as = 'model.onnx'): DroppedFile => load(join(MODELS, name, 'model.onnx'), as);
const dataFile = (name: string, as = 'data.csv'): DroppedFile => load(join(MODELS, name, 'data.csv'), as);
const savedFolder = (name: string): DroppedFile[] =>
  readdirSync(join(SAVED, name)).map((file) => load(join(SAVED, name, file), `${name}/${file}`));
const goldens = readdirSync(MODELS).filter((name) => existsSync(join(MODELS, name, 'model.onnx')));

describe.each(goldens)('model %s', (name) => {
  const golden = JSON.parse(readFileSync(join(MODELS, name, 'expected.json'), 'utf8')) as ModelGolden;

  it('meets its table under names that say nothing', async () => {
    const draft = await readDrop([modelFile(name, 'unknown'), dataFile(name, 'unknown too')]);
    expect(draft.items.map((item) => [item.recognisedAs, item.status])).toEqual([
      ['ONNX model', 'opens'],
      ['CSV table', 'opens'],
    ]);
    const card = makeCard(draft);
    expect(card).toMatchObject({ kind: 'model and table', blocked: null });
    const columns = draft.table!.columns.map((column) => column.name);
    expect(card.slots.map((slot) => columns[slot.column!])).toEqual(golden.features.map((feature) => feature.column));
    expect(card.choices.target).toBe(columns.indexOf(golden.target));
    for (const ignored of golden.ignoredColumns) expect(['id', 'ignored']).toContain(card.choices.roles[columns.indexOf(ignored)]);
  });

  it('becomes a study with bound features and true values', async () => {
    const draft = await readDrop([modelFile(name), dataFile(name)]);
    const card = makeCard(draft);
    const study = completeDraft(draft, card.choices);
    expect(study.table.nRows).toBe(golden.nRows);
    expect(study.predictions).toBeNull();
    const { model } = study;
    expect(model!.features.map((feature) => [feature.name, feature.kind])).toEqual(
      golden.features.map((feature) => [feature.column, feature.kind]),
    );
    expect(model!.bindings.flatMap((binding) => binding.features)).toEqual(golden.features.map((_, j) => j));
    const encoded = encodeRows(study.table, model!.features, Int32Array.of(0, 1));
    expect(encoded.values).toHaveLength(2 * golden.features.length);
    expect(study.outputs.task).toBe(golden.task);
    if (golden.task !== 'regression') {
      expect(classLabels(study.outputs)).toHaveLength(golden.classLabels.length);
      expect(study.target?.kind === 'class' && study.target.classes.every((value) => value >= 0)).toBe(true);
    }
    expect(await readLimpid(await writeLimpid(study), 'x')).toEqual(study);
  });
});

describe('readDrop', () => {
  it('keeps going when a file is broken', async () => {
    const draft = await readDrop([
      csv('a,b\n1,2\n3\n', 'broken.csv'),
      csv('{"a": [1, }', 'broken.json'),
      csv('a,b\n1,2\n3,4\n', 'good.csv'),
      { path: 'empty', bytes: new Uint8Array(0) },
    ]);
    expect(draft.table?.name).toBe('good.csv');
    const byPath = new Map(draft.items.map((item) => [item.path, item]));
    expect(byPath.get('broken.csv')).toMatchObject({
      status: 'broken',
      recognisedAs: 'CSV table',
      error: { tag: 'UnreadableFile', place: { at: 'line 3' } },
    });
    expect(byPath.get('broken.json')).toMatchObject({
      status: 'broken',
      recognisedAs: 'JSON',
      error: { place: { at: 'line 1, column 11 (character 10)' } },
    });
    expect(byPath.get('empty')).toMatchObject({ status: 'broken' });
    expect(byPath.get('good.csv')).toMatchObject({ status: 'opens', error: null });
  });

  it('opens folders and studies inside a zip', async () => {
    const files = savedFolder('binary-tree');
    const zipped = new Uint8Array(zipSync(Object.fromEntries(files.map((file) => [`run/${file.path}`, file.bytes]))));
    const draft = await readDrop([{ path: 'run.zip', bytes: zipped }]);
    expect(draft.study?.explanations[0]?.name).toBe('Tree SHAP');
    expect(draft.items[0]).toMatchObject({ path: 'run.zip/run/binary-tree', status: 'opens' });
    expect(draft.items.filter((item) => item.status === 'part')).toHaveLength(files.length);
    const study = await writeLimpid(draft.study!);
    const again = await readDrop([{ path: 'bundle', bytes: new Uint8Array(zipSync({ unknown: study })) }]);
    expect(makeCard(again).kind).toBe('study');
    expect(again.study).toEqual(draft.study);
  });

  it('takes the best of several and says why the others wait', async () => {
    const draft = await readDrop([...savedFolder('binary-pfi'), ...savedFolder('binary-tree')]);
    expect(draft.study?.explanations[0]?.name).toBe('Tree SHAP');
    expect(draft.items.find((item) => item.path === 'binary-pfi')?.status).toBe('ignored');
    expect(draft.findings.map((finding) => finding.code)).toEqual(['file-ignored']);
    const tables = await readDrop([csv('x,y\n1,2\n3,4\n5,6\n', 'big.csv'), dataFile('c-columns', 'fits.csv'), modelFile('c-columns')]);
    expect(tables.table?.name).toBe('fits.csv');
  });

  it('counts its progress and stops when told', async () => {
    const steps: number[] = [];
    await readDrop([csv('a,b\n1,2\n'), csv('a,b\n1,2\n', 'b.csv')], (done, total) => steps.push(done / total));
    expect(steps).toEqual([0.5, 1]);
    const controller = new AbortController();
    const running = readDrop([csv('a,b\n1,2\n'), csv('a,b\n1,2\n', 'b.csv')], () => controller.abort(), controller.signal);
    await expect(running).rejects.toMatchObject({ tag: 'Aborted' });
  });

  it('ends in items and tagged errors for damaged models and tables', async () => {
    const rng = createRng(7);
    for (let n = 0; n < 200; n++) {
      const name = goldens[n % goldens.length]!;
      const damaged = [modelFile(name), dataFile(name)].map((file) => {
        const bytes = file.bytes.slice(0, rng.next() < 0.3 ? rng.below(file.bytes.length) : file.bytes.length);
        for (let k = 0; k < 4 && bytes.length > 0; k++) bytes[rng.below(bytes.length)] = rng.below(256);
        return { ...file, bytes };
      });
      const draft = await readDrop(damaged);
      for (const item of draft.items) expect(item.error?.tag, JSON.stringify(item)).not.toBe('Internal');
      const card = makeCard(draft);
      try {
        completeDraft(draft, card.choices);
      } catch (error) {
        expect(isLimpidError(error, 'InconsistentData')).toBe(true);
      }
    }
  });

  it('reads nothing into strange names', async () => {
    for (const path of ['../../etc/passwd', '__proto__', 'a/__proto__/features.json', '<script>.csv', '']) {
      const draft = await readDrop([csv('a,b\n1,2\n3,4\n', path)]);
      expect(draft.items).toHaveLength(1);
      expect(makeCard(draft).items[0]?.path).toBe(path);
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('makeCard', () => {
  it('says what is missing', async () => {
    expect(makeCard(await readDrop([])).kind).toBe('nothing');
    const table = makeCard(await readDrop([csv('age,job,income\n30,x,<=50K\n40,y,>50K\n')]));
    expect(table).toMatchObject({ kind: 'table', choices: { target: 2 } });
    expect(table.blocked).toMatch(/model/);
    const model = makeCard(await readDrop([modelFile('c-columns')]));
    expect(model.kind).toBe('model');
    expect(model.blocked).toMatch(/age, income__thousands/);
    const draft = await readDrop([modelFile('c-columns'), csv('age,rooms\n1,2\n3,4\n')]);
    const card = makeCard(draft);
    expect(card.blocked).toMatch(/no column for/);
    expect(() => completeDraft(draft, card.choices)).toThrow(/no column for/);
    const wide = makeCard(await readDrop([modelFile('a-float-tensor'), csv('a,b\n1,2\n3,4\n')]));
    expect(wide.blocked).toMatch(/6 values a row/);
  });

  it('follows the choices', async () => {
    const draft = await readDrop([modelFile('e-zipmap'), dataFile('e-zipmap')]);
    const card = makeCard(draft);
    const columns = draft.table!.columns.map((column) => column.name);
    const noTarget = makeCard(draft, { ...card.choices, target: null, name: 'Flowers' });
    expect(noTarget).toMatchObject({ name: 'Flowers', blocked: null });
    expect(noTarget.findings.map((finding) => finding.code)).toContain('no-target');
    expect(noTarget.choices.roles[columns.indexOf('species')]).toBe('ignored');
    const swapped = [...card.choices.slots];
    [swapped[0], swapped[1]] = [swapped[1]!, swapped[0]!];
    const chosen = makeCard(draft, { ...card.choices, slots: swapped, classNames: ['A', 'B', 'C'] });
    expect(chosen.slots.slice(0, 2).map((slot) => slot.how)).toEqual(['chosen', 'chosen']);
    const study = completeDraft(draft, chosen.choices);
    expect(study.outputs).toMatchObject({ classLabels: ['A', 'B', 'C'] });
    expect(study.model!.features[0]!.column).toBe(card.choices.slots[1]);
    // Shown names do not change which class a label means.
    expect(study.target).toEqual(completeDraft(draft, card.choices).target);
  });

  it('asks again for columns when the target takes one of them', async () => {
    const draft = await readDrop([modelFile('d-label-probabilities'), dataFile('d-label-probabilities')]);
    const card = makeCard(draft);
    const moved = makeCard(draft, { ...card.choices, target: 0 });
    expect(moved.slots.every((slot) => slot.column !== 0)).toBe(true);
  });

  it('handles columns of another kind than the model reads', async () => {
    const header = 'age,"income, thousands",hours-per-week,rooms,tenure,region,insured';
    const draft = await readDrop([
      modelFile('c-columns'),
      csv(`${header}\n30,1.5,40,2,1,true,yes\n40,2.5,35,3,2,false,no\nx,2,30,1,1,true,no\n`),
    ]);
    const card = makeCard(draft);
    expect(card.findings.map((finding) => finding.code)).toEqual(expect.arrayContaining(['numbers-as-text', 'codes-for-labels']));
    expect(card.needsChoices).toBe(true);
    const study = completeDraft(draft, card.choices);
    expect(study.table.columns[4]).toMatchObject({ kind: 'categorical', labels: ['1', '2'] });
    expect(study.table.columns[5]).toMatchObject({ kind: 'categorical', labels: ['False', 'True'] });
    const padded = await readDrop([modelFile('c-columns'), csv(`${header}\n030,1.5,40,2,own,n,yes\n040,2.5,35,3,own,s,no\n`)]);
    expect(makeCard(padded).findings.map((finding) => finding.code)).toContain('text-as-numbers');
    expect(completeDraft(padded, makeCard(padded).choices).table.columns[0]).toMatchObject({
      kind: 'numeric',
      values: Uint8Array.of(30, 40),
    });
  });

  it('numbers classes by sorted labels when the model only counts them', async () => {
    const rows = readFileSync(join(MODELS, 'a-float-tensor', 'data.csv'), 'utf8')
      .split('\n')
      .map((line) => line.replace(/,0$/, ',malignant').replace(/,1$/, ',benign'));
    const draft = await readDrop([modelFile('a-float-tensor'), csv(rows.join('\n'))]);
    const card = makeCard(draft);
    expect(card.choices.classNames).toEqual(['benign', 'malignant']);
    expect(card.findings.map((finding) => finding.code)).toContain('labels-by-order');
  });

  it('takes one number for a logit where the data have two classes, and lets the user say otherwise', async () => {
    const draft = await readDrop([modelFile('g-one-logit'), dataFile('g-one-logit')]);
    const card = makeCard(draft);
    expect(card).toMatchObject({ taskOpen: true, outputs: { task: 'binary', classLabels: ['0', '1'] }, choices: { task: null } });
    const inferred = card.findings.find((finding) => finding.code === 'one-logit-as-binary');
    expect(inferred).toMatchObject({ severity: 'warning', message: expect.stringContaining('benign') as string });
    expect(inferred?.fix).toContain('A value');
    const study = completeDraft(draft, card.choices);
    expect(study.model!.signature).toMatchObject({ task: 'binary', outputs: { space: 'logit', classLabels: ['0', '1'] } });

    const asValue = makeCard(draft, { ...card.choices, task: 'regression' });
    expect(asValue).toMatchObject({ taskOpen: true, outputs: { task: 'regression' }, choices: { task: 'regression', classNames: [] } });
    expect(asValue.findings.map((finding) => finding.code)).toEqual(['matched-by-position']);
    const values = completeDraft(draft, asValue.choices);
    expect(values.target).toMatchObject({ kind: 'value' });
    expect(values.model!.signature).toEqual(draft.model!.signature);
    expect(await readLimpid(await writeLimpid(values), 'x')).toEqual(values);
    const back = makeCard(draft, { ...asValue.choices, task: 'binary' });
    expect(back.findings.map((finding) => finding.code)).toEqual(['matched-by-position']);
    expect(completeDraft(draft, back.choices)).toMatchObject({ target: study.target, outputs: study.outputs });
  });

  it.each([
    ['two labels', 'bad', 'good', ['bad', 'good']],
    ['truth values', 'false', 'true', ['False', 'True']],
  ])('names the classes of a logit after %s', async (_, zero, one, names) => {
    const source = readFileSync(join(MODELS, 'g-one-logit', 'data.csv'), 'utf8')
      .trim()
      .split(/\r?\n/);
    const rows = source.map((line) => line.replace(/,0$/, `,${zero}`).replace(/,1$/, `,${one}`));
    const draft = await readDrop([modelFile('g-one-logit'), csv(rows.join('\n'))]);
    const card = makeCard(draft);
    expect(card.outputs).toEqual({ task: 'binary', targetName: 'benign', classLabels: names });
    const { target } = completeDraft(draft, card.choices);
    expect(target?.kind === 'class' && Array.from(target.classes)).toEqual(source.slice(1).map((line) => Number(line.at(-1))));
  });

  it('reads numbers that are no classes as values, unless the user says otherwise', async () => {
    const rows = readFileSync(join(MODELS, 'g-one-logit', 'data.csv'), 'utf8')
      .trim()
      .split(/\r?\n/);
    const withTarget = (cell: (row: number) => string) =>
      csv(rows.map((line, i) => (i === 0 ? line : line.replace(/[01]$/, cell(i)))).join('\n'));
    const draft = await readDrop([modelFile('g-one-logit'), withTarget((i) => `${i}.5`)]);
    const card = makeCard(draft);
    expect(card).toMatchObject({ taskOpen: true, outputs: { task: 'regression' }, choices: { task: null, target: 5, classNames: [] } });
    expect(card.findings.map((finding) => finding.code)).not.toContain('one-logit-as-binary');
    expect(completeDraft(draft, card.choices).target).toMatchObject({ kind: 'value', column: 5 });
    const forced = makeCard(draft, { ...card.choices, task: 'binary' });
    expect(forced.outputs).toMatchObject({ task: 'binary', classLabels: ['0', '1'] });
    expect(forced.findings.map((finding) => finding.code)).toContain('target-unknown-labels');

    const signs = await readDrop([modelFile('g-one-logit'), withTarget((i) => (i % 2 === 0 ? '1' : '-1'))]);
    const guessed = makeCard(signs);
    expect(guessed.outputs?.task).toBe('regression');
    const chosen = makeCard(signs, { ...guessed.choices, task: 'binary' });
    expect(chosen.outputs).toMatchObject({ task: 'binary', classLabels: ['-1', '1'] });
    const { target } = completeDraft(signs, chosen.choices);
    expect(target?.kind === 'class' && Array.from(target.classes.slice(0, 3))).toEqual([0, 1, 0]);
  });

  it('offers no task where the graph says what it predicts', async () => {
    const rows = readFileSync(join(MODELS, 'f-regression', 'data.csv'), 'utf8')
      .trim()
      .split(/\r?\n/);
    const binary = rows.map((line, i) => (i === 0 ? line : line.replace(/[^,]*$/, String(i % 2))));
    const draft = await readDrop([modelFile('f-regression'), csv(binary.join('\n'))]);
    const card = makeCard(draft, { ...makeCard(draft).choices, task: 'binary' });
    expect(card).toMatchObject({ taskOpen: false, outputs: { task: 'regression' }, choices: { task: null } });
    expect(card.findings.map((finding) => finding.code)).toContain('maybe-binary');
  });

  it('keeps a study as it is, but for its name', async () => {
    const draft = await readDrop(savedFolder('binary-linear'));
    const card = makeCard(draft);
    expect(card).toMatchObject({ kind: 'explanation', needsChoices: false, blocked: null });
    expect(completeDraft(draft, card.choices)).toEqual(draft.study);
    expect(completeDraft(draft, { ...card.choices, name: 'Mine' }).name).toBe('Mine');
  });
});

describe('an explanation with the rest of its drop', () => {
  const phi = [
    [0.5, -0.2],
    [1.5, 0.3],
    [-2, 0.1],
    [0.1, 0.9],
    [-0.7, -1.1],
    [2.2, 0.4],
  ];
  const widget = {
    localExplanations: { scores: phi, intercept: [1] },
    featureNames: ['bmi', 'age'],
    isClassifier: false,
    predictedY: phi.map(([a, b]) => a! + b! + 1),
  };
  const explanation = csv(JSON.stringify(widget), 'widget.json');

  it('takes the rows of a table by name', async () => {
    const draft = await readDrop([explanation, csv(`age,bmi,target\n${phi.map((_, i) => `${i},${i * 2},${i}.5`).join('\n')}\n`)]);
    expect(draft.items.every((item) => item.status === 'opens')).toBe(true);
    const study = draft.study!;
    expect(study.table.columns.map((column) => column.role)).toEqual(['feature', 'feature', 'target']);
    expect(study.explanations[0]!.features.map((feature) => [feature.name, feature.column])).toEqual([
      ['bmi', 1],
      ['age', 0],
    ]);
    expect(study.target).toMatchObject({ kind: 'value', column: 2 });
    expect(await readLimpid(await writeLimpid(study), 'x')).toEqual(study);
  });

  it('leaves a table of other rows aside', async () => {
    const draft = await readDrop([explanation, csv('age,bmi\n1,2\n3,4\n')]);
    expect(draft.items.map((item) => item.status)).toEqual(['opens', 'ignored']);
    expect(draft.findings[0]?.message).toMatch(/2 rows and the explanation 6/);
  });

  it('takes the model when it reads the same columns', async () => {
    const golden = JSON.parse(readFileSync(join(MODELS, 'f-regression', 'expected.json'), 'utf8')) as ModelGolden & {
      readonly predictions: readonly (readonly number[])[];
    };
    const names = golden.features.map((feature) => feature.column);
    const lines = readFileSync(join(MODELS, 'f-regression', 'data.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1, 21);
    const rows = lines.map((line) => line.split(',').map(Number).slice(0, names.length));
    const payload = {
      localExplanations: { scores: rows.map((row) => row.map(() => 0.1)), intercept: [0] },
      featureNames: names,
      trainingData: rows,
      predictedY: golden.predictions.slice(0, 20).map(([value]) => value),
      isClassifier: false,
    };
    const draft = await readDrop([
      csv(JSON.stringify(payload), 'payload'),
      modelFile('f-regression'),
      modelFile('c-columns', 'other.onnx'),
    ]);
    expect(draft.study?.model?.features.map((feature) => feature.name)).toEqual(names);
    expect(draft.items.map((item) => item.status)).toEqual(['opens', 'opens', 'ignored']);
    expect(draft.study?.predictions?.source).toBe('file');
  });
});
