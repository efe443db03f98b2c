/** Runs the built command as a process: `npm run build` first. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { listZip, readZipEntry } from '#/formats/archive';
import { createThreadExecutor } from '#/cli/thread-executor';
import { openModelAndTable } from '#/cli/open-files';
import { verifyStudy } from '#/cli/verify';
import { Engine } from '#/engine/engine';
import type { Executor } from '#/engine/executor';
import { createInProcessExecutor } from '#/engine/in-process-executor';
import type { ExplainJob } from '#/engine/job';
import { parseNpy } from '#/formats/npy';
import { readLimpid } from '#/formats/study/read-limpid';
import { createMemoryStore } from '#/storage/memory-store';

const limpid = fileURLToPath(new URL('../../dist-node/limpid.js', import.meta.url));
const thread = new URL('../../dist-node/compute.thread.js', import.meta.url);
const golden = fileURLToPath(new URL('../formats/models/golden/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'limpid-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Any use of the network ends the process with code 99, in its threads too. */
const offline = join(folder, 'offline.mjs');
writeFileSync(
  offline,
  `import net from 'node:net';
import dns from 'node:dns';
const refuse = (what) => () => { process.stderr.write('NETWORK: ' + what); process.exit(99); };
globalThis.fetch = refuse('fetch');
net.Socket.prototype.connect = refuse('connect');
dns.lookup = refuse('lookup');
`,
);

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function run(...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', offline, limpid, ...args], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

const at = (name: string): string => join(folder, name);
const files = (id: string): string[] => ['--model', join(golden, id, 'model.onnx'), '--data', join(golden, id, 'data.csv')];

interface Result {
  readonly explainer: string;
  readonly units: string;
  readonly outputs: readonly string[];
  readonly featureNames: readonly string[];
  readonly baseValues: readonly number[];
  readonly values: readonly (readonly (readonly number[])[])[];
  readonly standardErrors?: readonly unknown[];
  readonly predictions: readonly (readonly number[])[];
  readonly additivityResidual: number;
  readonly rows: readonly number[];
  readonly provenance: Readonly<Record<string, unknown>>;
}

function explain(name: string, ...args: string[]): Result {
  const { status, err } = run('explain', ...args, '--out', at(name));
  expect(err).not.toContain('NETWORK');
  expect(status, err).toBe(0);
  return JSON.parse(readFileSync(at(name), 'utf8')) as Result;
}

/** What the engine of the page gives for the same job. */
async function onThePage(
  executor: Executor,
  id: string,
  job: Pick<ExplainJob, 'explainer' | 'outputSpace' | 'background' | 'precision'>,
  rows: readonly number[],
): Promise<number[][][]> {
  const { study } = await openModelAndTable(join(golden, id, 'model.onnx'), join(golden, id, 'data.csv'), undefined);
  const engine = new Engine({ executor, store: createMemoryStore() });
  try {
    await engine.open(study, false);
    await engine.run({ ...job, kind: 'explain', rows: { kind: 'rows', rows }, seed: 0, parameters: {} });
    const [explanation] = engine.study.explanations;
    const nFeatures = explanation!.features.length;
    return explanation!.local!.map(([block]) => rows.map((_, i) => [...block!.subarray(i * nFeatures, (i + 1) * nFeatures)]));
  } finally {
    await engine.dispose();
  }
}

describe('limpid explain', () => {
  it('gives the page’s numbers for trees, with all digits', async () => {
    const rows = [3, 0, 17];
    const found = explain('trees.json', ...files('a-float-tensor'), '--rows', '3,0,17', '--background-rows', '20:60');
    expect(found).toMatchObject({ explainer: 'tree-interventional', units: 'probability', outputs: ['1'], rows });
    expect(found.featureNames).toHaveLength(6);
    const background = { kind: 'rows', rows: Array.from({ length: 40 }, (_, i) => 20 + i) } as const;
    const page = await onThePage(
      createThreadExecutor(1, thread),
      'a-float-tensor',
      { explainer: 'tree-interventional', outputSpace: 'probability', background },
      rows,
    );
    // The page keeps values as float32; its workers have the same kernels as the threads.
    expect(found.values.map((output) => output.map((row) => row.map(Math.fround)))).toEqual(page);
    const largest = Math.max(...found.values.flat(2).map(Math.abs));
    found.values[0]!.forEach((row, i) => {
      const sum = row.reduce((total, value) => total + value, found.baseValues[0] ?? NaN);
      expect(Math.abs(sum - found.predictions[0]![i]!)).toBeLessThanOrEqual(1e-6 * largest);
    });
    expect(found.additivityResidual).toBeLessThan(1e-6);
    expect(found.values.flat(2).some((value) => Math.fround(value) !== value)).toBe(true);
  });

  it('computes in float64 throughout when asked to', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => i);
    const args = [...files('a-float-tensor'), '--rows', '0:20', '--background-rows', '20:60'];
    const plain = explain('plain.json', ...args, '--precision', 'float64');
    const background = { kind: 'rows', rows: Array.from({ length: 40 }, (_, i) => 20 + i) } as const;
    const job = { explainer: 'tree-interventional', outputSpace: 'probability', background, precision: 'float64' } as const;
    expect(plain.values).toEqual(await onThePage(createInProcessExecutor(), 'a-float-tensor', job, rows));
    const fast = explain('fast.json', ...args);
    const largest = Math.max(...plain.values.flat(2).map(Math.abs));
    const off = Math.max(...plain.values.flat(2).map((value, i) => Math.abs(value - (fast.values.flat(2)[i] ?? NaN))));
    expect(off).toBeLessThanOrEqual(1e-6 * largest);
  });

  it('gives the same bits on one and on three lanes', () => {
    const args = [...files('c-columns'), '--explainer', 'kernel', '--background', '10', '--rows', '0:30'];
    const one = explain('one.json', ...args, '--lanes', '1');
    const three = explain('three.json', ...args, '--lanes', '3');
    expect(three.values).toEqual(one.values);
    expect(three.baseValues).toEqual(one.baseValues);
  });

  it('writes the same arrays as NPZ and the study as .limpid, which verifies to the bit', async () => {
    const args = [...files('c-columns'), '--explainer', 'kernel', '--rows', '0:7', '--background-rows', '50:60'];
    const found = explain('kernel.json', ...args);
    expect(run('explain', ...args, '--out', at('kernel.npz')).status).toBe(0);
    const zip = new Uint8Array(readFileSync(at('kernel.npz')));
    const values = listZip(zip, 'kernel.npz').find(({ name }) => name === 'values.npy');
    const array = parseNpy(readZipEntry(zip, values!, 'kernel.npz'), 'values.npy');
    expect(array.shape).toEqual([1, 7, 6]);
    expect([...array.data]).toEqual(found.values.flat(2));

    expect(run('explain', ...args, '--out', at('kernel.limpid')).status).toBe(0);
    const study = await readLimpid(new Uint8Array(readFileSync(at('kernel.limpid'))), 'kernel.limpid');
    const [explanation] = study.explanations;
    expect(explanation!.local![0]![0]).toEqual(Float64Array.from(found.values.flat(2)));
    expect(explanation!.provenance.background).toEqual({ kind: 'rows', rows: Array.from({ length: 10 }, (_, i) => 50 + i) });
    const { status, out } = run('verify', at('kernel.limpid'), '--json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual([
      { what: 'predictions', relative: 0, compared: study.table.nRows },
      { what: 'Kernel SHAP', relative: 0, compared: 42 },
    ]);
  });

  it('explains against the rows of another file, and keeps them in the study', async () => {
    const [header, ...lines] = readFileSync(join(golden, 'c-columns', 'data.csv'), 'utf8')
      .trim()
      .split('\n');
    writeFileSync(at('background.csv'), `${[header, ...lines.slice(30, 45)].join('\n')}\n`);
    const args = [...files('c-columns'), '--explainer', 'kernel', '--rows', '0:4'];
    const byFile = explain('by-file.json', ...args, '--background', at('background.csv'));
    const byRows = explain('by-rows.json', ...args, '--background-rows', '30:45');
    expect(byFile.values).toEqual(byRows.values);
    expect(byFile.provenance.backgroundHash).toBe(byRows.provenance.backgroundHash);
    expect(run('explain', ...args, '--background', at('background.csv'), '--out', at('given.limpid')).status).toBe(0);
    const study = await readLimpid(new Uint8Array(readFileSync(at('given.limpid'))), 'given.limpid');
    const [predictions, values] = await verifyStudy(study, createInProcessExecutor());
    expect(predictions!.relative).toBe(0);
    expect(values).toEqual({ what: 'Kernel SHAP', relative: 0, compared: 24 });
  });

  it('reads other separators, a table without the target, blanks, and words that the data lack', () => {
    const [header, ...lines] = readFileSync(join(golden, 'c-columns', 'data.csv'), 'utf8')
      .trim()
      .split('\n');
    const cut = (line: string): string[] => (line.match(/("[^"]*"|[^,]*)(?:,|$)/g) ?? []).slice(0, 6).map((cell) => cell.replace(/,$/, ''));
    const table = (separator: string, first: number, count: number): string =>
      `${[header!, ...lines.slice(first, first + count)].map((line) => cut(line).join(separator)).join('\n')}\n`;
    writeFileSync(at('semicolons.csv'), table(';', 0, 20));
    writeFileSync(at('tabs.tsv'), table('\t', 0, 20));
    const model = ['--model', join(golden, 'c-columns', 'model.onnx')];
    const whole = explain('whole.json', ...files('c-columns'), '--explainer', 'kernel', '--rows', '0:3', '--background-rows', '5:15');
    for (const name of ['semicolons.csv', 'tabs.tsv']) {
      const found = explain(
        'cut.json',
        ...model,
        '--data',
        at(name),
        '--explainer',
        'kernel',
        '--rows',
        '0:3',
        '--background-rows',
        '5:15',
      );
      expect(found.values).toEqual(whole.values);
      expect(found.outputs).toEqual(['yes']);
    }
    // Words of the background that the explained rows do not have.
    writeFileSync(at('few.csv'), table(',', 0, 3));
    const found = explain('few.json', ...model, '--data', at('few.csv'), '--explainer', 'kernel', '--background', at('semicolons.csv'));
    const both = explain('both.json', ...files('c-columns'), '--explainer', 'kernel', '--rows', '0:3', '--background-rows', '0:20');
    found.values[0]!.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(both.values[0]![i]![j]!, 12)));
  });

  it.each([
    [['--set', 'budgets=3', '--explainer', 'kernel'], 2, 'kernel has no setting "budgets"; it has budget'],
    [['--set', 'budget=-3', '--explainer', 'kernel'], 2, 'budget takes a whole number'],
    [['--output-space', 'raw', '--explainer', 'kernel'], 1, 'does not explain this model in the output space raw'],
    [['--explainer', 'tree-interventional'], 1, 'cannot explain this model'],
    [['--rows', '0:5000'], 1, 'no row'],
  ])('%j ends with code %i', (args, code, message) => {
    const { status, err } = run('explain', ...files('c-columns'), ...args, '--out', at('never.json'));
    expect(err).toContain(message);
    expect(status).toBe(code);
    expect(() => readFileSync(at('never.json'))).toThrow();
  });

  it('says when the result cannot be written', () => {
    const { status, err } = run('explain', ...files('a-float-tensor'), '--rows', '0', '--out', at('none/x.json'));
    expect(err).toContain('cannot be written');
    expect(status).toBe(1);
  });
});

describe('limpid predict', () => {
  it.each(['a-float-tensor', 'c-columns', 'f-regression'])('predicts %s as ONNX Runtime in Python does', (id) => {
    const expected = JSON.parse(readFileSync(join(golden, id, 'expected.json'), 'utf8')) as {
      readonly target: string;
      readonly predictions: readonly (readonly number[])[];
      readonly tolerance: { readonly predictions: number };
    };
    const args = [...files(id), '--target', expected.target];
    expect(run('predict', ...args, '--out', at('p.json')).status).toBe(0);
    const { predictions } = JSON.parse(readFileSync(at('p.json'), 'utf8')) as { readonly predictions: readonly (readonly number[])[] };
    const largest = Math.max(...expected.predictions.flat().map(Math.abs));
    expected.predictions.forEach((row, r) =>
      row.forEach((value, k) =>
        expect(Math.abs(predictions[k]![r]! - value)).toBeLessThanOrEqual(expected.tolerance.predictions * largest),
      ),
    );
    expect(run('predict', ...args, '--out', at('p.csv')).status).toBe(0);
    const lines = readFileSync(at('p.csv'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(predictions[0]!.length + 1);
    expect(Number(lines[1]!.split(',').at(-1))).toBe(predictions.at(-1)![0]);
  });
});

describe('limpid importance and curve', () => {
  it('ranks features by permutation, the same for the same seed', () => {
    const args = ['importance', ...files('c-columns'), '--target', 'insured', '--repeats', '3'];
    expect(run(...args, '--seed', '4', '--out', at('a.json')).status).toBe(0);
    expect(run(...args, '--seed', '4', '--lanes', '2', '--out', at('b.json')).status).toBe(0);
    const read = (name: string): { importances: number[]; spread: number[]; featureNames: string[] }[] =>
      JSON.parse(readFileSync(at(name), 'utf8')) as never;
    const [first] = read('a.json');
    expect(first!.featureNames).toHaveLength(6);
    expect(first!.importances.some((value) => value > 0)).toBe(true);
    expect(read('b.json')[0]!.importances).toEqual(first!.importances);
  });

  it('gives a curve whose lines average to it', () => {
    const args = ['curve', ...files('c-columns'), '--feature', 'tenure', '--rows', '0:10', '--lines', '10', '--out', at('curve.json')];
    const { status, err } = run(...args);
    expect(status, err).toBe(0);
    const curve = JSON.parse(readFileSync(at('curve.json'), 'utf8')) as { grid: string[]; average: number[][]; lines: number[][][] };
    expect(curve.grid).toContain('tenant');
    curve.average[0]!.forEach((value, i) => {
      const mean = curve.lines[0]!.reduce((sum, line) => sum + line[i]!, 0) / 10;
      expect(value).toBeCloseTo(mean, 12);
    });
  });
});

describe('limpid inspect', () => {
  it('says what a model is, with and without a table', () => {
    const alone = run('inspect', join(golden, 'a-float-tensor', 'model.onnx'), '--json');
    expect(alone.status).toBe(0);
    const found = JSON.parse(alone.out) as { model: { structure: { trees: { nTrees: number }; auto: { explainer: string } } } };
    expect(found.model.structure.trees.nTrees).toBe(20);
    expect(found.model.structure.auto.explainer).toBe('tree-interventional');
    const { out, status } = run('inspect', join(golden, 'c-columns', 'model.onnx'), join(golden, 'c-columns', 'data.csv'));
    expect(status).toBe(0);
    expect(out).toContain('task: binary, classes no, yes; predicts probability');
    expect(out).toContain('tree-interventional: Tree SHAP (interventional) - not for this model.');
    expect(out).toMatch(/Auto takes \S+\. /);
  });

  it('ends with code 1 for what it cannot open, saying why', () => {
    const { out, status } = run('inspect', join(golden, 'refused', 'x-pickle.pkl'));
    expect(out).toMatch(/x-pickle\.pkl: .*\(unsupported\)/);
    expect(status).toBe(1);
  });
});
