import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import { cellValue } from '#/domain/table';
import type { Table } from '#/domain/table';
import { looksLikeTable } from '#/formats/tables/looks-like-table';
import type { ParsedTable } from '#/formats/tables/read-csv';
import { readCsv } from '#/formats/tables/read-csv';
import { parseIsoDate, shapeOf } from '#/formats/tables/cell-text';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string): ParsedTable => readCsv(bytesOf(text), 'table.csv');
const codes = ({ findings }: ParsedTable): string[] => findings.map((finding) => finding.code);
const columnValues = (table: Table, i: number): unknown[] =>
  Array.from({ length: table.nRows }, (_, row) => cellValue(table.columns[i]!, row));
const errorOf = (text: string): unknown => {
  try {
    return read(text);
  } catch (error) {
    return error;
  }
};

describe('readCsv', () => {
  it('types columns by what every cell is', () => {
    const { table } = read('n,f,i,word,flag,day,zip\n1,0.5,-70000,b,true,2020-01-31,007\n255,0.1,3,a,False,2020-02-01T10:30:00Z,120\n');
    expect(table.columns.map((column) => column.kind)).toEqual([
      'numeric',
      'numeric',
      'numeric',
      'categorical',
      'boolean',
      'datetime',
      'categorical',
    ]);
    const [n, f, i, word] = table.columns;
    expect(n).toMatchObject({ values: Uint8Array.of(1, 255), integer: true });
    expect(f).toMatchObject({ values: Float64Array.of(0.5, 0.1), integer: false });
    expect(i).toMatchObject({ values: Int32Array.of(-70000, 3) });
    // Labels are sorted, so that codes do not depend on the order of rows.
    expect(word).toMatchObject({ labels: ['a', 'b'], codes: Int32Array.of(1, 0) });
    expect(columnValues(table, 5)).toEqual(['2020-01-31T00:00:00.000Z', '2020-02-01T10:30:00.000Z']);
    expect(columnValues(table, 6)).toEqual(['007', '120']);
  });

  it.each([
    [',', 'a,b,c\n1,x,2\n3,y,4\n'],
    [';', 'a;b;c\n1;x;2\n3;y;4\n'],
    ['tab', 'a\tb\tc\n1\tx\t2\n3\ty\t4\n'],
    ['|', 'a|b|c\r\n1|x|2\r\n3|y|4\r\n'],
    ['BOM', '\ufeffa,b,c\n1,x,2\n3,y,4'],
    ['old Mac line ends', 'a,b,c\r1,x,2\r3,y,4\r'],
    ['quotes', '"a","b","c"\n"1","x","2"\n"3","y","4"\n'],
    ['empty lines', 'a,b,c\n\n1,x,2\n\n3,y,4\n\n'],
  ])('reads tables separated by %s', (_, text) => {
    const { table } = read(text);
    expect(table.columns.map((column) => column.name)).toEqual(['a', 'b', 'c']);
    expect([columnValues(table, 0), columnValues(table, 1), columnValues(table, 2)]).toEqual([
      [1, 3],
      ['x', 'y'],
      [2, 4],
    ]);
  });

  it('keeps quoted separators, quotes and line breaks', () => {
    const { table } = read('a,b\n1,"x, ""y""\nz"\n2,"w"\n');
    expect(columnValues(table, 1)).toEqual(['x, "y"\nz', 'w']);
  });

  it('reads blanks as missing and counts the written ones', () => {
    const parsed = read('age,job\n30,clerk\n?,?\nNA,?\n,baker\n');
    expect(columnValues(parsed.table, 0)).toEqual([30, null, null, null]);
    expect(columnValues(parsed.table, 1)).toEqual(['clerk', null, null, 'baker']);
    expect(parsed.table.columns[1]).toMatchObject({ missingText: '?' });
    expect(codes(parsed)).toEqual(['blanks-as-text', 'blanks-as-text']);
    expect(parsed.findings[1]?.message).toMatch(/^job: 2 cells hold "\?"/);
  });

  it('finds decimal commas and thousands', () => {
    const decimal = read('a;b\n1,5;x\n-2,25;y\n3;z\n');
    expect(columnValues(decimal.table, 0)).toEqual([1.5, -2.25, 3]);
    expect(codes(decimal)).toContain('decimal-comma');
    const thousands = read('a,b\n"1,234",x\n"1,234,567.5",y\n');
    expect(columnValues(thousands.table, 0)).toEqual([1234, 1234567.5]);
    expect(codes(thousands)).toContain('thousands-separator');
  });

  it('decides about the header', () => {
    expect(codes(read('1,2\n3,4\n5,6\n'))).toContain('no-header');
    expect(read('1,2\n3,4\n5,6\n').table.columns.map((column) => column.name)).toEqual(['Column 1', 'Column 2']);
    expect(codes(read('a,b\nx,y\nz,w\n'))).toContain('header-guessed');
    expect(read('2019,2020,name\n1,2,x\n3,4,y\n').table.nRows).toBe(3);
    const { table } = read('a\tb\nr1\t1\t2\nr2\t3\t4\n');
    expect(table.columns.map((column) => [column.name, column.role])).toEqual([
      ['Row name', 'id'],
      ['a', 'feature'],
      ['b', 'feature'],
    ]);
    const repeated = read('a,a,\n1,2,3\n4,5,6\n');
    expect(repeated.table.columns.map((column) => column.name)).toEqual(['a', 'a (2)', 'Column 3']);
    expect(codes(repeated)).toContain('repeated-names');
  });

  it('guesses ids and texts that are no categories', () => {
    const rows = Array.from({ length: 1200 }, (_, i) => `${i + 5},comment ${i},${i % 3}`).join('\n');
    const parsed = read(`customer_id,note,kind\n${rows}\n`);
    expect(parsed.table.columns.map((column) => column.role)).toEqual(['id', 'ignored', 'feature']);
    expect(codes(parsed)).toEqual(['id-column', 'too-many-labels']);
  });

  it('leaves out spaces after every separator and says so', () => {
    const parsed = read('age, job\n39, State-gov\n50, ?\n');
    expect(parsed.table.columns[1]).toMatchObject({ name: 'job', labels: ['State-gov'], missingText: '?' });
    expect(codes(parsed)).toContain('spaces-trimmed');
  });

  it('keeps what a float64 cannot hold as text', () => {
    expect(columnValues(read('a,b\n12345678901234567890,1\n2,2\n').table, 0)).toEqual(['12345678901234567890', '2']);
  });

  it('says in which line a table is broken', () => {
    expect(errorOf('a,b\n1,"x\ny"\n3\n')).toMatchObject({ tag: 'UnreadableFile', place: { file: 'table.csv', at: 'line 4' } });
    expect(errorOf('a,b\n1,2\n"3,4\n5,6\n')).toMatchObject({ tag: 'UnreadableFile', place: { at: 'line 3' } });
    expect(errorOf('a,b\n')).toMatchObject({ tag: 'UnreadableFile' });
  });

  it('reads other encodings', () => {
    const latin = Uint8Array.from('name,n\nJos\u00e9,1\nZ\u00fcrich,2\n', (c) => c.charCodeAt(0));
    const parsed = readCsv(latin, 'x');
    expect(columnValues(parsed.table, 0)).toEqual(['José', 'Zürich']);
    expect(codes(parsed)).toContain('encoding-guessed');
    const utf16 = new Uint8Array([0xff, 0xfe, ...new Uint8Array(Uint16Array.from('a,b\n1,x\n', (c) => c.charCodeAt(0)).buffer)]);
    expect(columnValues(readCsv(utf16, 'x').table, 1)).toEqual(['x']);
  });

  it('keeps hostile names as text', () => {
    const names = ['<img src=x onerror=alert(1)>', '__proto__', 'constructor', '=cmd|calc'];
    const { table } = read(`"${names.join('","')}"\n1,2,3,4\n5,6,7,8\n`);
    expect(table.columns.map((column) => column.name)).toEqual(names);
  });

  it('reads back any table of numbers and words', () => {
    const cell = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)));
    const word = fc
      .stringMatching(/^[a-z ,";\n]{1,8}[a-z]$/)
      .filter((text) => text.trim() === text && !/^(inf|nan|null|true|false|infinity)$/i.test(text));
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, word), { minLength: 2, maxLength: 12 }), (rows) => {
        const { table } = read(`number;word of mouth\n${rows.map(([x, w]) => `${x};${quote(w)}`).join('\n')}\n`);
        expect(columnValues(table, 0)).toEqual(rows.map(([x]) => x));
        expect(columnValues(table, 1)).toEqual(rows.map(([, w]) => w));
      }),
    );
  });

  it('ends in a table or a tagged error for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '1', ',', ';', '\n', '"', '\r', '\t', ' ', '?', '-'), maxLength: 60 }), (text) => {
        looksLikeTable(bytesOf(text));
        const result = errorOf(text);
        expect(result instanceof Error ? isLimpidError(result, 'UnreadableFile') : true).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('cells', () => {
  it('tells shapes apart', () => {
    expect(
      [
        '1',
        '-1.5e3',
        '.5',
        '007',
        '-0.5',
        '0',
        'inf',
        '1,5',
        '1,234',
        'TRUE',
        '2020-02-30',
        '2020-02-29',
        '1-2',
        '+',
        '123456789012345678',
      ].map(shapeOf),
    ).toEqual([
      'number',
      'number',
      'number',
      'leading zero',
      'number',
      'number',
      'number',
      'decimal comma',
      'thousands',
      'boolean',
      'text',
      'date',
      'text',
      'text',
      'long integer',
    ]);
  });

  it('reads dates with zones as UTC', () => {
    expect(parseIsoDate('2024-03-01T01:30:00+02:00')).toBe(Date.UTC(2024, 1, 29, 23, 30));
    expect(parseIsoDate('2024-03-01 01:30:00.250')).toBe(Date.UTC(2024, 2, 1, 1, 30, 0, 250));
    expect(parseIsoDate('0050-01-01')).toBeNaN();
  });
});

describe('looksLikeTable', () => {
  it('knows tables from other text', () => {
    expect(looksLikeTable(bytesOf('a,b\n1,2\n'))).toBe(true);
    expect(looksLikeTable(bytesOf('value\n1\n2\n'))).toBe(true);
    expect(looksLikeTable(bytesOf('Dear reader\nthis is a letter\n'))).toBe(false);
    expect(looksLikeTable(bytesOf('{"a": 1}\n'))).toBe(false);
    expect(looksLikeTable(bytesOf('<html>\n<p>\n'))).toBe(false);
    expect(looksLikeTable(Uint8Array.of(0, 1, 2, 44, 10, 3, 44))).toBe(false);
    expect(looksLikeTable(new Uint8Array(0))).toBe(false);
  });
});
