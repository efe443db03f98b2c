import { IconArrowBackUp } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { IconButton } from '#/components/Button';
import { EllipsisText } from '#/components/EllipsisText';
import { decodeCell } from '#/domain/encoded-cell';
import { codeOfKey, keyOfCode, MISSING_KEY, optionsOf } from '#/features/perturbation/category-options';
import { MiniHistogram } from '#/features/perturbation/MiniHistogram';
import type { FeatureProfile } from '#/queries/profiles';
import { visibleLabel } from '#/text/labels';
import { cellText } from '#/text/local-importance';
import { formatCell, formatDate } from '#/text/numbers';
import { whatIfText } from '#/text/what-if';
import styles from './Perturbation.module.css';

interface FeatureInputProps {
  readonly profile: FeatureProfile;
  /** The row's own encoded value; NaN missing. */
  readonly base: number;
  readonly value: number;
  readonly changed: boolean;
  /** NaN: missing. */
  readonly onChange: (value: number) => void;
  readonly onReset: () => void;
}

/** A feature with an input fit for its kind; its accessible name is the feature's name. */
export function FeatureInput({ profile, base, value, changed, onChange, onReset }: FeatureInputProps) {
  const { schema } = profile;
  const id = useId();
  const shownName = visibleLabel(schema.name);
  return (
    <div className={styles.feature} data-changed={changed}>
      <label className={styles.name} htmlFor={id}>
        <EllipsisText text={shownName} />
      </label>
      <div className={styles.control}>
        <ValueInput id={id} profile={profile} value={value} onChange={onChange} />
        <span className={styles.reset}>
          {changed && (
            <IconButton label={whatIfText.resetOne(shownName)} onClick={onReset}>
              <IconArrowBackUp size={16} aria-hidden="true" />
            </IconButton>
          )}
        </span>
      </div>
      {changed && (
        <span className={styles.was}>
          {whatIfText.was(schema.kind === 'datetime' ? formatDate(base) : cellText(decodeCell(schema, base)))}
        </span>
      )}
    </div>
  );
}

interface ValueInputProps {
  readonly id: string;
  readonly profile: FeatureProfile;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function ValueInput(props: ValueInputProps) {
  switch (props.profile.schema.kind) {
    case 'numeric':
      return <NumericInput {...props} />;
    case 'categorical':
    case 'boolean':
      return <CategoryInput {...props} />;
    case 'datetime':
      return <DateInput {...props} />;
    default:
      return props.profile.schema.kind satisfies never;
  }
}

function NumericInput({ id, profile, value, onChange }: ValueInputProps) {
  const { schema, min, max, histogram } = profile;
  /** What is being typed: `-` and `1.` are no numbers yet. */
  const [draft, setDraft] = useState<string | null>(null);
  const ranged = max > min;
  const step = schema.integer ? 1 : (max - min) / 200;
  const type = (text: string) => {
    setDraft(text);
    const number = Number(text);
    if (text.trim() !== '' && Number.isFinite(number)) onChange(number);
  };
  return (
    <div className={styles.numeric}>
      <input
        id={id}
        className={styles.text}
        type="text"
        inputMode="decimal"
        role="spinbutton"
        aria-valuenow={Number.isNaN(value) ? undefined : value}
        aria-valuetext={Number.isNaN(value) ? whatIfText.missing : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={whatIfText.missing}
        value={draft ?? (Number.isNaN(value) ? '' : String(value))}
        onChange={(event) => type(event.currentTarget.value)}
        onBlur={() => {
          // An emptied field means missing.
          if (draft?.trim() === '') onChange(NaN);
          setDraft(null);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          setDraft(null);
          const from = Number.isNaN(value) ? profile.median : value;
          onChange(roundTo(from + (event.key === 'ArrowUp' ? step : -step), schema.integer));
        }}
      />
      {ranged && (
        <div className={styles.slider}>
          <MiniHistogram counts={histogram} position={Number.isNaN(value) ? NaN : (value - min) / (max - min)} />
          <input
            type="range"
            aria-label={whatIfText.slider(visibleLabel(schema.name))}
            title={whatIfText.range(formatCell(min, 'short'), formatCell(max, 'short'))}
            min={min}
            max={max}
            step={schema.integer ? 1 : 'any'}
            value={Number.isNaN(value) ? profile.median : Math.max(min, Math.min(max, value))}
            onChange={(event) => {
              setDraft(null);
              onChange(roundTo(Number(event.currentTarget.value), schema.integer));
            }}
          />
        </div>
      )}
    </div>
  );
}

/** Whole numbers stay whole; others keep six significant digits of what a slider can mean. */
function roundTo(value: number, integer: boolean): number {
  return integer ? Math.round(value) : Number(value.toPrecision(6));
}

function CategoryInput({ id, profile, value, onChange }: ValueInputProps) {
  const options = optionsOf(profile);
  return (
    <select id={id} className={styles.text} value={keyOfCode(value)} onChange={(event) => onChange(codeOfKey(event.currentTarget.value))}>
      {options.map((option) => (
        <option key={option.key} value={option.key}>
          {option.label}
        </option>
      ))}
      <option value={MISSING_KEY}>{whatIfText.missing}</option>
    </select>
  );
}

function DateInput({ id, profile, value, onChange }: ValueInputProps) {
  return (
    <div className={styles.numeric}>
      <input
        id={id}
        className={styles.text}
        type="datetime-local"
        step={1}
        value={Number.isNaN(value) ? '' : new Date(value).toISOString().slice(0, 19)}
        onChange={(event) => {
          const text = event.currentTarget.value;
          onChange(text === '' ? NaN : Date.parse(`${text}Z`));
        }}
      />
      {profile.max > profile.min && (
        <MiniHistogram counts={profile.histogram} position={(value - profile.min) / (profile.max - profile.min)} />
      )}
    </div>
  );
}
