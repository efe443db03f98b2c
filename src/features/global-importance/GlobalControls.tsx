import { MultiSelect } from '@mantine/core';
import type { GlobalDrawing } from '#/charts/global-bars';
import { ChoicePicker } from '#/panels/ChoicePicker';
import { TopSlider } from '#/panels/TopSlider';
import type { GlobalImportanceAnswer } from '#/queries/global-importance';
import { useChoices } from '#/state/choices';
import { globalText } from '#/text/global-importance';
import { visibleLabel } from '#/text/labels';
import styles from './GlobalImportance.module.css';

/** Ids in the link of what is drawn beside the bars: `spread`, `error`, `signed`, `series <id>`. */
export function shownExtras(answer: GlobalImportanceAnswer, chosen: readonly string[] | undefined): readonly string[] {
  const possible = possibleExtras(answer).map((extra) => extra.value);
  if (chosen !== undefined) return oneInterval(chosen.filter((id) => possible.includes(id)));
  return possible.filter((id) => id === 'error' || id === 'signed' || id.startsWith('series ')).slice(0, 4);
}

export function possibleExtras(answer: GlobalImportanceAnswer): readonly { readonly value: string; readonly label: string }[] {
  return [
    ...(answer.sampling === null ? [] : [{ value: 'error', label: globalText.error }]),
    ...(answer.spread === null ? [] : [{ value: 'spread', label: globalText.spread }]),
    ...(answer.signedMean === null ? [] : [{ value: 'signed', label: globalText.signedMean }]),
    ...answer.series.map((series) => ({ value: `series ${series.id}`, label: visibleLabel(series.label) })),
  ];
}

/** Spread over rows and sampling error are never shown together: the one chosen last stays. */
export function oneInterval(ids: readonly string[]): readonly string[] {
  const intervals = ids.filter((id) => id === 'spread' || id === 'error');
  const last = intervals.at(-1);
  return ids.filter((id) => (id !== 'spread' && id !== 'error') || id === last);
}

export function intervalChoice(answer: GlobalImportanceAnswer, extras: readonly string[]): GlobalDrawing['interval'] {
  if (extras.includes('error') && answer.sampling !== null) return 'error';
  return extras.includes('spread') && answer.spread !== null ? 'spread' : 'none';
}

interface GlobalControlsProps {
  readonly answer: GlobalImportanceAnswer;
  readonly classes: readonly string[];
  readonly topK: number;
  readonly sortClass: number | null;
  readonly extras: readonly string[];
}

export function GlobalControls({ answer, classes, topK, sortClass, extras }: GlobalControlsProps) {
  const options = useChoices((state) => state.choices.global);
  const set = useChoices((state) => state.set);
  const possible = possibleExtras(answer);
  const sorts = [
    { value: 'total', label: globalText.sortTotal },
    ...classes.map((label, k) => ({ value: String(k), label: visibleLabel(label) })),
  ];
  const sortBy = (value: string) => {
    const rest = { ...options };
    delete rest.sortClass;
    set({ global: value === 'total' ? rest : { ...rest, sortClass: Number(value) } });
  };
  return (
    <>
      <TopSlider
        label={globalText.top}
        value={topK}
        max={answer.names.length}
        onChange={(value) => set({ global: { ...options, topK: value } })}
      />
      {answer.segments.length > 1 && (
        <ChoicePicker label={globalText.sort} value={sortClass === null ? 'total' : String(sortClass)} options={sorts} onChange={sortBy} />
      )}
      {possible.length > 0 && (
        <MultiSelect
          label={globalText.show}
          size="xs"
          classNames={{ root: styles.show ?? '', label: styles.showLabel ?? '', wrapper: styles.showInput ?? '' }}
          data={[...possible]}
          value={[...extras]}
          onChange={(ids) => set({ global: { ...options, series: [...oneInterval(ids)] } })}
          placeholder={extras.length === 0 ? globalText.barsOnly : ''}
          comboboxProps={{ position: 'top-start', transitionProps: { duration: 0 } }}
        />
      )}
    </>
  );
}
