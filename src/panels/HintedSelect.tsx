import { Select, type ComboboxItem, type ComboboxItemGroup } from '@mantine/core';
import { EllipsisText } from '#/components/EllipsisText';
import { panelsText } from '#/text/panels';
import styles from './pickers.module.css';

/** Longer lists are found by typing. */
const SHOWN = 200;

interface HintedSelectProps {
  /** Accessible name and text before the control. */
  readonly label: string;
  readonly data: readonly (ComboboxItem | ComboboxItemGroup<ComboboxItem>)[];
  readonly value: string | null;
  /** Right of an option's name: its unit, its importance. */
  readonly hintOf: (value: string) => string | null | undefined;
  readonly onChange: (value: string | null) => void;
}

/** A searchable list of names from files, each with a short fact beside it. */
export function HintedSelect({ label, data, value, hintOf, onChange }: HintedSelectProps) {
  const renderOption = ({ option }: { readonly option: ComboboxItem }) => (
    <span className={styles.option}>
      <EllipsisText text={option.label} />
      <span className={styles.unit}>{hintOf(option.value)}</span>
    </span>
  );
  return (
    <Select
      label={label}
      classNames={{
        root: `${styles.root ?? ''} ${styles.axis ?? ''}`,
        label: styles.label ?? '',
        wrapper: styles.wrapper ?? '',
        input: styles.input ?? '',
      }}
      size="xs"
      searchable
      limit={SHOWN}
      allowDeselect={false}
      nothingFoundMessage={panelsText.nothingFound}
      data={data}
      value={value}
      onChange={onChange}
      renderOption={renderOption}
      comboboxProps={{ width: 280, position: 'bottom-start', transitionProps: { duration: 0 }, keepMounted: false }}
    />
  );
}
