import { Checkbox } from '@mantine/core';

interface ToggleOptionProps {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function ToggleOption({ label, checked, disabled = false, onChange }: ToggleOptionProps) {
  return (
    <Checkbox size="xs" label={label} checked={checked} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
  );
}
