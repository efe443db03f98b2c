import { Menu } from '@mantine/core';
import { IconChartDots, IconDownload, IconTable } from '@tabler/icons-react';
import type { RefObject } from 'react';
import { csvOf, type ChartTable } from '#/charts/chart';
import { IconButton } from '#/components/Button';
import { saveFile } from '#/components/export-chart';
import type { ChartHandle } from '#/components/VegaChart';
import { chartText } from '#/text/charts';

interface ChartActionsProps {
  readonly handle: RefObject<ChartHandle | null>;
  readonly table: (() => ChartTable) | null;
  /** File name without its ending. */
  readonly name: string;
  readonly showTable: boolean;
  readonly onShowTable: (show: boolean) => void;
}

/** Table or chart; download as numbers or picture. */
export function ChartActions({ handle, table, name, showTable, onShowTable }: ChartActionsProps) {
  const file = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const csv = () => {
    if (table !== null) saveFile(`${file}.csv`, new Blob([csvOf(table())], { type: 'text/csv' }));
  };
  const svg = async () => {
    const picture = await handle.current?.svg();
    if (picture) saveFile(`${file}.svg`, new Blob([picture], { type: 'image/svg+xml' }));
  };
  const png = async () => {
    const picture = await handle.current?.png();
    if (picture) saveFile(`${file}.png`, picture);
  };
  return (
    <>
      <IconButton
        label={showTable ? chartText.hideTable : chartText.table}
        aria-pressed={showTable}
        disabled={table === null}
        onClick={() => onShowTable(!showTable)}
      >
        {showTable ? <IconChartDots size={18} stroke={1.6} aria-hidden="true" /> : <IconTable size={18} stroke={1.6} aria-hidden="true" />}
      </IconButton>
      <Menu position="bottom-end" transitionProps={{ duration: 0 }} withinPortal>
        <Menu.Target>
          <IconButton label={chartText.download} disabled={table === null}>
            <IconDownload size={18} stroke={1.6} aria-hidden="true" />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={csv}>{chartText.csv}</Menu.Item>
          <Menu.Item disabled={showTable} onClick={() => void png()}>
            {chartText.png}
          </Menu.Item>
          <Menu.Item disabled={showTable} onClick={() => void svg()}>
            {chartText.svg}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
