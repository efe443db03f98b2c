import { IconX } from '@tabler/icons-react';
import { useMemo } from 'react';
import { describePlot, plotChart, plotTable } from '#/charts/plot';
import { EMPTY_STARS } from '#/charts/plot-shared';
import { Button, IconButton } from '#/components/Button';
import { askState } from '#/panels/ask-state';
import { ChartPanel } from '#/panels/ChartPanel';
import { StateNotice } from '#/panels/StateNotice';
import { useChartTheme } from '#/panels/use-chart-theme';
import { useSession } from '#/state/session';
import { useAsk } from '#/state/use-ask';
import type { ActiveScope } from '#/state/use-scope';
import { layersText } from '#/text/layers';
import styles from './Layers.module.css';

interface NeuronPanelProps {
  readonly active: ActiveScope;
  readonly neuron: number;
  readonly name: string;
  readonly onClose: () => void;
}

/** One neuron: how its value is spread over the rows, and the way to the features that drive it. */
export function NeuronPanel({ active, neuron, name, onClose }: NeuronPanelProps) {
  const theme = useChartTheme();
  const title = layersText.spreadOf(name);
  const query = useAsk('plot', ['table', 'model', 'predictions', 'explanations', 'meta'], {
    scope: active.scope,
    x: { ref: { kind: 'importance', feature: neuron } },
    y: null,
    colour: null,
    extent: null,
  });
  const answer = query.data;
  const picture = useMemo(() => {
    if (answer === undefined) return null;
    const drawing = { logX: false, logY: false, dither: true, stars: EMPTY_STARS };
    return { chart: plotChart(answer, drawing, theme), sentence: describePlot(answer), table: () => plotTable(answer, drawing) };
  }, [answer, theme]);
  const state = askState(title, query);
  const explainNeuron = () =>
    useSession.getState().set({
      explainOpen: true,
      explainPreset: { method: 'neuron-conductance', parameters: { layer: active.explanation?.layer ?? '', neuron } },
    });
  return (
    <section className={styles.neuron} aria-label={title}>
      <header className={styles.neuronHead}>
        <h2>{title}</h2>
        <span className={styles.actions}>
          {active.study.model !== null && (
            <Button look="quiet" onClick={explainNeuron}>
              {layersText.drivers}
            </Button>
          )}
          <IconButton label={layersText.close} onClick={onClose}>
            <IconX size={18} aria-hidden="true" />
          </IconButton>
        </span>
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
