import { IconX } from '@tabler/icons-react';
import { useMemo } from 'react';
import { describePlot, plotChart, plotTable } from '#/charts/plot';
import { EMPTY_STARS } from '#/charts/plot-shared';
import { Button, IconButton } from '#/components/Button';
import { askState } from '#/panels/ask-state';
import { ChartPanel } from '#/panels/ChartPanel';
import { StateNotice } from '#/panels/StateNotice';
import { useChartTheme } from '#/panels/use-chart-theme';
import type { AxisRef } from '#/queries/axis';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import type { ActiveScope } from '#/state/use-scope';
import { globalText } from '#/text/global-importance';
import styles from './GlobalImportance.module.css';

interface DependencePanelProps {
  readonly active: ActiveScope;
  readonly feature: number;
  readonly name: string;
  readonly onClose: () => void;
}

/** The dependence plot of the clicked bar: the feature's value against its importance, every point a row. */
export function DependencePanel({ active, feature, name, onClose }: DependencePanelProps) {
  const theme = useChartTheme();
  const set = useChoices((state) => state.set);
  const column = active.explanation?.featureColumns[feature] ?? null;
  const x: AxisRef = column === null ? { kind: 'index' } : { kind: 'column', column };
  const y: AxisRef = { kind: 'importance', feature };
  // The partner that the engine found is for its top feature; another feature is coloured by that top feature.
  const axes = useAsk('axes', ['table', 'model', 'predictions', 'explanations', 'meta'], { scope: active.scope });
  const partner = partnerOf(axes.data?.exploreDefaults ?? null, x);
  const query = useAsk(
    'plot',
    ['table', 'model', 'predictions', 'explanations', 'meta'],
    axes.data === undefined ? null : { scope: active.scope, x: { ref: x }, y: { ref: y }, colour: partner, extent: null },
  );
  const answer = query.data;
  const picture = useMemo(() => {
    if (answer === undefined) return null;
    const drawing = { logX: false, logY: false, dither: true, stars: EMPTY_STARS };
    return { chart: plotChart(answer, drawing, theme), sentence: describePlot(answer), table: () => plotTable(answer, drawing) };
  }, [answer, theme]);
  const state = askState(globalText.dependenceOf(name), query);
  const openExplore = () => set({ view: 'explore', explore: { x, y, colour: partner } });
  return (
    <section className={styles.dependence} aria-label={globalText.dependenceOf(name)}>
      <header className={styles.dependenceHead}>
        <h2>{globalText.dependenceOf(name)}</h2>
        <span className={styles.dependenceActions}>
          <Button look="quiet" onClick={openExplore}>
            {globalText.openExplore}
          </Button>
          <IconButton label={globalText.closeDependence} onClick={onClose}>
            <IconX size={18} aria-hidden="true" />
          </IconButton>
        </span>
      </header>
      {state !== null && <StateNotice state={state} />}
      {picture !== null && (
        <>
          <p className={styles.dependenceSentence}>{picture.sentence}</p>
          <ChartPanel chart={picture.chart} table={picture.table} sentence={picture.sentence} showTable={false} />
        </>
      )}
    </section>
  );
}

function partnerOf(defaults: { readonly x: AxisRef; readonly colour: AxisRef | null } | null, x: AxisRef): AxisRef | null {
  if (defaults === null) return null;
  const isTop = defaults.x.kind === 'column' && x.kind === 'column' && defaults.x.column === x.column;
  return isTop ? defaults.colour : defaults.x;
}
