import { useMemo, useRef } from 'react';
import { chart, describe, table } from '#/charts/interaction-heat';
import { Button } from '#/components/Button';
import type { ChartHandle } from '#/components/VegaChart';
import { askState } from '#/panels/ask-state';
import { ChartActions } from '#/panels/ChartActions';
import { ChartPanel } from '#/panels/ChartPanel';
import { HelpHint } from '#/panels/HelpHint';
import { StateNotice } from '#/panels/StateNotice';
import { TopSlider } from '#/panels/TopSlider';
import { useOffer } from '#/panels/use-offer';
import { useChartTheme } from '#/panels/use-chart-theme';
import { ViewFrame } from '#/panels/ViewFrame';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { interactionsText } from '#/text/interactions';
import { viewNames } from '#/text/views';
import { PairPanel } from './PairPanel';
import styles from './Interactions.module.css';

const DEFAULT_TOP = 10;

/** Which pairs of features act together, and how. */
export function Interactions() {
  const active = useScope();
  if (active === null) return null;
  if (active.explanation?.hasInteractions === true) return <WithValues active={active} key={active.explanation.id} />;
  return <WithoutValues active={active} />;
}

/** Another explanation may have them; else they can be computed. */
function WithoutValues({ active }: { readonly active: ActiveScope }) {
  const set = useChoices((state) => state.set);
  const offer = useOffer('tree-path-dependent');
  const other = active.study.explanations.find(({ hasInteractions }) => hasInteractions);
  if (other === undefined && offer !== null && offer.unavailable !== null) {
    return (
      <ViewFrame title={viewNames.interactions}>
        <StateNotice state={{ kind: 'notApplicable', reason: `${interactionsText.notTrees} ${offer.unavailable}` }} />
      </ViewFrame>
    );
  }
  const compute = () =>
    useSession.getState().set({ explainOpen: true, explainPreset: { method: 'tree-path-dependent', parameters: { interactions: true } } });
  const action =
    other !== undefined ? (
      <Button look="primary" onClick={() => set({ explanation: other.id })}>
        {interactionsText.show(other.name)}
      </Button>
    ) : active.study.model !== null ? (
      <Button look="primary" onClick={compute}>
        {interactionsText.compute}
      </Button>
    ) : null;
  return (
    <ViewFrame title={viewNames.interactions}>
      <StateNotice
        state={{
          kind: 'empty',
          message: `${interactionsText.missing} ${interactionsText.missingHint}`,
          ...(action === null ? {} : { action }),
        }}
      />
    </ViewFrame>
  );
}

function WithValues({ active }: { readonly active: ActiveScope }) {
  const theme = useChartTheme();
  const handle = useRef<ChartHandle>(null);
  const options = useChoices((state) => state.choices.interactions);
  const set = useChoices((state) => state.set);
  const names = useMemo(() => active.explanation?.featureNames ?? [], [active.explanation]);
  const nFeatures = names.length;
  const topK = Math.min(options.topK ?? DEFAULT_TOP, nFeatures);
  const query = useAsk('interactions', ['predictions', 'explanations', 'meta'], { scope: active.scope, topK });
  const answer = query.data;
  const top = answer?.pairs[0];
  const first = options.pair === undefined ? top?.first : options.pair?.[0];
  const second = options.pair === undefined ? top?.second : options.pair?.[1];
  const chosen = useMemo(
    () => (first === undefined || second === undefined || first >= nFeatures || second >= nFeatures ? null : { first, second }),
    [first, second, nFeatures],
  );
  const picture = useMemo(
    () =>
      answer === undefined
        ? null
        : { chart: chart(answer, chosen, theme), sentence: describe(answer, names), table: () => table(answer, names) },
    [answer, chosen, names, theme],
  );
  const state = askState(viewNames.interactions, query);
  const running = active.explanation?.state === 'running' || active.explanation?.state === 'partial';
  const showTable = options.table === true;
  const open = (code: number) => set({ interactions: { ...options, pair: [Math.floor(code / nFeatures), code % nFeatures] } });
  return (
    <ViewFrame
      title={viewNames.interactions}
      sentence={picture?.sentence}
      status={query.isFetching ? 'loading' : running ? 'partial' : 'ready'}
      {...(answer === undefined ? {} : { coverage: answer.coverage })}
      actions={
        <>
          <HelpHint term={interactionsText.help.term} formula={interactionsText.help.formula}>
            {interactionsText.help.words}
          </HelpHint>
          <ChartActions
            handle={handle}
            table={picture?.table ?? null}
            name={viewNames.interactions}
            showTable={showTable}
            onShowTable={(shown) => set({ interactions: { ...options, table: shown } })}
          />
        </>
      }
      controls={
        <TopSlider
          label={interactionsText.shown}
          value={topK}
          max={nFeatures}
          onChange={(next) => set({ interactions: { ...options, topK: next } })}
        />
      }
    >
      {state !== null && <StateNotice state={state} />}
      {picture !== null && (
        <div className={styles.layout}>
          <div className={styles.content} data-pair={chosen !== null && !showTable}>
            <div className={styles.heat}>
              <ChartPanel
                ref={handle}
                chart={picture.chart}
                table={picture.table}
                sentence={picture.sentence}
                showTable={showTable}
                onOpenFeature={open}
              />
              {!showTable && <p className={styles.hint}>{interactionsText.clickHint}</p>}
            </div>
            {chosen !== null && !showTable && (
              <PairPanel active={active} {...chosen} onClose={() => set({ interactions: { ...options, pair: null } })} />
            )}
          </div>
        </div>
      )}
    </ViewFrame>
  );
}
