/** Rows of an explanation by class, and the colour of each row, for the summary charts. */
import { classLabels } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { predictedValues } from './resolve-axis';
import { predictedClasses, trueClasses } from './resolve-scope';
import { colourScale, columnNumbers, featureColumn, scaled, scaleOf, type ColourScale } from './table-columns';
import type { Explanation } from '#/domain/explanation';
import type { SummaryImportanceParams } from './summary-importance';

export interface RowGroups {
  readonly labels: readonly string[];
  /** Group by table row, -1 in none; null: all rows are one group. */
  readonly groupOf: Int32Array | null;
}

/** Groups by predicted or true class. Without classes (regression, no labels) all rows are one group with an empty label. */
export function groupRows(study: Study, group: SummaryImportanceParams['group']): RowGroups {
  const classes = group === 'none' ? null : group === 'predicted' ? predictedClasses(study) : trueClasses(study);
  return classes === null ? { labels: [''], groupOf: null } : { labels: classLabels(study.outputs), groupOf: classes };
}

export interface SwarmColours {
  /** Labels when colours are class codes; [] for a scale 0..1. */
  readonly labels: readonly string[];
  /** Writes the colours of table rows in one feature's lane; NaN where there is none. */
  readonly fill: (feature: number, rows: Int32Array, into: Float64Array) => void;
}

/**
 * `value`: each feature's own value on its colour scale (0, '' and false are values like others; missing is NaN);
 * `predicted` and `true`: class codes, or the value on its scale for regression. Null when there is nothing to colour by.
 */
export function chooseColours(study: Study, explanation: Explanation, colour: SummaryImportanceParams['colour']): SwarmColours | null {
  if (colour === 'none') return null;
  if (colour === 'value') {
    if (explanation.features.every((feature) => featureColumn(study.table, feature) === null)) return null;
    return {
      labels: [],
      fill(feature, rows, into) {
        const column = featureColumn(study.table, explanation.features[feature]!);
        if (column === null) into.fill(NaN);
        else shade(colourScale(column), columnNumbers(column), rows, into);
      },
    };
  }
  const classes = colour === 'predicted' ? predictedClasses(study) : trueClasses(study);
  if (classes !== null) {
    return {
      labels: classLabels(study.outputs),
      fill(_feature, rows, into) {
        for (let i = 0; i < rows.length; i++) into[i] = classes[rows[i]!]! >= 0 ? classes[rows[i]!]! : NaN;
      },
    };
  }
  const values = colour === 'predicted' ? predictedValues(study) : study.target?.kind === 'value' ? study.target.values : null;
  if (values === null) return null;
  const scale = scaleOf(values);
  return { labels: [], fill: (_feature, rows, into) => shade(scale, values, rows, into) };
}

function shade(scale: ColourScale, values: Float64Array, rows: Int32Array, into: Float64Array): void {
  for (let i = 0; i < rows.length; i++) into[i] = scaled(scale, values[rows[i]!]!);
}
