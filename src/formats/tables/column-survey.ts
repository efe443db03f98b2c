/** First pass over a table: what a column's cells look like, without keeping them. */
import { blanknessOf } from '#/formats/tables/blanks';
import type { CellShape } from '#/formats/tables/cell-text';
import { shapeOf } from '#/formats/tables/cell-text';

export interface ColumnSurvey {
  readonly counts: Record<CellShape, number>;
  /** Texts of missing cells and how often. */
  readonly missing: Map<string, number>;
  readonly written: Map<string, number>;
  cells: number;
  /** A number has two thousands groups or a decimal point after one: it cannot be a decimal comma. */
  surelyThousands: boolean;
}

export function createSurvey(): ColumnSurvey {
  return {
    counts: { number: 0, 'leading zero': 0, 'long integer': 0, 'decimal comma': 0, thousands: 0, boolean: 0, date: 0, text: 0 },
    missing: new Map(),
    written: new Map(),
    cells: 0,
    surelyThousands: false,
  };
}

export function surveyCell(survey: ColumnSurvey, text: string): void {
  survey.cells++;
  const blank = blanknessOf(text);
  if (blank !== 'value') {
    const counts = blank === 'missing' ? survey.missing : survey.written;
    counts.set(text, (counts.get(text) ?? 0) + 1);
    return;
  }
  const shape = shapeOf(text);
  survey.counts[shape]++;
  if (shape === 'thousands' && !survey.surelyThousands)
    survey.surelyThousands = text.includes('.') || text.indexOf(',') !== text.lastIndexOf(',');
}

export type ColumnPlan =
  | { readonly kind: 'numeric'; readonly comma: 'none' | 'decimal' | 'thousands' }
  | { readonly kind: 'boolean' | 'datetime' | 'categorical' };

/**
 * @param commaSeparated - cells are separated by commas, so a comma inside a cell was quoted and groups thousands
 */
export function planColumn(survey: ColumnSurvey, commaSeparated: boolean): ColumnPlan {
  const { counts } = survey;
  const values = survey.cells - total(survey.missing) - total(survey.written);
  const commas = counts['decimal comma'] + counts.thousands;
  if (values === 0) return { kind: 'numeric', comma: 'none' };
  if (counts.number + commas === values) {
    if (commas === 0) return { kind: 'numeric', comma: 'none' };
    if (counts['decimal comma'] > 0) return survey.surelyThousands ? { kind: 'categorical' } : { kind: 'numeric', comma: 'decimal' };
    return { kind: 'numeric', comma: survey.surelyThousands || commaSeparated ? 'thousands' : 'decimal' };
  }
  if (counts.boolean === values) return { kind: 'boolean' };
  if (counts.date === values) return { kind: 'datetime' };
  return { kind: 'categorical' };
}

export function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
