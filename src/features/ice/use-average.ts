import type { JobOutcome } from '#/engine/job';
import { useInteractive } from '#/panels/use-interactive';

/** Rows that averages are taken over, and lines of other rows that are drawn. */
const AVERAGE_ROWS = 1000;
const LINES = 30;
/** A picture has hundreds of points a row. */
const SURFACE_ROWS = 300;
const SEED = 0;

export type CurveOutcome = Extract<JobOutcome, { kind: 'curve' }>;

interface Asked {
  readonly feature: number;
  readonly grid: Float64Array;
}

/** Mean predictions over the rows (partial dependence), with the lines of some of them. */
export function usePartialDependence({ feature, grid }: Asked) {
  return useInteractive(
    'partial dependence',
    { feature, grid: Array.from(grid) },
    async (client, signal) => {
      const outcome = await client.run(
        { kind: 'partial dependence', feature, grid, maxRows: AVERAGE_ROWS, lines: LINES, seed: SEED },
        signal,
      );
      return outcome.kind === 'curve' ? { feature, outcome } : null;
    },
    grid.length > 0,
  );
}

/** Accumulated local effects between edges that the rows decide. */
export function useEffects(feature: number, wanted: boolean) {
  return useInteractive(
    'accumulated effects',
    { feature },
    async (client, signal) => {
      const outcome = await client.run(
        { kind: 'partial dependence', curve: 'ale', feature, grid: new Float64Array(0), maxRows: AVERAGE_ROWS, lines: 0, seed: SEED },
        signal,
      );
      return outcome.kind === 'curve' ? { feature, outcome } : null;
    },
    wanted,
  );
}

/** Mean predictions over two grids. */
export function useDependenceSurface(a: Asked, b: Asked, wanted: boolean) {
  return useInteractive(
    'dependence surface',
    { a: a.feature, b: b.feature, gridA: Array.from(a.grid), gridB: Array.from(b.grid) },
    async (client, signal) => {
      const outcome = await client.run(
        { kind: 'partial dependence', curve: 'pdp-2d', ...a, second: b, maxRows: SURFACE_ROWS, lines: 0, seed: SEED },
        signal,
      );
      return outcome.kind === 'curve' ? { a: a.feature, b: b.feature, outcome } : null;
    },
    wanted && a.grid.length > 0 && b.grid.length > 0,
  );
}
