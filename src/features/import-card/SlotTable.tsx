import { EllipsisText } from '#/components/EllipsisText';
import type { CardColumn, CardSlot } from '#/formats/draft';
import { importText } from '#/text/import-card';
import { ColumnSelect } from './ColumnSelect';
import styles from './import-card.module.css';

interface SlotTableProps {
  readonly slots: readonly CardSlot[];
  readonly columns: readonly CardColumn[];
  /** Column by slot, as chosen. */
  readonly chosen: readonly (number | null)[];
  readonly onChange: (chosen: readonly (number | null)[]) => void;
}

/** Which column fills which model input, and why it was taken. */
export function SlotTable({ slots, columns, chosen, onChange }: SlotTableProps) {
  const perInput = new Map<string, number>();
  for (const slot of slots) perInput.set(slot.input, (perInput.get(slot.input) ?? 0) + 1);
  const nameOf = (slot: CardSlot) =>
    slot.name ?? ((perInput.get(slot.input) ?? 1) > 1 ? importText.slot(slot.input, slot.slot) : slot.input);
  return (
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={importText.inputs}>
      <table className={`${styles.table ?? ''} ${styles.slots ?? ''}`}>
        <thead>
          <tr>
            <th scope="col">{importText.input}</th>
            <th scope="col">{importText.type}</th>
            <th scope="col">{importText.column}</th>
            <th scope="col">{importText.how}</th>
          </tr>
        </thead>
        <tbody>
          {slots.map((slot, i) => (
            <tr key={i}>
              <th scope="row">
                <EllipsisText text={nameOf(slot)} />
              </th>
              <td>{slot.type}</td>
              <td>
                <ColumnSelect
                  label={importText.columnFor(nameOf(slot))}
                  columns={columns}
                  value={chosen[i] ?? null}
                  onChange={(column) => onChange(slots.map((_, j) => (j === i ? column : (chosen[j] ?? null))))}
                />
              </td>
              <td data-how={slot.how}>{importText.hows[slot.how]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
