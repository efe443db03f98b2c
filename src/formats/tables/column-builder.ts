/** Second pass over a table: cells become a typed column by the plan of the first pass. */
import type { Column, ColumnRole } from '#/domain/table';
import { blanknessOf, mostFrequentText } from '#/formats/tables/blanks';
import { parseIsoDate, parseNumber } from '#/formats/tables/cell-text';
import type { ColumnPlan, ColumnSurvey } from '#/formats/tables/column-survey';
import { narrowNumbers } from '#/formats/tables/narrow';

interface ColumnBuilder {
  set(row: number, text: string): void;
  finish(name: string, role: ColumnRole): Column;
}

export function createBuilder(plan: ColumnPlan, survey: ColumnSurvey, nRows: number): ColumnBuilder {
  switch (plan.kind) {
    case 'numeric':
      return numericBuilder(plan.comma, nRows);
    case 'boolean':
      return booleanBuilder(nRows);
    case 'datetime':
      return datetimeBuilder(nRows);
    case 'categorical':
      return categoricalBuilder(survey, nRows);
    default:
      return plan satisfies never;
  }
}

function numericBuilder(comma: 'none' | 'decimal' | 'thousands', nRows: number): ColumnBuilder {
  const values = new Float64Array(nRows);
  return {
    set(row, text) {
      if (blanknessOf(text) !== 'value') values[row] = NaN;
      else
        values[row] = parseNumber(comma === 'decimal' ? text.replace(',', '.') : comma === 'thousands' ? text.replaceAll(',', '') : text);
    },
    finish: (name, role) => ({ kind: 'numeric', name, role, ...narrowNumbers(values) }),
  };
}

function booleanBuilder(nRows: number): ColumnBuilder {
  const values = new Uint8Array(nRows);
  return {
    set(row, text) {
      values[row] = blanknessOf(text) !== 'value' ? 255 : text.length === 4 ? 1 : 0;
    },
    finish: (name, role) => ({ kind: 'boolean', name, role, values }),
  };
}

function datetimeBuilder(nRows: number): ColumnBuilder {
  const values = new Float64Array(nRows);
  return {
    set(row, text) {
      values[row] = blanknessOf(text) !== 'value' ? NaN : parseIsoDate(text);
    },
    finish: (name, role) => ({ kind: 'datetime', name, role, values }),
  };
}

function categoricalBuilder(survey: ColumnSurvey, nRows: number): ColumnBuilder {
  const codes = new Int32Array(nRows);
  const seen = new Map<string, number>();
  return {
    set(row, text) {
      if (blanknessOf(text) !== 'value') {
        codes[row] = -1;
        return;
      }
      const known = seen.get(text);
      codes[row] = known ?? seen.size;
      if (known === undefined) seen.set(text, seen.size);
    },
    finish(name, role) {
      const { labels, order } = sortLabels([...seen.keys()]);
      for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = order[codes[i]!]!;
      const missingText = mostFrequentText(new Map([...survey.missing, ...survey.written]));
      return { kind: 'categorical', name, role, codes, labels, ...(missingText === '' ? {} : { missingText }) };
    },
  };
}

/**
 * Labels in code unit order, so that codes do not depend on the order of rows and equal what sorting encoders
 * (scikit-learn's LabelEncoder, OrdinalEncoder) give.
 * @returns `order[i]`: new position of label i
 */
export function sortLabels(labels: readonly string[]): { readonly labels: readonly string[]; readonly order: Int32Array } {
  const positions = labels.map((_, i) => i).sort((a, b) => (labels[a]! < labels[b]! ? -1 : labels[a]! > labels[b]! ? 1 : 0));
  const order = new Int32Array(labels.length);
  for (const [newPosition, old] of positions.entries()) order[old] = newPosition;
  return { labels: positions.map((i) => labels[i]!), order };
}
