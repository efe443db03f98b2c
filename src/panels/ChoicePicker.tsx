import { Select } from '@mantine/core';
import styles from './pickers.module.css';

interface ChoicePickerProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

/** One of a few fixed choices, in the row of controls. */
export function ChoicePicker<T extends string>({ label, value, options, onChange }: ChoicePickerProps<T>) {
  return (
    <Select
      label={label}
      classNames={{ root: styles.root ?? '', label: styles.label ?? '', wrapper: styles.wrapper ?? '', input: styles.input ?? '' }}
      size="xs"
      allowDeselect={false}
      searchable={options.length > 12}
      data={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      onChange={(key) => {
        const option = options.find((one) => one.value === key);
        if (option !== undefined) onChange(option.value);
      }}
      comboboxProps={{ position: 'bottom-start', transitionProps: { duration: 0 } }}
    />
  );
}
