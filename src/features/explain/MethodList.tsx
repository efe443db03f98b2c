import { useId, type ReactNode } from 'react';
import type { ExplainPlan } from '#/engine/job';
import { explainText } from '#/text/explain';
import type { MethodId } from './explain-form';
import styles from './explain.module.css';

interface MethodListProps {
  readonly plan: ExplainPlan;
  readonly method: MethodId;
  readonly hasTarget: boolean;
  readonly onChange: (method: MethodId) => void;
}

/** The catalogue for this model; what does not apply stays and says why. */
export function MethodList({ plan, method, hasTarget, onChange }: MethodListProps) {
  const offers = [...plan.offers].sort((a, b) => Number(b.id === plan.recommended) - Number(a.id === plan.recommended));
  return (
    <fieldset className={styles.methods}>
      <legend className={styles.legend}>{explainText.method}</legend>
      {offers.map((offer) => (
        <MethodOption
          key={offer.id}
          label={offer.label}
          tag={offer.id === plan.recommended ? explainText.recommended : null}
          unavailable={offer.unavailable}
          checked={method === offer.id}
          onChoose={() => onChange(offer.id)}
        >
          <p>{offer.sentence}</p>
          {offer.id === plan.recommended && <p>{plan.reason}</p>}
          {offer.estimate !== null && (
            <p className={styles.facts}>
              {offer.estimate.exact ? explainText.exact : explainText.sampled} · {explainText.semantics(offer.semantics)}
            </p>
          )}
        </MethodOption>
      ))}
      <MethodOption
        label={explainText.permutation}
        tag={null}
        unavailable={hasTarget ? null : explainText.permutationNeeds}
        checked={method === 'permutation'}
        onChoose={() => onChange('permutation')}
      >
        <p>{explainText.permutationSentence}</p>
      </MethodOption>
    </fieldset>
  );
}

interface MethodOptionProps {
  readonly label: string;
  readonly tag: string | null;
  readonly unavailable: string | null;
  readonly checked: boolean;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}

function MethodOption({ label, tag, unavailable, checked, onChoose, children }: MethodOptionProps) {
  const id = useId();
  return (
    <div className={styles.method} data-checked={checked} data-unavailable={unavailable !== null}>
      <input
        id={id}
        type="radio"
        name="method"
        checked={checked}
        disabled={unavailable !== null}
        aria-describedby={`${id}-about`}
        onChange={onChoose}
      />
      <div>
        <label htmlFor={id}>
          {label}
          {tag !== null && <span className={styles.tag}>{tag}</span>}
        </label>
        <div id={`${id}-about`} className={styles.about}>
          {unavailable === null ? children : <p>{unavailable}</p>}
        </div>
      </div>
    </div>
  );
}
