import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openModelAndTable } from '#/cli/open-files';

const MODEL = 'src/formats/models/golden/a-float-tensor/model.onnx';
const folder = mkdtempSync(join(tmpdir(), 'limpid-open-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('fills the inputs anew around a target that the doctor did not guess', async () => {
  const [header, ...lines] = readFileSync('src/formats/models/golden/a-float-tensor/data.csv', 'utf8').trim().split('\n');
  const turn = (line: string): string => {
    const cells = line.split(',');
    return [cells.at(-1), ...cells.slice(1, -1)].join(',');
  };
  const names = header!.split(',').slice(1, -1);
  const path = join(folder, 'first.csv');
  writeFileSync(path, `${[['kept', ...names].join(','), ...lines.map(turn)].join('\n')}\n`);
  const { study } = await openModelAndTable(MODEL, path, 'kept');
  expect(study.model?.features.map(({ name }) => name)).toEqual(names);
  expect(study.target?.column).toBe(0);
});
