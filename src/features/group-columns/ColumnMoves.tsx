import { useState } from 'react';
import { EllipsisText } from '#/components/EllipsisText';
import { NativeSelect } from '#/components/NativeSelect';
import { TextField } from '#/components/TextField';
import { findColumns, moveColumns, type MoveTo } from '#/features/group-columns/group-form';
import type { GroupFormProps } from '#/features/group-columns/GroupList';
import { groupText } from '#/text/group-columns';
import { visibleLabel } from '#/text/labels';
import styles from './group-columns.module.css';

/** Lists of lists: more would make the dialog slow. */
const SHOWN = 100;
const ALONE = 'alone';
const NEW = 'new';
const CHOOSE = 'choose';

const placeOf = (value: string): MoveTo => (value === ALONE ? null : value === NEW ? 'new' : Number(value));

/** Each column with the group it is in; what was found by name moves in one step. */
export function ColumnMoves({ form, names, onChange }: GroupFormProps) {
  const [text, setText] = useState('');
  const found = findColumns(names, text);
  const places = [
    { value: ALONE, label: groupText.alone },
    ...form.groups.map(({ key, name }) => ({ value: String(key), label: visibleLabel(name) })),
    { value: NEW, label: groupText.ownGroup },
  ];
  const move = (columns: readonly number[], value: string) => onChange(moveColumns(form, columns, placeOf(value)));
  return (
    <fieldset>
      <legend className={styles.legend}>{groupText.columns}</legend>
      <div className={styles.find}>
        <TextField label={groupText.find} hideLabel placeholder={groupText.find} type="search" value={text} onChange={setText} />
        {text.trim() !== '' && found.length > 0 && (
          <NativeSelect
            label={groupText.moveShown(found.length)}
            options={[{ value: CHOOSE, label: groupText.choose }, ...places]}
            value={CHOOSE}
            onChange={(value) => {
              if (value !== CHOOSE) move(found, value);
            }}
          />
        )}
      </div>
      {found.length === 0 && <p className={styles.quiet}>{groupText.nothingFound}</p>}
      <ul className={styles.columns}>
        {found.slice(0, SHOWN).map((column) => (
          <li key={column} className={styles.column} data-grouped={form.of[column] !== null}>
            <span className={styles.columnName}>
              <EllipsisText text={visibleLabel(names[column] ?? '')} />
            </span>
            <NativeSelect
              label={groupText.groupOf(names[column] ?? '')}
              hideLabel
              options={places}
              value={String(form.of[column] ?? ALONE)}
              onChange={(value) => move([column], value)}
            />
          </li>
        ))}
      </ul>
      {found.length > SHOWN && <p className={styles.quiet}>{groupText.more(found.length - SHOWN)}</p>}
    </fieldset>
  );
}
