import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogueMarkdown } from '#/cli/catalogue-page';
import { describeCatalogue } from '#/cli/describe-catalogue';
import { main } from '#/cli/main';
import { explainers } from '#/explainers/catalogue';

/** Runs a command in this process; nothing here gets as far as a thread. */
async function call(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  const code = await main(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    errIsTerminal: false,
    threadEntry: new URL('file:///none'),
  });
  return { code, out, err };
}

const MODEL = 'src/formats/models/golden/a-float-tensor/model.onnx';
const COLUMNS = 'src/formats/models/golden/c-columns/model.onnx';
const DATA = 'src/formats/models/golden/a-float-tensor/data.csv';

describe('limpid', () => {
  it('lists its commands', async () => {
    for (const args of [['--help'], ['help'], ['-h']]) {
      const { code, out } = await call(...args);
      expect(code).toBe(0);
      for (const name of ['inspect', 'predict', 'explain', 'verify', 'explainers']) expect(out).toContain(`  ${name}`);
    }
    expect((await call()).code).toBe(2);
    expect(await call('explode')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no command "explode"') as string });
  });

  it.each(['inspect', 'predict', 'explain', 'importance', 'curve', 'verify', 'explainers'])(
    '%s explains itself with examples',
    async (name) => {
      const { code, out } = await call(name, '--help');
      expect(code).toBe(0);
      expect(out).toContain(`limpid ${name}`);
      expect(out).toContain('Examples\n');
    },
  );

  it.each([
    [['explain'], '--model is missing.'],
    [['explain', '--model', MODEL], '--data is missing.'],
    [['explain', '--model', MODEL, '--data', DATA], '--out is missing.'],
    [['explain', '--model', MODEL, '--data', DATA, '--out', 'x.csv'], '--out must end in .limpid, .json or .npz: x.csv'],
    [['predict', '--model', MODEL, '--data', DATA, '--out', 'x.limpid'], '--out must end in .csv, .json or .npz: x.limpid'],
    [['explain', '--model', MODEL, '--data', DATA, '--out', 'x.json', '--explainer', 'magic'], 'There is no explainer "magic"'],
    [
      ['explain', '--model', MODEL, '--data', DATA, '--out', 'x.json', '--seed', 'a'],
      '--seed takes a whole number of at least 0, not "a".',
    ],
    [['explain', '--model', MODEL, '--data', DATA, '--out', 'x.json', '--output-space', 'log'], '--output-space takes raw or probability'],
    [['explain', '--model', MODEL, '--data', DATA, '--out', 'x.json', '--background', '5', '--background-rows', '1'], 'exclude each other'],
    [['explain', '--model', MODEL, '--data', DATA, '--out', 'x.json', '--lanes', '0'], '--lanes takes a whole number of at least 1'],
    [['explain', '--model', MODEL, '--data', DATA, '--out', 'x.json', '--rows', 'all'], '--rows takes A:B'],
    [
      ['explain', '--model', MODEL, '--data', DATA, '--out', 'x.json', '--background', 'many'],
      '--background takes a number of rows or a file',
    ],
    [['explain', '--nonsense'], "Unknown option '--nonsense'"],
    [['explain', MODEL, '--data', DATA], 'is not expected here'],
    [['verify'], 'One .limpid file is expected.'],
    [['inspect'], 'Which file?'],
  ] as const)('%j is wrong usage', async (args, message) => {
    const { code, err } = await call(...args);
    expect(err).toContain(message);
    expect(err).toContain(`See: limpid ${args[0]} --help`);
    expect(code).toBe(2);
  });

  it.each([
    [['explain', '--model', 'none.onnx', '--data', DATA, '--out', 'x.json'], 'none.onnx cannot be read.'],
    [['explain', '--model', DATA, '--data', DATA, '--out', 'x.json'], 'is no model but: CSV table'],
    [['explain', '--model', MODEL, '--data', MODEL, '--out', 'x.json'], 'is no table'],
    [['explain', '--model', MODEL, '--data', DATA, '--target', 'nothing', '--out', 'x.json'], 'has no column "nothing"'],
    [['explain', '--model', COLUMNS, '--data', DATA, '--out', 'x.json'], 'The table has no column for'],
    [['explain', '--model', MODEL, '--data', DATA, '--out', 'x.json'], 'The compute thread is not built.'],
    [['explain', '--model', MODEL, '--data', DATA, '--rows', '0:500', '--out', 'x.json'], 'the data have no row'],
    [['predict', '--model', 'src/formats/models/golden/refused/x-pickle.pkl', '--data', DATA, '--out', 'x.csv'], 'pickle'],
    [['verify', DATA], ''],
  ] as const)('%j fails', async (args, message) => {
    const { code, err } = await call(...args);
    expect(err.toLowerCase()).toContain(message.toLowerCase());
    expect(err).not.toMatch(/\bat \w+.*:\d+:\d+/);
    expect(code).toBe(1);
  });
});

describe('limpid explainers', () => {
  it('prints every explainer with its settings', async () => {
    const entries = JSON.parse((await call('explainers', '--json')).out) as ReturnType<typeof describeCatalogue>;
    expect(entries.map(({ id }) => id)).toEqual(explainers.map(({ id }) => id));
    expect(entries.find(({ id }) => id === 'kernel')?.parameters.map(({ id }) => id)).toContain('budget');
    const { out } = await call('explainers');
    for (const { id, label } of explainers) expect(out).toContain(`${id}: ${label}`);
  });

  it('prints docs/explainers.md: write it again with `limpid explainers --markdown` when the catalogue changes', async () => {
    const page = readFileSync('docs/explainers.md', 'utf8');
    expect((await call('explainers', '--markdown')).out).toBe(page);
    expect(catalogueMarkdown(describeCatalogue())).toBe(page);
  });
});
