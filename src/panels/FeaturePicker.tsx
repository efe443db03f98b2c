import { Select, type ComboboxItem } from '@mantine/core';
import { EllipsisText } from '#/components/EllipsisText';
import { panelsText } from '#/text/panels';
import styles from './pickers.module.css';

const SHOWN = 200;

export interface PickableFeature {
  readonly feature: number;
  readonly name: string;
  /** Right of the name: the row's importance, the value. */
  readonly hint?: string;
}

interface FeaturePickerProps {
  readonly label: string;
  /** In the order to show, e.g. by local importance. */
  readonly features: readonly PickableFeature[];
  readonly value: number | null;
  /** Text of the choice "no feature"; absent: a feature must be chosen. */
  readonly noneLabel?: string;
  readonly onChange: (feature: number | null) => void;
}

export function FeaturePicker({ label, features, value, noneLabel, onChange }: FeaturePickerProps) {
  const hints = new Map(features.map((feature) => [String(feature.feature), feature.hint]));
  const data = features.map((feature) => ({ value: String(feature.feature), label: feature.name }));
  const renderOption = ({ option }: { readonly option: ComboboxItem }) => (
    <span className={styles.option}>
      <EllipsisText text={option.label} />
      <span className={styles.unit}>{hints.get(option.value)}</span>
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
      data={noneLabel === undefined ? data : [{ value: '', label: noneLabel }, ...data]}
      value={value === null ? (noneLabel === undefined ? null : '') : String(value)}
      onChange={(key) => onChange(key === null || key === '' ? null : Number(key))}
      renderOption={renderOption}
      comboboxProps={{ width: 280, position: 'bottom-start', transitionProps: { duration: 0 }, keepMounted: false }}
    />
  );
}
