import { IconX } from '@tabler/icons-react';
import { useMemo } from 'react';
import { describePlot, plotChart, plotTable } from '#/charts/plot';
import { EMPTY_STARS } from '#/charts/plot-shared';
import { IconButton } from '#/components/Button';
import { askState } from '#/panels/ask-state';
import { ChartPanel } from '#/panels/ChartPanel';
import { StateNotice } from '#/panels/StateNotice';
import { useChartTheme } from '#/panels/use-chart-theme';
import type { AxisRef } from '#/queries/axis';
import { useAsk } from '#/state/use-ask';
import type { ActiveScope } from '#/state/use-scope';
import { interactionsText } from '#/text/interactions';
import styles from './Interactions.module.css';

interface PairPanelProps {
  readonly active: ActiveScope;
  readonly first: number;
  readonly second: number;
  readonly onClose: () => void;
}

/** The pair's interaction against the first feature's value, coloured by the second: every point is a row. */
export function PairPanel({ active, first, second, onClose }: PairPanelProps) {
  const theme = useChartTheme();
  const names = active.explanation?.featureNames ?? [];
  const columns = active.explanation?.featureColumns ?? [];
  const title =
    first === second ? interactionsText.mainOf(names[first] ?? '') : interactionsText.plotOf(names[first] ?? '', names[second] ?? '');
  const axisOf = (feature: number): AxisRef | null => {
    const column = columns[feature] ?? null;
    return column === null ? null : { kind: 'column', column };
  };
  const query = useAsk('plot', ['table', 'model', 'predictions', 'explanations', 'meta'], {
    scope: active.scope,
    x: { ref: axisOf(first) ?? { kind: 'index' } },
    y: { ref: { kind: 'interaction', first, second } },
    colour: first === second ? null : axisOf(second),
    extent: null,
  });
  const answer = query.data;
  const picture = useMemo(() => {
    if (answer === undefined) return null;
    const drawing = { logX: false, logY: false, dither: true, stars: EMPTY_STARS };
    return { chart: plotChart(answer, drawing, theme), sentence: describePlot(answer), table: () => plotTable(answer, drawing) };
  }, [answer, theme]);
  const state = askState(title, query);
  return (
    <section className={styles.pair} aria-label={title}>
      <header className={styles.pairHead}>
        <h2>{title}</h2>
        <IconButton label={interactionsText.close} onClick={onClose}>
          <IconX size={18} aria-hidden="true" />
        </IconButton>
      </header>
      {state !== null && <StateNotice state={state} />}
      {picture !== null && (
        <>
          <p className={styles.sentence}>{picture.sentence}</p>
          <ChartPanel chart={picture.chart} table={picture.table} sentence={picture.sentence} showTable={false} />
        </>
      )}
    </section>
  );
}
