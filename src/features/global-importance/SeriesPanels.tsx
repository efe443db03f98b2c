import { useMemo } from 'react';
import { seriesChart, type GlobalDrawing } from '#/charts/global-bars';
import { VegaChart } from '#/components/VegaChart';
import { useChartTheme, useNarrow } from '#/panels/use-chart-theme';
import type { GlobalImportanceAnswer, ImportanceSeries } from '#/queries/global-importance';
import { beginWork } from '#/state/idle';
import { globalText } from '#/text/global-importance';
import styles from './GlobalImportance.module.css';

interface SeriesPanelsProps {
  readonly answer: GlobalImportanceAnswer;
  readonly drawing: GlobalDrawing;
  readonly shown: readonly string[];
  readonly onOpenFeature: ((feature: number) => void) | undefined;
}

/** Other importances as small multiples: the same lanes, each with an axis of its own. */
export function SeriesPanels({ answer, drawing, shown, onOpenFeature }: SeriesPanelsProps) {
  const series = answer.series.filter((one) => shown.includes(`series ${one.id}`));
  return series.map((one) => <SeriesPanel key={one.id} answer={answer} drawing={drawing} series={one} onOpenFeature={onOpenFeature} />);
}

function SeriesPanel({ answer, drawing, series, onOpenFeature }: Omit<SeriesPanelsProps, 'shown'> & { readonly series: ImportanceSeries }) {
  const theme = useChartTheme();
  // Side by side the lanes of the bars carry the names; below them a panel needs its own.
  const narrow = useNarrow();
  const chart = useMemo(() => seriesChart(answer, series, drawing, narrow, theme), [answer, series, drawing, narrow, theme]);
  return (
    <div className={styles.series}>
      <VegaChart
        chart={chart}
        sentence={globalText.seriesSentence(series.label, series.unit)}
        beginWork={beginWork}
        {...(onOpenFeature === undefined ? {} : { onOpenFeature })}
      />
    </div>
  );
}
