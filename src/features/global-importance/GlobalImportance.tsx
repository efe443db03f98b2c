import { useMemo, useRef, useState } from 'react';
import { chart, describe, table, type GlobalDrawing } from '#/charts/global-bars';
import type { ChartHandle } from '#/components/VegaChart';
import { classLabels } from '#/domain/outputs';
import { DependencePanel } from '#/features/global-importance/DependencePanel';
import { GlobalControls, intervalChoice, shownExtras } from '#/features/global-importance/GlobalControls';
import { SeriesPanels } from '#/features/global-importance/SeriesPanels';
import { nameSurrogates } from '#/features/global-importance/series-names';
import { askState } from '#/panels/ask-state';
import { ChartActions } from '#/panels/ChartActions';
import { ChartPanel } from '#/panels/ChartPanel';
import { HelpHint } from '#/panels/HelpHint';
import { StateNotice } from '#/panels/StateNotice';
import { useChartTheme } from '#/panels/use-chart-theme';
import { ViewFrame } from '#/panels/ViewFrame';
import type { GlobalImportanceAnswer } from '#/queries/global-importance';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { globalText } from '#/text/global-importance';
import { viewNames } from '#/text/views';
import styles from './GlobalImportance.module.css';

export const DEFAULT_TOP = 8;

/** Which features move the predictions most, over all explained rows. */
export function GlobalImportance() {
  const active = useScope();
  if (active === null) return null;
  if (active.explanation === null) {
    return (
      <ViewFrame title={viewNames.global}>
        <StateNotice state={{ kind: 'notApplicable', reason: `${globalText.needs} ${globalText.needsHint}` }} />
      </ViewFrame>
    );
  }
  return <Explained active={active} key={active.study.id} />;
}

function Explained({ active }: { readonly active: ActiveScope }) {
  const theme = useChartTheme();
  const handle = useRef<ChartHandle>(null);
  const options = useChoices((state) => state.choices.global);
  const set = useChoices((state) => state.set);
  /** Null: no bar was clicked yet, the top feature is shown; `feature` null: closed. Feature 0 is a feature (VIEWS 3, defect 1). */
  const [opened, setOpened] = useState<{ readonly explanation: string; readonly feature: number | null } | null>(null);
  const classes = classLabels(active.study.outputs);
  const sortClass = options.sortClass !== undefined && options.sortClass < classes.length ? options.sortClass : null;
  const query = useAsk('global-importance', ['table', 'predictions', 'explanations', 'meta'], {
    scope: active.scope,
    sort: sortClass === null ? { kind: 'total' } : { kind: 'class', classIndex: sortClass },
  });
  const { explanations } = active.study;
  const answer = useMemo(
    () => (query.data === undefined ? undefined : nameSurrogates(query.data, explanations)),
    [query.data, explanations],
  );
  const topK = Math.min(options.topK ?? DEFAULT_TOP, answer?.names.length ?? DEFAULT_TOP);
  const extras = answer === undefined ? [] : shownExtras(answer, options.series);
  const extrasKey = extras.join();
  const picture = useMemo(() => {
    if (answer === undefined) return null;
    const drawing = drawingOf(answer, topK, extrasKey.split(','));
    return { drawing, chart: chart(answer, drawing, theme), sentence: describe(answer), table: () => table(answer) };
  }, [answer, topK, extrasKey, theme]);
  const state = askState(viewNames.global, query);
  const hasLocal = active.explanation?.hasLocal === true;
  const clicked = opened !== null && opened.explanation === active.explanation?.id ? opened : null;
  const feature = !hasLocal ? null : clicked === null ? (answer?.order[0] ?? null) : clicked.feature;
  const openFeature = hasLocal ? (bar: number) => setOpened({ explanation: active.explanation?.id ?? '', feature: bar }) : undefined;
  const showTable = options.table === true;
  const running = active.explanation?.state === 'running' || active.explanation?.state === 'partial';
  return (
    <ViewFrame
      title={viewNames.global}
      sentence={picture?.sentence}
      status={query.isFetching ? 'loading' : running ? 'partial' : 'ready'}
      actions={
        <>
          <span className={styles.help}>
            <HelpHint term={globalText.help.term} formula={globalText.help.formula}>
              {globalText.help.words}
            </HelpHint>
          </span>
          <ChartActions
            handle={handle}
            table={picture?.table ?? null}
            name={viewNames.global}
            showTable={showTable}
            onShowTable={(shown) => set({ global: { ...options, table: shown } })}
          />
        </>
      }
      controls={
        answer !== undefined && <GlobalControls answer={answer} classes={classes} topK={topK} sortClass={sortClass} extras={extras} />
      }
    >
      {state !== null && <StateNotice state={state} />}
      {running && answer !== undefined && <StateNotice state={{ kind: 'partial', coverage: answer.coverage }} />}
      {answer !== undefined && picture !== null && (
        <div className={styles.layout}>
          <div className={`${styles.content ?? ''} ${feature !== null && !showTable ? (styles.withPlot ?? '') : ''}`}>
            <div className={styles.bars}>
              <ChartPanel
                ref={handle}
                chart={picture.chart}
                table={picture.table}
                sentence={picture.sentence}
                showTable={showTable}
                onOpenFeature={openFeature}
              />
              {!showTable && <SeriesPanels answer={answer} drawing={picture.drawing} shown={extras} onOpenFeature={openFeature} />}
            </div>
            {!showTable && feature === null && (
              <p className={styles.hint}>
                {hasLocal ? globalText.clickHint : globalText.noLocal} {picture.drawing.interval === 'error' && globalText.tieNote}
              </p>
            )}
            {!showTable && feature !== null && feature < answer.names.length && (
              <DependencePanel
                active={active}
                feature={feature}
                name={answer.names[feature] ?? ''}
                onClose={() => setOpened({ explanation: active.explanation?.id ?? '', feature: null })}
              />
            )}
          </div>
        </div>
      )}
    </ViewFrame>
  );
}

function drawingOf(answer: GlobalImportanceAnswer, topK: number, extras: readonly string[]): GlobalDrawing {
  return { topK, interval: intervalChoice(answer, extras), signedMean: extras.includes('signed') };
}
