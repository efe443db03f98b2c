/** A curve of the command line as JSON: how predictions follow one feature or two. */
import { decodeCell } from '#/domain/encoded-cell';
import type { FeatureSchema } from '#/domain/model';
import { outputNames } from '#/formats/results/explain-result';
import type { Study } from '#/domain/study';

export interface CurveAxis {
  readonly feature: FeatureSchema;
  /** Encoded. */
  readonly grid: Float64Array;
}

export interface CurveResult {
  readonly curve: string;
  readonly first: CurveAxis;
  readonly second: CurveAxis | null;
  /** [points, nOutputs] row-major; points are those of the grid, or of both with the second one fastest. */
  readonly average: Float64Array;
  /** Each like `average`, of one row. */
  readonly lines: readonly Float64Array[];
  readonly lineRows: readonly number[];
  /** Rows between two edges (accumulated effects). */
  readonly counts: Float64Array | null;
  readonly nRows: number;
}

/** `average[output][point]`, for two features `average[output][point][point of the second]`; `lines[output][line][point]`. */
export function curveToJson(study: Study, result: CurveResult): string {
  const outputs = outputNames(study.outputs);
  const { curve, first, second, average, lines, lineRows, counts, nRows } = result;
  const ofOutput = (values: Float64Array, k: number): readonly number[] =>
    Array.from({ length: values.length / outputs.length }, (_, point) => values[point * outputs.length + k]!);
  const inRows = (values: readonly number[]): unknown =>
    second === null
      ? values
      : Array.from({ length: first.grid.length }, (_, i) => values.slice(i * second.grid.length, (i + 1) * second.grid.length));
  return `${JSON.stringify({
    curve,
    feature: first.feature.name,
    grid: decoded(first),
    ...(second === null ? {} : { second: second.feature.name, secondGrid: decoded(second) }),
    outputs,
    space: study.predictions?.space ?? null,
    average: outputs.map((_, k) => inRows(ofOutput(average, k))),
    ...(lines.length === 0 ? {} : { lines: outputs.map((_, k) => lines.map((line) => inRows(ofOutput(line, k)))), lineRows }),
    ...(counts === null ? {} : { counts: [...counts] }),
    rows: nRows,
    provenance: { model: study.model?.name ?? null, data: study.table.name },
  })}\n`;
}

function decoded({ feature, grid }: CurveAxis): readonly (string | number | boolean | null)[] {
  return Array.from(grid, (value) => decodeCell(feature, value));
}
