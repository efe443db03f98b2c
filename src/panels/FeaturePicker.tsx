import { HintedSelect } from '#/panels/HintedSelect';

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
  return (
    <HintedSelect
      label={label}
      data={noneLabel === undefined ? data : [{ value: '', label: noneLabel }, ...data]}
      value={value === null ? (noneLabel === undefined ? null : '') : String(value)}
      hintOf={(key) => hints.get(key)}
      onChange={(key) => onChange(key === null || key === '' ? null : Number(key))}
    />
  );
}
