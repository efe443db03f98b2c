import { Popover, Select, type ComboboxItem } from '@mantine/core';
import { useState } from 'react';
import { Button } from '#/components/Button';
import { classLabels, outputChoices, sameOutputChoice, type OutputChoice } from '#/domain/outputs';
import { canGroupFeatures, type ExplanationSummary, type StudySummary } from '#/domain/summary';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import type { ActiveScope } from '#/state/use-scope';
import { outputChoiceHint, outputChoiceLabel } from '#/text/outputs';
import { rowName } from '#/text/coverage';
import { coverage } from '#/text/format';
import { groupText } from '#/text/group-columns';
import { shellText } from '#/text/shell';
import { badgeText, explanationName, unitLabel } from '#/text/units';
import styles from './ContextControls.module.css';

interface ContextControlsProps {
  readonly active: ActiveScope;
  /** One below the other, in a sheet. */
  readonly stacked?: boolean;
  readonly onRow?: () => void;
}

/** Explanation, output, rows: here only, so that no view repeats them. */
export function ContextControls({ active, stacked = false, onRow }: ContextControlsProps) {
  const { study, explanation } = active;
  const row = useChoices((state) => state.choices.row);
  const selectRow = useChoices((state) => state.selectRow);
  const openRow = () => {
    selectRow(row ?? 0);
    onRow?.();
  };
  return (
    <div className={styles.controls} data-stacked={stacked}>
      {explanation === null ? (
        <span className={styles.fact}>
          {shellText.explanation}: {shellText.noExplanation}
        </span>
      ) : (
        <>
          <ExplanationPicker study={study} active={explanation} inSheet={stacked} />
          <Badge explanation={explanation} nRows={study.nRows} hasModel={study.model !== null} inSheet={stacked} />
        </>
      )}
      <OutputPicker active={active} inSheet={stacked} />
      <span className={styles.fact}>{shellText.allRows(study.nRows)}</span>
      {study.nRows > 0 && (
        <Button look={row === null ? 'plain' : 'quiet'} onClick={openRow}>
          {row === null || row >= study.nRows ? shellText.openRow : rowName(row)}
        </Button>
      )}
    </div>
  );
}

interface ExplanationPickerProps {
  readonly study: StudySummary;
  readonly active: ExplanationSummary;
  readonly inSheet: boolean;
}

function ExplanationPicker({ study, active, inSheet }: ExplanationPickerProps) {
  const set = useChoices((state) => state.set);
  const data = study.explanations.map((one) => ({ value: one.id, label: explanationLabel(one, study) }));
  const renderOption = ({ option }: { readonly option: ComboboxItem }) => {
    const one = study.explanations.find(({ id }) => id === option.value);
    if (one === undefined) return option.label;
    const badge = badgeText(one.badge, one.hasLocal);
    return (
      <span className={styles.option}>
        <span className={styles.optionName}>{option.label}</span>
        <span className={styles.optionFacts}>
          {rowsOf(one, study.nRows)}
          {one.badge.kind !== 'surrogate' && (
            <>
              {' · '}
              <span data-tone={badge.tone}>{badge.short}</span>
            </>
          )}
        </span>
      </span>
    );
  };
  return (
    <Select
      label={shellText.explanation}
      classNames={pickerClasses('explanation')}
      data={data}
      value={active.id}
      allowDeselect={false}
      onChange={(id) => set({ explanation: id })}
      renderOption={renderOption}
      comboboxProps={{ width: 320, position: 'bottom-start', withinPortal: !inSheet, transitionProps: { duration: 0 }, keepMounted: false }}
    />
  );
}

/** Whether the values sum to the prediction: short here, one sentence on demand. */
interface BadgeProps {
  readonly explanation: ExplanationSummary;
  readonly nRows: number;
  readonly hasModel: boolean;
  readonly inSheet: boolean;
}

function Badge({ explanation, nRows, hasModel, inSheet }: BadgeProps) {
  const badge = badgeText(explanation.badge, explanation.hasLocal);
  const [opened, setOpened] = useState(false);
  const group = () => {
    setOpened(false);
    useSession.getState().set({ grouping: explanation.id });
  };
  return (
    <Popover opened={opened} onChange={setOpened} width={300} position="bottom" withinPortal={!inSheet} transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <button
          type="button"
          className={styles.badge}
          data-tone={badge.tone}
          title={shellText.sums}
          onClick={() => setOpened((before) => !before)}
        >
          {badge.short}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <p>{badge.long}</p>
        <p className={styles.note}>{rowsOf(explanation, nRows)}</p>
        {explanation.against !== null && (
          <Against explanation={explanation} against={explanation.against} hasModel={hasModel} onOpen={() => setOpened(false)} />
        )}
        {canGroupFeatures(explanation) && (
          <div className={styles.against}>
            <Button onClick={group}>{groupText.action}</Button>
          </div>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

interface AgainstProps {
  readonly explanation: ExplanationSummary;
  readonly against: string;
  readonly hasModel: boolean;
  /** A dialog takes the place of what this stands in. */
  readonly onOpen: () => void;
}

/** What the values compare with; a click explains against something else. */
function Against({ explanation, against, hasModel, onOpen }: AgainstProps) {
  const change = () => {
    onOpen();
    useSession.getState().set({ explainOpen: true, explainPreset: { method: explanation.method, against: true } });
  };
  return (
    <div className={styles.against}>
      <p className={styles.note}>{shellText.against(against)}</p>
      {hasModel && <Button onClick={change}>{shellText.explainAgainst}</Button>}
    </div>
  );
}

function OutputPicker({ active, inSheet }: { readonly active: ActiveScope; readonly inSheet: boolean }) {
  const set = useChoices((state) => state.set);
  const { outputs } = active.study;
  const choices = outputChoices(outputs);
  const labels = classLabels(outputs);
  const position = choices.findIndex((choice) => sameOutputChoice(choice, active.scope.output));
  const label = (choice: OutputChoice) => outputChoiceLabel(choice, labels, outputs.targetName);
  const data = choices.map((choice, i) => ({ value: String(i), label: label(choice) }));
  const renderOption = ({ option }: { readonly option: ComboboxItem }) => {
    const i = Number(option.value);
    const choice = choices[i];
    const hint = choice === undefined ? null : outputChoiceHint(choice);
    return (
      <span className={styles.option}>
        <span className={styles.optionName}>{option.label}</span>
        <span className={styles.optionFacts}>
          {[hint, i === 0 ? shellText.defaultMark : null].filter((part) => part !== null).join(' · ')}
        </span>
      </span>
    );
  };
  // The default needs no place in the link.
  const pick = (key: string | null) => set({ output: key === null || key === '0' ? null : (choices[Number(key)] ?? null) });
  return (
    <Select
      label={shellText.output}
      classNames={pickerClasses('output')}
      data={data}
      value={String(Math.max(0, position))}
      allowDeselect={false}
      searchable={data.length > 12}
      onChange={pick}
      renderOption={renderOption}
      comboboxProps={{ width: 260, position: 'bottom-start', withinPortal: !inSheet, transitionProps: { duration: 0 }, keepMounted: false }}
    />
  );
}

function pickerClasses(kind: 'explanation' | 'output') {
  return {
    root: `${styles.picker ?? ''} ${styles[kind] ?? ''}`,
    label: styles.label ?? '',
    wrapper: styles.wrapper ?? '',
    input: styles.input ?? '',
  };
}

function explanationLabel(one: ExplanationSummary, study: StudySummary): string {
  return [explanationName(one), shellText.featureSpaces[one.featureSpace], unitLabel(one.space, study.outputs)].join(' · ');
}

/** @param nRows - rows of the table */
function rowsOf(one: ExplanationSummary, nRows: number): string {
  if (!one.hasLocal) return shellText.globalOnly;
  if (one.state === 'running') return shellText.running(one.completed, one.nRows);
  return coverage(one.completed, nRows);
}
