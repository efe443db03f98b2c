import { IconUnlink } from '@tabler/icons-react';
import { Button, IconButton } from '#/components/Button';
import { TextField } from '#/components/TextField';
import { addGroup, columnsOf, rename, ungroup, type GroupForm } from '#/features/group-columns/group-form';
import { groupText } from '#/text/group-columns';
import { joinWords, visibleLabel } from '#/text/labels';
import styles from './group-columns.module.css';

export interface GroupFormProps {
  readonly form: GroupForm;
  /** Of the columns. */
  readonly names: readonly string[];
  readonly onChange: (form: GroupForm) => void;
}

/** The groups with their names. */
export function GroupList({ form, names, onChange }: GroupFormProps) {
  return (
    <fieldset>
      <legend className={styles.legend}>{groupText.groups}</legend>
      {form.groups.length === 0 && <p className={styles.quiet}>{groupText.noGroups}</p>}
      <ul className={styles.groups}>
        {form.groups.map(({ key, name }) => {
          const columns = columnsOf(form, key);
          return (
            <li key={key} className={styles.group}>
              <TextField
                label={groupText.name(name)}
                hideLabel
                value={name}
                autoComplete="off"
                maxLength={200}
                onChange={(text) => onChange(rename(form, key, text))}
              />
              <span className={styles.members} title={joinWords(columns.map((column) => visibleLabel(names[column] ?? '')))}>
                {groupText.size(columns.length)}
              </span>
              <IconButton label={groupText.ungroup(name)} onClick={() => onChange(ungroup(form, key))}>
                <IconUnlink size={16} />
              </IconButton>
            </li>
          );
        })}
      </ul>
      <div className={styles.buttons}>
        <Button onClick={() => onChange(addGroup(form))}>{groupText.newGroup}</Button>
        {form.groups.length > 1 && (
          <Button look="quiet" onClick={() => onChange({ groups: [], of: form.of.map(() => null) })}>
            {groupText.ungroupAll}
          </Button>
        )}
      </div>
    </fieldset>
  );
}
