/** Swarm lanes: one offset point a row, or a raster a lane where there are many. */
import { swarmCells, swarmOffsets } from '#/math/density';
import { countCells, firstInCells, meanInCells, modeInCells } from '#/math/raster';
import type { SwarmColours } from './row-groups';
import { explainedRows } from './resolve-scope';
import { MAX_MARKS } from './scope';
import { shownColumn, type ShownValues } from './shown-values';
import type { SwarmPoints, SwarmRaster } from './summary-importance';

/** Vega draws so many marks in about 0.1 s. */
export const MAX_SWARM_MARKS = 3 * MAX_MARKS;
const LANE_BINS = 100;
const LANE_BOUND = 0.45;
const RASTER_WIDTH = 400;
/** Rows of cells over all lanes, and their bounds for one lane. */
const RASTER_ROWS = 480;
const MIN_LANE_ROWS = 9;
const MAX_LANE_ROWS = 41;

type Swarm =
  | Pick<SwarmPoints, 'kind' | 'lane' | 'rows' | 'values' | 'offsets' | 'colours' | 'colourLabels'>
  | Pick<SwarmRaster, 'kind' | 'width' | 'height' | 'range' | 'counts' | 'colours' | 'colourLabels' | 'exampleRows'>;

/** @param range - of the shown values of all features in `features`, low < high */
export function drawSwarm(
  shown: ShownValues,
  features: readonly number[],
  range: readonly [number, number],
  colours: SwarmColours | null,
): Swarm {
  return shown.nRows * features.length <= MAX_SWARM_MARKS
    ? drawPoints(shown, features, range, colours)
    : drawRaster(shown, features, range, colours);
}

function drawPoints(
  shown: ShownValues,
  features: readonly number[],
  [low, high]: readonly [number, number],
  colours: SwarmColours | null,
): Swarm {
  const explained = explainedRows(shown.explanation);
  const capacity = shown.nRows * features.length;
  const lane = new Int32Array(capacity);
  const rows = new Int32Array(capacity);
  const values = new Float64Array(capacity);
  const offsets = new Float32Array(capacity);
  const shades = colours === null ? null : new Float32Array(capacity);
  const shadeOfRow = new Float64Array(shades === null ? 0 : explained.length);
  let n = 0;
  features.forEach((feature, position) => {
    const column = shownColumn(shown, feature);
    const sideways = swarmOffsets(column, low, high, LANE_BINS, LANE_BOUND);
    colours?.fill(feature, explained, shadeOfRow);
    for (let i = 0; i < column.length; i++) {
      if (Number.isNaN(column[i]!)) continue;
      const row = explained[i]!;
      lane[n] = position;
      rows[n] = row;
      values[n] = column[i]!;
      offsets[n] = sideways[i]!;
      if (shades !== null) shades[n] = shadeOfRow[i]!;
      n++;
    }
  });
  return {
    kind: 'swarm',
    lane: lane.slice(0, n),
    rows: rows.slice(0, n),
    values: values.slice(0, n),
    offsets: offsets.slice(0, n),
    colours: shades?.slice(0, n) ?? null,
    colourLabels: colours?.labels ?? [],
  };
}

function drawRaster(
  shown: ShownValues,
  features: readonly number[],
  range: readonly [number, number],
  colours: SwarmColours | null,
): Swarm {
  const rows = explainedRows(shown.explanation);
  const width = RASTER_WIDTH;
  const wanted = Math.floor(RASTER_ROWS / Math.max(1, features.length));
  const height = Math.min(MAX_LANE_ROWS, Math.max(MIN_LANE_ROWS, wanted - ((wanted + 1) % 2)));
  const laneCells = width * height;
  const counts = new Uint32Array(features.length * laneCells);
  const exampleRows = new Int32Array(features.length * laneCells);
  const shades = colours === null ? null : new Float32Array(features.length * laneCells);
  const shadeOfRow = new Float64Array(shades === null ? 0 : rows.length);
  const nLabels = colours?.labels.length ?? 0;
  features.forEach((feature, position) => {
    const cells = swarmCells(shownColumn(shown, feature), range[0], range[1], width, height);
    const start = position * laneCells;
    counts.set(countCells(cells, laneCells), start);
    exampleRows.set(firstInCells(cells, laneCells, rows), start);
    if (shades === null) return;
    colours?.fill(feature, rows, shadeOfRow);
    shades.set(nLabels > 0 ? modeInCells(cells, laneCells, shadeOfRow, nLabels) : meanInCells(cells, laneCells, shadeOfRow), start);
  });
  return { kind: 'swarm-raster', width, height, range, counts, colours: shades, colourLabels: colours?.labels ?? [], exampleRows };
}
