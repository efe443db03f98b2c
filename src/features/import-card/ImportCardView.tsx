import type { ReactNode } from 'react';
import { Button } from '#/components/Button';
import { FileButton } from '#/components/FileButtons';
import { Mark } from '#/components/Mark';
import { NativeSelect } from '#/components/NativeSelect';
import { TextField } from '#/components/TextField';
import { isClassifier } from '#/domain/outputs';
import type { ImportCard, ImportChoices } from '#/formats/draft';
import { FindingsList } from '#/panels/FindingsList';
import { ThemeToggle } from '#/panels/ThemeToggle';
import { useOpener } from '#/state/opener-context';
import { importText } from '#/text/import-card';
import { ColumnTable } from './ColumnTable';
import { FileList } from './FileList';
import { SlotTable } from './SlotTable';
import { useCard } from './use-card';
import styles from './import-card.module.css';

const TASKS = (['regression', 'binary'] as const).map((value) => ({ value, label: importText.tasks[value] }));

interface ImportCardViewProps {
  readonly draft: string;
  readonly card: ImportCard;
}

/** What was dropped, what it was taken for, and everything that a person may correct before it opens. */
export function ImportCardView({ draft, card }: ImportCardViewProps) {
  const opener = useOpener();
  const { choices, pending, change: send } = useCard(draft, card);
  // The classes of an open task are the target's values: another target brings other names.
  const change = (patch: Partial<ImportChoices>) =>
    send(card.taskOpen && patch.target !== undefined && patch.target !== choices.target ? { ...patch, classNames: [] } : patch);
  const hasColumns = card.columns.length > 0 && (card.kind === 'model and table' || card.kind === 'table');
  const twoClasses = choices.task === null ? card.outputs !== null && isClassifier(card.outputs) : choices.task === 'binary';
  const pickTarget = (value: string) => change({ target: value === '' ? null : Number(value) });
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <Mark />
        <span className={styles.push} />
        <ThemeToggle />
      </header>
      <main className={styles.main}>
        <h1 className={styles.title}>{importText.titles[card.kind]}</h1>
        {card.kind !== 'nothing' && <p className={styles.sentence}>{importText.sentence}</p>}
        <Section title={importText.files}>
          <FileList items={card.items} />
        </Section>
        {hasColumns && (
          <div className={styles.fields}>
            <TextField
              label={importText.name}
              value={choices.name}
              onChange={(name) => change({ name })}
              maxLength={200}
              autoComplete="off"
            />
            <NativeSelect
              label={importText.target}
              options={[
                { value: '', label: importText.noTarget },
                ...card.columns.map((column, i) => ({ value: String(i), label: column.name })),
              ]}
              value={choices.target === null ? '' : String(choices.target)}
              onChange={pickTarget}
            />
            {card.taskOpen && (
              <NativeSelect
                label={importText.task}
                options={TASKS}
                value={twoClasses ? 'binary' : 'regression'}
                onChange={(task) => change({ task })}
              />
            )}
          </div>
        )}
        {choices.classNames.length > 0 && (
          <Section title={importText.classes} sentence={importText.classesSentence}>
            <div className={styles.classes}>
              {choices.classNames.map((name, i) => (
                <TextField
                  key={i}
                  label={importText.className(i)}
                  value={name}
                  onChange={(value) => change({ classNames: choices.classNames.with(i, value) })}
                  autoComplete="off"
                />
              ))}
            </div>
          </Section>
        )}
        {card.slots.length > 0 && card.columns.length > 0 && (
          <Section title={importText.inputs} sentence={importText.inputsSentence}>
            <SlotTable slots={card.slots} columns={card.columns} chosen={choices.slots} onChange={(slots) => change({ slots })} />
          </Section>
        )}
        {hasColumns && (
          <Section title={importText.columns} sentence={importText.columnsSentence}>
            <ColumnTable columns={card.columns} choices={choices} onChange={change} />
          </Section>
        )}
        {card.findings.length > 0 && (
          <Section title={importText.findings}>
            <FindingsList findings={card.findings} />
          </Section>
        )}
      </main>
      <footer className={styles.foot}>
        <p className={styles.blocked} role="status">
          {card.blocked}
        </p>
        <FileButton label={importText.addFiles} onFiles={(files) => opener.offer(files)} />
        <Button onClick={() => void opener.discard()}>{importText.cancel}</Button>
        <Button look="primary" disabled={card.blocked !== null || pending} onClick={() => void opener.accept(choices)}>
          {importText.open}
        </Button>
      </footer>
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly sentence?: string;
  readonly children: ReactNode;
}

function Section({ title, sentence, children }: SectionProps) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2 className={styles.heading}>{title}</h2>
      {sentence !== undefined && <p className={styles.hint}>{sentence}</p>}
      {children}
    </section>
  );
}
