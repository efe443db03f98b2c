import { IconX } from '@tabler/icons-react';
import { IconButton } from '#/components/Button';
import { NativeSelect } from '#/components/NativeSelect';
import { bothPredicates, predicateKey, predicateText, type Predicate } from '#/domain/anchor-rule';
import type { AnchorMeasureAnswer } from '#/queries/anchor-measure';
import { anchorsText } from '#/text/anchors';
import { percent } from '#/text/format';
import styles from './Anchors.module.css';

interface RuleEditorProps {
  readonly answer: AnchorMeasureAnswer;
  readonly predicates: readonly Predicate[];
  readonly onChange: (predicates: readonly Predicate[]) => void;
}

/** The conditions of a rule, each with what it is worth; any can be taken out, and others of this row put in. */
export function RuleEditor({ answer, predicates, onChange }: RuleEditorProps) {
  const { features } = answer;
  const text = (predicate: Predicate): string => {
    const schema = features[predicate.feature];
    return schema === undefined ? '' : predicateText(schema, predicate);
  };
  const used = new Set(predicates.map(predicateKey));
  const options = answer.choices.flatMap((choice) =>
    choice.options
      .filter(({ predicate }) => !used.has(predicateKey(predicate)))
      .map((option) => ({ ...option, key: predicateKey(option.predicate) })),
  );
  const add = (key: string) => {
    const added = options.find((option) => option.key === key)?.predicate;
    if (added === undefined) return;
    const same = predicates.find(({ feature }) => feature === added.feature);
    onChange(
      same === undefined
        ? [...predicates, added]
        : predicates.map((predicate) => (predicate === same ? bothPredicates(same, added) : predicate)),
    );
  };
  return (
    <section aria-label={anchorsText.rule} className={styles.rule}>
      <ul className={styles.conditions}>
        {predicates.map((predicate, i) => {
          const measured = answer.predicates[i];
          return (
            <li key={predicateKey(predicate)} className={styles.condition}>
              <span className={styles.words}>{text(predicate)}</span>
              {measured !== undefined && !Number.isNaN(measured.precisionWithout.value) && (
                <span className={styles.quiet}>{anchorsText.without(measured.precisionWithout.value)}</span>
              )}
              <IconButton
                label={anchorsText.remove(text(predicate))}
                onClick={() => onChange(predicates.filter((_, other) => other !== i))}
              >
                <IconX size={16} aria-hidden="true" />
              </IconButton>
            </li>
          );
        })}
      </ul>
      <NativeSelect
        label={anchorsText.add}
        options={[
          { value: '', label: anchorsText.choose },
          ...options.map(({ key, predicate, coverage }) => ({ value: key, label: `${text(predicate)} · ${percent(coverage)}` })),
        ]}
        value=""
        onChange={add}
      />
    </section>
  );
}
