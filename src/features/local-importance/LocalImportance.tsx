import { useMemo, useRef } from 'react';
import { chart as barsChart } from '#/charts/local-bars';
import { chart as compareChart, describe as describeCompared, table as compareTable, type ComparedRow } from '#/charts/local-compare';
import { describeLocalAnswer, localTable } from '#/charts/local-shared';
import { chart as waterfallChart } from '#/charts/waterfall';
import type { ChartHandle } from '#/components/VegaChart';
import { ExplainThisRow } from '#/features/local-importance/ExplainThisRow';
import { SimilarSection } from '#/features/local-importance/SimilarSection';
import { TreePath } from '#/features/local-importance/TreePath';
import { askState } from '#/panels/ask-state';
import { ChartActions } from '#/panels/ChartActions';
import { ChartPanel } from '#/panels/ChartPanel';
import { ChoicePicker } from '#/panels/ChoicePicker';
import { PaneFrame } from '#/panels/PaneFrame';
import { StateNotice } from '#/panels/StateNotice';
import { TopSlider } from '#/panels/TopSlider';
import { useChartTheme } from '#/panels/use-chart-theme';
import type { LocalImportanceAnswer } from '#/queries/local-importance';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { rowName } from '#/text/coverage';
import { localText } from '#/text/local-importance';
import { formatNumber } from '#/text/numbers';
import { badgeText } from '#/text/units';
import { viewNames } from '#/text/views';
import styles from './LocalImportance.module.css';

const DEFAULT_TOP = 8;
const LOCAL_READS = ['table', 'predictions', 'explanations', 'meta'] as const;

/** Why the selected row is predicted as it is. */
export function LocalImportance() {
  const active = useScope();
  const row = useChoices((state) => state.choices.row);
  if (active === null || row === null) return null;
  if (active.explanation?.hasLocal === true) return <RowImportance active={active} row={row} />;
  if (active.study.model !== null) return <FreshRow active={active} row={row} />;
  return <StateNotice state={{ kind: 'notApplicable', reason: `${localText.noLocal} ${localText.noLocalHint}` }} />;
}

/** Nothing is explained, but a model is there: this row can be explained at once. */
function FreshRow({ active, row }: { readonly active: ActiveScope; readonly row: number }) {
  const details = useAsk('row-details', ['table', 'predictions', 'model'], { row });
  const known = details.data?.row === row ? details.data : null;
  return (
    <>
      <ExplainThisRow key={row} active={active} row={row} title={known?.title ?? rowName(row)} />
      <SimilarSection row={row} encoded={known?.encoded ?? null} />
    </>
  );
}

function RowImportance({ active, row }: { readonly active: ActiveScope; readonly row: number }) {
  const query = useAsk('local-importance', LOCAL_READS, { scope: active.scope, row });
  const details = useAsk('row-details', ['table', 'predictions', 'model'], { row });
  const title = details.data?.row === row ? details.data.title : rowName(row);
  const compared = useCompared(active);
  const state = askState(viewNames.local, query);
  if (state !== null) return <StateNotice state={state} />;
  const answer = query.data;
  if (answer === undefined) return null;
  return (
    <>
      {answer.kind === 'not explained' ? (
        <ExplainThisRow key={answer.row} active={active} row={answer.row} title={title} />
      ) : (
        <Picture active={active} answer={answer} title={title} compared={compared} />
      )}
      {details.data?.row === row && details.data.encoded !== null && explainsTrees(active) && (
        <TreePath active={active} encoded={details.data.encoded} predictedClass={details.data.predictedClass} />
      )}
      <SimilarSection row={row} encoded={details.data?.row === row ? details.data.encoded : null} />
    </>
  );
}

/** Tree SHAP was computed: so the model's trees can be followed. */
function explainsTrees({ study, explanation }: ActiveScope): boolean {
  return study.model !== null && explanation?.method.startsWith('tree-') === true;
}

/** The rows chosen for comparison, as far as they are explained. */
function useCompared(active: ActiveScope): readonly ComparedRow[] {
  const chosen = useChoices((state) => state.choices.local.compare) ?? [];
  const [first, second] = chosen;
  const a = useAsk('local-importance', LOCAL_READS, first === undefined ? null : { scope: active.scope, row: first });
  const b = useAsk('local-importance', LOCAL_READS, second === undefined ? null : { scope: active.scope, row: second });
  return [
    [first, a.data],
    [second, b.data],
  ].flatMap(([row, answer]) =>
    typeof row === 'number' && typeof answer === 'object' && answer.kind === 'explained' && answer.row === row
      ? [{ title: rowName(row), answer }]
      : [],
  );
}

interface PictureProps {
  readonly active: ActiveScope;
  readonly answer: LocalImportanceAnswer;
  readonly title: string;
  readonly compared: readonly ComparedRow[];
}

function Picture({ active, answer, title, compared }: PictureProps) {
  const theme = useChartTheme('pane');
  const handle = useRef<ChartHandle>(null);
  const options = useChoices((state) => state.choices.local);
  const set = useChoices((state) => state.set);
  const change = (patch: Partial<typeof options>) => set({ local: { ...options, ...patch } });
  const topK = Math.min(options.topK ?? DEFAULT_TOP, answer.features.length);
  const kind = options.chart ?? 'waterfall';
  const comparedKey = compared.map(({ answer: one }) => one.row).join();
  const picture = useMemo(() => {
    if (compared.length > 0) {
      const rows = [{ title, answer }, ...compared];
      return { chart: compareChart(rows, topK, theme), sentence: describeCompared(rows), table: () => compareTable(rows) };
    }
    return {
      chart: kind === 'waterfall' ? waterfallChart(answer, topK, theme) : barsChart(answer, topK, theme),
      sentence: describeLocalAnswer(answer, title),
      table: () => localTable(answer),
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- compared rows are told apart by their numbers
  }, [answer, title, comparedKey, topK, kind, theme]);
  const badge = active.explanation === null ? null : badgeText(active.explanation.badge);
  const showTable = options.table === true;
  return (
    <PaneFrame
      sentence={
        <>
          {picture.sentence}
          {answer.prediction !== null &&
            compared.length === 0 &&
            ` ${localText.isPrediction(formatNumber(answer.prediction), answer.predictionUnit)}`}
        </>
      }
      actions={
        <ChartActions
          handle={handle}
          table={picture.table}
          name={`${viewNames.local} ${title}`}
          showTable={showTable}
          onShowTable={(table) => change({ table })}
        />
      }
      controls={
        <>
          {compared.length === 0 && (
            <ChoicePicker
              label={localText.chart}
              value={kind}
              options={[
                { value: 'waterfall', label: localText.waterfall },
                { value: 'bars', label: localText.bars },
              ]}
              onChange={(chart) => change({ chart })}
            />
          )}
          <TopSlider label={localText.top} value={topK} max={answer.features.length} onChange={(value) => change({ topK: value })} />
        </>
      }
    >
      {answer.fellBack && <p className={styles.note}>{localText.fellBack}</p>}
      <ChartPanel ref={handle} chart={picture.chart} table={picture.table} sentence={picture.sentence} showTable={showTable} />
      {badge !== null && (
        <p className={styles.badge} data-tone={badge.tone} title={localText.badge}>
          {badge.long}
        </p>
      )}
    </PaneFrame>
  );
}
