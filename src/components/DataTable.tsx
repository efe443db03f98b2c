import { useMemo, useRef, useState, type UIEvent } from 'react';
import type { Cell, ChartTable } from '#/charts/chart';
import { chartText } from '#/text/charts';
import { visibleLabel } from '#/text/labels';
import { formatCell } from '#/text/numbers';
import { CopyButton } from '#/components/CopyButton';
import styles from './DataTable.module.css';

interface DataTableProps {
  readonly table: ChartTable;
  /** What the table holds: its accessible name. */
  readonly caption: string;
  readonly csv: string;
  readonly onOpenRow?: (row: number) => void;
}

const ROW = 28;
const OVERSCAN = 12;

interface Sort {
  readonly column: number;
  readonly down: boolean;
}

/** The chart's numbers with every digit: only the lines in sight are in the page. */
export function DataTable({ table, caption, csv, onOpenRow }: DataTableProps) {
  const [sort, setSort] = useState<Sort | null>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 600 });
  const ref = useRef<HTMLDivElement>(null);
  const order = useMemo(() => sortedOrder(table, sort), [table, sort]);
  const first = Math.max(0, Math.floor(scroll.top / ROW) - OVERSCAN);
  const last = Math.min(table.nRows, Math.ceil((scroll.top + scroll.height) / ROW) + OVERSCAN);
  const onScroll = (event: UIEvent<HTMLDivElement>) =>
    setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight });
  const toggle = (column: number) =>
    setSort((before) =>
      before?.column !== column ? { column, down: table.columns[column]?.numeric ?? false } : { column, down: !before.down },
    );
  return (
    <div className={styles.root}>
      <div className={styles.bar}>
        <span>{chartText.rows(table.nRows)}</span>
        <CopyButton text={csv} label={chartText.copyCsv} />
      </div>
      <div ref={ref} className={styles.scroll} onScroll={onScroll} tabIndex={0} role="region" aria-label={caption}>
        <table className={styles.table} aria-rowcount={table.nRows + 1}>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr aria-rowindex={1}>
              {table.columns.map((column, i) => (
                <th
                  key={i}
                  scope="col"
                  className={column.numeric ? styles.number : undefined}
                  aria-sort={sort?.column === i ? (sort.down ? 'descending' : 'ascending') : 'none'}
                >
                  <button type="button" onClick={() => toggle(i)} title={chartText.sortBy(column.name)}>
                    <span className={styles.head}>{visibleLabel(column.name)}</span>
                    <span aria-hidden="true" className={styles.arrow}>
                      {sort?.column === i ? (sort.down ? '↓' : '↑') : ''}
                    </span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {first > 0 && <tr aria-hidden="true" style={{ height: first * ROW }} />}
            {Array.from({ length: Math.max(0, last - first) }, (_, k) => {
              const position = first + k;
              const line = order[position] ?? position;
              const row = table.rowOf(line);
              return (
                <tr
                  key={position}
                  aria-rowindex={position + 2}
                  className={row >= 0 && onOpenRow ? styles.link : undefined}
                  onClick={row >= 0 ? () => onOpenRow?.(row) : undefined}
                >
                  {table.columns.map((column, i) => (
                    <td key={i} className={column.numeric ? styles.number : undefined}>
                      {i === 0 && row >= 0 && onOpenRow !== undefined ? (
                        <button type="button" aria-label={chartText.openLine(row)}>
                          {cellLabel(table.cell(line, i))}
                        </button>
                      ) : (
                        cellLabel(table.cell(line, i))
                      )}
                    </td>
                  ))}
                </tr>
              );
            })}
            {last < table.nRows && <tr aria-hidden="true" style={{ height: (table.nRows - last) * ROW }} />}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function cellLabel(value: Cell): string {
  if (value === null) return '–';
  return typeof value === 'number' ? formatCell(value, 'full') : visibleLabel(value).slice(0, 300);
}

/** Lines in order of a column; missing values always last. */
function sortedOrder(table: ChartTable, sort: Sort | null): Int32Array {
  const order = Int32Array.from({ length: table.nRows }, (_, i) => i);
  if (sort === null) return order;
  const values = Array.from(order, (i) => table.cell(i, sort.column));
  const sign = sort.down ? -1 : 1;
  return order.sort((a, b) => {
    const x = values[a] ?? null;
    const y = values[b] ?? null;
    if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
    const compared = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
    return compared * sign || a - b;
  });
}
