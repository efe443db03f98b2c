import { useMemo, useRef } from 'react';
import { localFromValues } from '#/charts/local-from-values';
import { describeLocalAnswer, localTable } from '#/charts/local-shared';
import { chart as waterfallChart } from '#/charts/waterfall';
import type { ChartHandle } from '#/components/VegaChart';
import { decodeCell } from '#/domain/encoded-cell';
import { ChartActions } from '#/panels/ChartActions';
import { ChartPanel } from '#/panels/ChartPanel';
import { PaneFrame } from '#/panels/PaneFrame';
import { useChartTheme } from '#/panels/use-chart-theme';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import type { ActiveScope } from '#/state/use-scope';
import type { InteractiveExplanation } from '#/workers/contract';
import { localText } from '#/text/local-importance';
import styles from './FreshExplanation.module.css';

interface FreshExplanationProps {
  readonly active: ActiveScope;
  readonly row: number;
  readonly title: string;
  /** Encoded values that were explained. */
  readonly values: Float64Array;
  readonly predictedClass: number;
  readonly result: InteractiveExplanation;
}

const TOP = 10;

/** The waterfall of values computed just now, labelled as such. */
export function FreshExplanation({ active, row, title, values, predictedClass, result }: FreshExplanationProps) {
  const theme = useChartTheme('pane');
  const handle = useRef<ChartHandle>(null);
  const options = useChoices((state) => state.choices.local);
  const set = useChoices((state) => state.set);
  const profiles = useAsk('profiles', ['table', 'model', 'explanations'], {});
  const known = profiles.data?.profiles;
  const { outputs } = active.study;
  const choice = active.scope.output;
  const picture = useMemo(() => {
    if (known === undefined) return null;
    const answer = localFromValues(result, {
      row,
      outputs,
      choice,
      predictedClass,
      featureNames: known.map(({ schema }) => schema.name),
      cells: known.map(({ schema }, f) => decodeCell(schema, values[f] ?? NaN)),
      outputName: outputs.targetName,
      predictionUnit: '',
    });
    return {
      chart: waterfallChart(answer, TOP, theme),
      sentence: describeLocalAnswer(answer, title),
      table: () => localTable(answer),
      fellBack: answer.fellBack,
    };
  }, [known, result, row, outputs, choice, predictedClass, values, title, theme]);
  if (picture === null) return null;
  const showTable = options.table === true;
  return (
    <PaneFrame
      sentence={picture.sentence}
      actions={
        <ChartActions
          handle={handle}
          table={picture.table}
          name={title}
          showTable={showTable}
          onShowTable={(table) => set({ local: { ...options, table } })}
        />
      }
    >
      <p className={styles.note}>{localText.ownExplanation(result.explainer, result.seconds)}</p>
      {picture.fellBack && <p className={styles.note}>{localText.fellBack}</p>}
      <ChartPanel ref={handle} chart={picture.chart} table={picture.table} sentence={picture.sentence} showTable={showTable} />
    </PaneFrame>
  );
}
