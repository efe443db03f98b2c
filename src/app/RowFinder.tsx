import { Select } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import { IconButton } from '#/components/Button';
import { NativeSelect } from '#/components/NativeSelect';
import type { StudySummary } from '#/domain/summary';
import type { RowOrder } from '#/queries/row-order';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { useClient } from '#/state/client-context';
import { rowName } from '#/text/coverage';
import { shellText } from '#/text/shell';
import styles from './RowPane.module.css';

const { pane } = shellText;
const READS = ['table', 'predictions'] as const;

interface RowFinderProps {
  readonly study: StudySummary;
  readonly row: number;
}

/** Walk through the rows in an order. */
export function RowFinder({ study, row }: RowFinderProps) {
  const order = useChoices((state) => state.choices.rowOrder);
  const { set, selectRow } = useChoices.getState();
  const client = useClient();
  const here = useAsk('row-order', READS, { kind: 'locate', order, row });
  const position = here.data?.position ?? -1;
  const known = here.data !== undefined && !here.isPlaceholderData && position >= 0;
  const total = here.data?.total ?? 0;
  const before = useAsk('row-order', READS, known && position > 0 ? { kind: 'at', order, position: position - 1 } : null);
  const after = useAsk('row-order', READS, known && position < total - 1 ? { kind: 'at', order, position: position + 1 } : null);
  const go = (target: number | undefined) => {
    if (target !== undefined) selectRow(target);
  };
  const pickOrder = (next: RowOrder) => {
    set({ rowOrder: next });
    // An order by prediction is chosen to see its first row.
    if (next !== 'index') void client.ask('row-order', { kind: 'at', order: next, position: 0 }).then((answer) => go(answer.rows[0]));
  };
  return (
    <div className={styles.finder}>
      <IconButton label={pane.previous} disabled={!known || position <= 0} onClick={() => go(before.data?.rows[0])}>
        <IconChevronLeft size={18} />
      </IconButton>
      <span className={styles.position}>{known ? pane.position(position, total) : ''}</span>
      <IconButton label={pane.next} disabled={!known || position >= total - 1} onClick={() => go(after.data?.rows[0])}>
        <IconChevronRight size={18} />
      </IconButton>
      <span className={styles.push} />
      <NativeSelect label={pane.order} hideLabel options={ordersOf(study)} value={order} onChange={pickOrder} />
    </div>
  );
}

/** By number, or by part of its id. */
export function FindRow({ nRows, onRow }: { readonly nRows: number; readonly onRow: (row: number) => void }) {
  const [text, setText] = useState('');
  const found = useAsk('row-order', READS, text.trim() === '' ? null : { kind: 'find', text: text.trim() });
  const rows = text.trim() === '' ? [] : (found.data?.rows ?? []);
  const data = rows.map((row, i) => ({ value: String(row), label: found.data?.titles[i] ?? rowName(row) }));
  const go = (row: number) => {
    setText('');
    onRow(row);
  };
  // A whole number is that row, before the list has arrived and whatever ids contain it.
  const enter = (event: KeyboardEvent) => {
    const typed = Number(text.replaceAll(',', ''));
    if (event.key !== 'Enter' || !/^[\d,]+$/.test(text.trim()) || typed >= nRows) return;
    event.preventDefault();
    event.stopPropagation();
    go(typed);
  };
  return (
    <Select
      aria-label={pane.find}
      placeholder={pane.find}
      className={styles.find}
      searchable
      selectFirstOptionOnChange
      rightSection={<span />}
      rightSectionWidth={4}
      data={data}
      filter={({ options }) => options}
      value={null}
      searchValue={text}
      onSearchChange={setText}
      onChange={(value) => value !== null && go(Number(value))}
      onKeyDown={enter}
      nothingFoundMessage={text.trim() === '' || found.isFetching ? undefined : pane.nothingFound}
      comboboxProps={{ width: 240, position: 'bottom-end', transitionProps: { duration: 0 }, keepMounted: false }}
    />
  );
}

function ordersOf(study: StudySummary): readonly { readonly value: RowOrder; readonly label: string }[] {
  const orders: readonly RowOrder[] = [
    'index',
    ...(study.hasTarget && study.hasPredictions ? (['most wrong'] as const) : []),
    ...(study.hasPredictions ? (['highest prediction', 'lowest prediction'] as const) : []),
  ];
  return orders.map((value) => ({ value, label: pane.orders[value] }));
}
