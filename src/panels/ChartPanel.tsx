import { type Ref } from 'react';
import { csvOf, type Chart, type ChartTable } from '#/charts/chart';
import { DataTable } from '#/components/DataTable';
import type { Zoom } from '#/components/chart-zoom';
import { VegaChart, type ChartHandle } from '#/components/VegaChart';
import { useChoices } from '#/state/choices';
import { beginWork } from '#/state/idle';

interface ChartPanelProps {
  readonly chart: Chart;
  readonly table: () => ChartTable;
  readonly sentence: string;
  readonly showTable: boolean;
  readonly onOpenFeature?: ((feature: number) => void) | undefined;
  readonly zoom?: Zoom;
  readonly ref?: Ref<ChartHandle>;
}

/** A chart or, on demand, its table: a click on a mark or a line opens its row. */
export function ChartPanel({ chart, table, sentence, showTable, onOpenFeature, zoom, ref }: ChartPanelProps) {
  const row = useChoices((state) => state.choices.row);
  const selectRow = useChoices((state) => state.selectRow);
  if (showTable) {
    const lines = table();
    return <DataTable table={lines} caption={sentence} csv={csvOf(lines)} onOpenRow={selectRow} />;
  }
  return (
    <VegaChart
      {...(ref === undefined ? {} : { ref })}
      chart={chart}
      sentence={sentence}
      selectedRow={row}
      onOpenRow={selectRow}
      {...(onOpenFeature === undefined ? {} : { onOpenFeature })}
      zoom={zoom}
      beginWork={beginWork}
    />
  );
}
