import { useId, type ReactNode } from 'react';
import type { ExplainerOffer, ExplainPlan, GlobalOffer } from '#/engine/job';
import { explainText } from '#/text/explain';
import type { MethodId } from './explain-form';
import styles from './explain.module.css';

interface MethodListProps {
  readonly plan: ExplainPlan;
  readonly method: MethodId;
  readonly onChange: (method: MethodId) => void;
}

type Group = readonly [family: string, offers: readonly (ExplainerOffer | GlobalOffer)[]];

/** The catalogue for this model by family; what does not apply is folded away with its reasons. */
export function MethodList({ plan, method, onChange }: MethodListProps) {
  const recommended = plan.offers.find(({ id }) => id === plan.recommended);
  const others = plan.offers.filter(({ id }) => id !== plan.recommended);
  const families = [...new Set(others.map(({ family }) => family))];
  const groups: Group[] = [
    ...families.map((family): Group => [family, others.filter((offer) => offer.family === family && offer.unavailable === null)]),
    [explainText.globalFamily, plan.globals.filter(({ unavailable }) => unavailable === null)],
  ];
  const unavailable = [...plan.offers, ...plan.globals].filter((offer) => offer.unavailable !== null);
  const option = (offer: ExplainerOffer | GlobalOffer) => (
    <MethodOption
      key={offer.id}
      label={offer.label}
      tag={offer.id === plan.recommended ? explainText.recommended : null}
      checked={method === offer.id}
      onChoose={() => onChange(offer.id)}
    >
      <p>{offer.sentence}</p>
      {offer.id === plan.recommended && <p>{plan.reason}</p>}
      <p className={styles.facts}>
        {'estimate' in offer && offer.estimate !== null && `${offer.estimate.exact ? explainText.exact : explainText.sampled} · `}
        {explainText.semantics(offer.semantics)}
      </p>
    </MethodOption>
  );
  return (
    <fieldset className={styles.methods}>
      <legend className={styles.legend}>{explainText.method}</legend>
      {recommended !== undefined && option(recommended)}
      {groups.map(([family, offers]) =>
        offers.length === 0 ? null : (
          <div key={family} role="group" aria-label={family} className={styles.family}>
            <p className={styles.familyName}>{family}</p>
            {offers.map(option)}
          </div>
        ),
      )}
      {unavailable.length > 0 && (
        <details className={styles.unavailable}>
          <summary>{explainText.notForThisModel(unavailable.length)}</summary>
          <dl>
            {unavailable.map((offer) => (
              <div key={offer.id}>
                <dt>{offer.label}</dt>
                <dd>{offer.unavailable}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </fieldset>
  );
}

interface MethodOptionProps {
  readonly label: string;
  readonly tag: string | null;
  readonly checked: boolean;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}

/** One line; the chosen one unfolds. */
function MethodOption({ label, tag, checked, onChoose, children }: MethodOptionProps) {
  const id = useId();
  return (
    <div className={styles.method} data-checked={checked}>
      <input id={id} type="radio" name="method" checked={checked} aria-describedby={`${id}-about`} onChange={onChoose} />
      <div>
        <label htmlFor={id}>
          {label}
          {tag !== null && <span className={styles.tag}>{tag}</span>}
        </label>
        <div id={`${id}-about`} className={styles.about} hidden={!checked}>
          {children}
        </div>
      </div>
    </div>
  );
}
