import { useMemo, useRef } from 'react';
import { describeSummary, summaryChart, summaryTable } from '#/charts/summary';
import type { ChartHandle } from '#/components/VegaChart';
import { askState } from '#/panels/ask-state';
import { ChartActions } from '#/panels/ChartActions';
import { ChartPanel } from '#/panels/ChartPanel';
import { ChoicePicker } from '#/panels/ChoicePicker';
import { StateNotice } from '#/panels/StateNotice';
import { TopSlider } from '#/panels/TopSlider';
import { useChartTheme } from '#/panels/use-chart-theme';
import { ViewFrame } from '#/panels/ViewFrame';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { localText } from '#/text/local-importance';
import { summaryText } from '#/text/summary-importance';
import { viewNames } from '#/text/views';

const DEFAULT_TOP = 8;

/** How the importances of the top features are spread over the rows. */
export function SummaryImportance() {
  const active = useScope();
  if (active === null) return null;
  if (active.explanation?.hasLocal !== true) {
    return (
      <ViewFrame title={viewNames.summary}>
        <StateNotice state={{ kind: 'notApplicable', reason: `${localText.noLocal} ${localText.noLocalHint}` }} />
      </ViewFrame>
    );
  }
  return <Explained active={active} nFeatures={active.explanation.featureNames.length} />;
}

function Explained({ active, nFeatures }: { readonly active: ActiveScope; readonly nFeatures: number }) {
  const theme = useChartTheme();
  const handle = useRef<ChartHandle>(null);
  const options = useChoices((state) => state.choices.summary);
  const set = useChoices((state) => state.set);
  const change = (patch: Partial<typeof options>) => set({ summary: { ...options, ...patch } });
  const { study, explanation } = active;
  const topK = Math.min(options.topK ?? DEFAULT_TOP, nFeatures);
  const kind = options.chart ?? 'swarm';
  const hasValues = explanation?.featureColumns.some((column) => column !== null) === true;
  const colour = allowedColour(options.colour ?? 'value', study.hasPredictions, study.hasTarget, hasValues);
  const group =
    (options.group === 'predicted' && study.hasPredictions) || (options.group === 'true' && study.hasTarget) ? options.group : 'none';
  const query = useAsk('summary-importance', ['table', 'predictions', 'explanations', 'meta'], {
    scope: active.scope,
    topK,
    chart: kind,
    colour,
    group: kind === 'swarm' ? 'none' : group,
  });
  const answer = query.data;
  const columns = explanation?.featureColumns;
  const kinds = study.columns;
  const picture = useMemo(() => {
    if (answer === undefined) return null;
    const top = answer.features[0]?.feature;
    const topColumn = top === undefined ? null : (columns?.[top] ?? null);
    const drawing = {
      colourTitle: summaryText.colourTitles[colour],
      ordered: colour === 'value' && topColumn !== null && kinds[topColumn]?.kind !== 'categorical',
    };
    return {
      chart: summaryChart(answer, drawing, theme),
      sentence: describeSummary(answer, drawing),
      table: () => summaryTable(answer, drawing),
    };
  }, [answer, colour, columns, kinds, theme]);
  const state = askState(viewNames.summary, query);
  const running = explanation?.state === 'running' || explanation?.state === 'partial';
  const showTable = options.table === true;
  const openFeature = (feature: number) => {
    const column = explanation?.featureColumns[feature] ?? null;
    set({
      view: 'explore',
      explore: { x: column === null ? { kind: 'index' } : { kind: 'column', column }, y: { kind: 'importance', feature } },
    });
  };
  return (
    <ViewFrame
      title={viewNames.summary}
      sentence={picture?.sentence}
      status={query.isFetching ? 'loading' : running ? 'partial' : 'ready'}
      actions={
        <ChartActions
          handle={handle}
          table={picture?.table ?? null}
          name={viewNames.summary}
          showTable={showTable}
          onShowTable={(table) => change({ table })}
        />
      }
      controls={
        <>
          <TopSlider label={summaryText.top} value={topK} max={nFeatures} onChange={(value) => change({ topK: value })} />
          <ChoicePicker label={summaryText.chart} value={kind} options={CHARTS} onChange={(chart) => change({ chart })} />
          {kind === 'swarm' ? (
            <ChoicePicker
              label={summaryText.colour}
              value={colour}
              options={[
                ...(hasValues ? [{ value: 'value' as const, label: summaryText.value }] : []),
                ...(study.hasPredictions ? [{ value: 'predicted' as const, label: summaryText.predicted }] : []),
                ...(study.hasTarget ? [{ value: 'true' as const, label: summaryText.true }] : []),
                { value: 'none' as const, label: summaryText.none },
              ]}
              onChange={(value) => change({ colour: value })}
            />
          ) : (
            <ChoicePicker
              label={summaryText.group}
              value={group}
              options={[
                { value: 'none' as const, label: summaryText.none },
                ...(study.hasPredictions ? [{ value: 'predicted' as const, label: summaryText.predicted }] : []),
                ...(study.hasTarget ? [{ value: 'true' as const, label: summaryText.true }] : []),
              ]}
              onChange={(value) => change({ group: value })}
            />
          )}
        </>
      }
    >
      {state !== null && <StateNotice state={state} />}
      {running && answer !== undefined && <StateNotice state={{ kind: 'partial', coverage: answer.coverage }} />}
      {picture !== null && (
        <ChartPanel
          ref={handle}
          chart={picture.chart}
          table={picture.table}
          sentence={picture.sentence}
          showTable={showTable}
          onOpenFeature={openFeature}
        />
      )}
    </ViewFrame>
  );
}

const CHARTS = [
  { value: 'swarm', label: summaryText.swarm },
  { value: 'box', label: summaryText.box },
  { value: 'violin', label: summaryText.violin },
  { value: 'bar', label: summaryText.bar },
] as const;

type Colour = 'value' | 'predicted' | 'true' | 'none';

function allowedColour(wanted: Colour, predicted: boolean, target: boolean, values: boolean): Colour {
  if (wanted === 'value') return values ? 'value' : predicted ? 'predicted' : 'none';
  if (wanted === 'predicted') return predicted ? 'predicted' : 'none';
  return wanted === 'true' && !target ? 'none' : wanted;
}
