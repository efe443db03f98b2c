import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRowList } from '#/cli/row-list';
import { UsageError } from '#/cli/usage-error';

const folder = mkdtempSync(join(tmpdir(), 'limpid-rows-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, 'rows.json');
  writeFileSync(path, content);
  return `@${path}`;
}

describe('row lists', () => {
  it.each([
    ['0:3', [0, 1, 2]],
    ['7:', [7, 8, 9]],
    [':2', [0, 1]],
    [':', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['9:10', [9]],
    ['3,1,3', [3, 1, 3]],
    ['4', [4]],
  ])('%s', async (text, rows) => {
    expect(await readRowList('rows', text, 10)).toEqual(rows);
  });

  it('reads a JSON list', async () => {
    expect(await readRowList('rows', file('[5, 0, 9]'), 10)).toEqual([5, 0, 9]);
  });

  it.each(['', '3:3', '5:2', 'a', '1;2', '-1', '1.5', '1,,2', '1:2:3'])('calls %j wrong usage', async (text) => {
    await expect(readRowList('rows', text, 10)).rejects.toThrow(UsageError);
  });

  it.each(['10', '0:11', '3,10', '10:', '0:99999999999'])('says that the data have no such row: %s', async (text) => {
    await expect(readRowList('rows', text, 10)).rejects.toThrow(/no row 1?\d|names no row/);
  });

  it.each(['{"a": 1}', '[1.5]', '[-1]', '["1"]', 'no json'])('refuses a file with %s', async (content) => {
    await expect(readRowList('rows', file(content), 10)).rejects.toMatchObject({ tag: 'UnreadableFile' });
  });

  it('refuses an empty list, a row beyond the data, and a file that is not there', async () => {
    await expect(readRowList('rows', file('[]'), 10)).rejects.toThrow(UsageError);
    await expect(readRowList('rows', file('[10]'), 10)).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(readRowList('rows', `@${join(folder, 'none.json')}`, 10)).rejects.toMatchObject({ tag: 'UnreadableFile' });
  });
});
