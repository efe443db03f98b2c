import { NativeSelect } from '#/components/NativeSelect';
import { NumberField } from '#/components/NumberField';
import { TextField } from '#/components/TextField';
import type { Parameters, ParameterSpec } from '#/explainers/parameters';
import styles from './explain.module.css';

interface ParameterFieldsProps {
  readonly specs: readonly ParameterSpec[];
  readonly values: Parameters;
  readonly onChange: (id: string, value: string | number | boolean) => void;
}

/** The settings of a method, drawn from the catalogue. */
export function ParameterFields({ specs, values, onChange }: ParameterFieldsProps) {
  return specs.map((spec) => <ParameterField key={spec.id} spec={spec} values={values} onChange={(value) => onChange(spec.id, value)} />);
}

interface ParameterFieldProps {
  readonly spec: ParameterSpec;
  readonly values: Parameters;
  readonly onChange: (value: string | number | boolean) => void;
}

function ParameterField({ spec, values, onChange }: ParameterFieldProps) {
  const value = values[spec.id] ?? spec.default;
  switch (spec.kind) {
    case 'number':
      return (
        <NumberField
          label={spec.label}
          hint={spec.hint}
          value={Number(value)}
          min={spec.min}
          max={spec.max}
          {...(spec.integer ? {} : { step: 0.01 })}
          onChange={onChange}
        />
      );
    case 'choice':
      return (
        <div>
          <NativeSelect label={spec.label} options={spec.options} value={String(value)} onChange={onChange} />
          <p className={styles.hint}>{spec.hint}</p>
        </div>
      );
    case 'flag':
      return (
        <div>
          <label className={styles.radio}>
            <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />
            {spec.label}
          </label>
          <p className={styles.hint}>{spec.hint}</p>
        </div>
      );
    case 'text':
      return <TextField label={spec.label} hint={spec.hint} value={String(value)} onChange={onChange} />;
    default:
      return spec satisfies never;
  }
}
