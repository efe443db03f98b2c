import { HintedSelect } from '#/panels/HintedSelect';
import type { AxisInfo, AxisRef } from '#/queries/axis';
import { panelsText } from '#/text/panels';

const NONE = 'none';

interface AxisPickerProps {
  /** Accessible name and text before the control: `X`, `Y`, `Colour`. */
  readonly label: string;
  /** Null: none. Undefined: not known yet. */
  readonly value: AxisRef | null | undefined;
  readonly axes: readonly AxisInfo[];
  readonly allowNone?: boolean;
  readonly onChange: (value: AxisRef | null) => void;
}

/** What stands on an axis: searchable, grouped into facts of the row, data columns and importances. */
export function AxisPicker({ label, value, axes, allowNone = false, onChange }: AxisPickerProps) {
  const byKey = new Map(axes.map((axis) => [keyOf(axis.ref), axis]));
  const group = (name: string, wanted: (ref: AxisRef) => boolean) => ({
    group: name,
    items: axes.filter((axis) => wanted(axis.ref)).map((axis) => ({ value: keyOf(axis.ref), label: axis.label })),
  });
  const groups = [
    group(panelsText.groups.row, (ref) => ref.kind !== 'column' && ref.kind !== 'importance'),
    group(panelsText.groups.data, (ref) => ref.kind === 'column'),
    group(panelsText.groups.importance, (ref) => ref.kind === 'importance'),
  ].filter(({ items }) => items.length > 0);
  const pick = (key: string | null) => {
    const axis = key === null ? undefined : byKey.get(key);
    if (axis !== undefined) onChange(axis.ref);
    else if (key === NONE) onChange(null);
  };
  return (
    <HintedSelect
      label={label}
      data={allowNone ? [{ value: NONE, label: panelsText.none }, ...groups] : groups}
      value={value === undefined ? null : value === null ? NONE : keyOf(value)}
      hintOf={(key) => byKey.get(key)?.unit}
      onChange={pick}
    />
  );
}

function keyOf(ref: AxisRef): string {
  switch (ref.kind) {
    case 'column':
      return `column ${ref.column}`;
    case 'probability':
      return `probability ${ref.classIndex}`;
    case 'importance':
      return `importance ${ref.feature}`;
    case 'interaction':
      return `interaction ${ref.first} ${ref.second}`;
    case 'index':
    case 'true':
    case 'predicted':
    case 'error':
      return ref.kind;
    default:
      return ref satisfies never;
  }
}
