import { useMemo, useRef, useState } from 'react';
import { chart, describe, table, type NeuronOrder } from '#/charts/neuron-bars';
import { Button } from '#/components/Button';
import type { ChartHandle } from '#/components/VegaChart';
import { askState } from '#/panels/ask-state';
import { ChartActions } from '#/panels/ChartActions';
import { ChartPanel } from '#/panels/ChartPanel';
import { ChoicePicker } from '#/panels/ChoicePicker';
import { HelpHint } from '#/panels/HelpHint';
import { StateNotice } from '#/panels/StateNotice';
import { useOffer } from '#/panels/use-offer';
import { useChartTheme } from '#/panels/use-chart-theme';
import { ViewFrame } from '#/panels/ViewFrame';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { layersText } from '#/text/layers';
import { viewNames } from '#/text/views';
import { NeuronPanel } from './NeuronPanel';
import styles from './Layers.module.css';

/** Hidden layers of a net: what each neuron adds to the prediction, averaged over the rows. */
export function Layers() {
  const active = useScope();
  if (active === null) return null;
  if (active.explanation !== null && active.explanation.layer !== null) return <Layer active={active} key={active.explanation.id} />;
  return <NoLayer active={active} />;
}

function NoLayer({ active }: { readonly active: ActiveScope }) {
  const set = useChoices((state) => state.set);
  const offer = useOffer('layer-conductance');
  const others = active.study.explanations.filter(({ layer }) => layer !== null);
  const compute = (method: string) => useSession.getState().set({ explainOpen: true, explainPreset: { method } });
  const action = (
    <span className={styles.actions}>
      {others.map((other) => (
        <Button key={other.id} look="primary" onClick={() => set({ explanation: other.id })}>
          {layersText.show(other.name)}
        </Button>
      ))}
      {others.length === 0 && active.study.model !== null && (
        <>
          <Button look="primary" onClick={() => compute('layer-conductance')}>
            {layersText.conductance}
          </Button>
          <Button onClick={() => compute('layer-activation')}>{layersText.activation}</Button>
        </>
      )}
    </span>
  );
  if (others.length === 0 && offer !== null && offer.unavailable !== null) {
    return (
      <ViewFrame title={viewNames.layers}>
        <StateNotice state={{ kind: 'notApplicable', reason: `${layersText.noLayers} ${offer.unavailable}` }} />
      </ViewFrame>
    );
  }
  return (
    <ViewFrame title={viewNames.layers}>
      <StateNotice state={{ kind: 'empty', message: `${layersText.none} ${layersText.noneHint}`, action }} />
    </ViewFrame>
  );
}

function Layer({ active }: { readonly active: ActiveScope }) {
  const theme = useChartTheme();
  const handle = useRef<ChartHandle>(null);
  const [order, setOrder] = useState<NeuronOrder>('size');
  const [neuron, setNeuron] = useState<number | null>(null);
  const [showTable, setShowTable] = useState(false);
  const query = useAsk('neurons', ['predictions', 'explanations', 'meta'], { scope: active.scope });
  const answer = query.data;
  const picture = useMemo(
    () => (answer === undefined ? null : { chart: chart(answer, order, theme), sentence: describe(answer), table: () => table(answer) }),
    [answer, order, theme],
  );
  const state = askState(viewNames.layers, query);
  const running = active.explanation?.state === 'running' || active.explanation?.state === 'partial';
  return (
    <ViewFrame
      title={viewNames.layers}
      sentence={picture?.sentence}
      status={query.isFetching ? 'loading' : running ? 'partial' : 'ready'}
      {...(answer === undefined ? {} : { coverage: answer.coverage })}
      actions={
        <>
          <HelpHint term={layersText.help.term} formula={layersText.help.formula}>
            {layersText.help.words}
          </HelpHint>
          <ChartActions
            handle={handle}
            table={picture?.table ?? null}
            name={viewNames.layers}
            showTable={showTable}
            onShowTable={setShowTable}
          />
        </>
      }
      controls={
        <ChoicePicker
          label={layersText.order}
          value={order}
          options={[
            { value: 'size', label: layersText.bySize },
            { value: 'number', label: layersText.byNumber },
          ]}
          onChange={setOrder}
        />
      }
    >
      {state !== null && <StateNotice state={state} />}
      {picture !== null && (
        <div className={styles.layout}>
          <div className={styles.content} data-neuron={neuron !== null && !showTable}>
            <div className={styles.bars}>
              <ChartPanel
                ref={handle}
                chart={picture.chart}
                table={picture.table}
                sentence={picture.sentence}
                showTable={showTable}
                onOpenFeature={setNeuron}
              />
              {!showTable && neuron === null && <p className={styles.hint}>{layersText.clickHint}</p>}
            </div>
            {neuron !== null && !showTable && (
              <NeuronPanel
                active={active}
                neuron={neuron}
                name={active.explanation?.featureNames[neuron] ?? ''}
                onClose={() => setNeuron(null)}
              />
            )}
          </div>
        </div>
      )}
    </ViewFrame>
  );
}
