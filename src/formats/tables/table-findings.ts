/** What the reader of a table inferred about a column, in sentences. */
import type { Finding } from '#/domain/study';
import type { Column } from '#/domain/table';
import { mostFrequentText } from '#/formats/tables/blanks';
import type { ColumnPlan, ColumnSurvey } from '#/formats/tables/column-survey';
import { total } from '#/formats/tables/column-survey';

export function columnFindings(column: Column, survey: ColumnSurvey, plan: ColumnPlan, file: string): readonly Finding[] {
  const findings: Finding[] = [];
  const note = (code: string, severity: Finding['severity'], message: string, fix?: string): void => {
    findings.push({ severity, code, message, ...(fix === undefined ? {} : { fix }), place: { file, at: `column ${column.name}` } });
  };
  const written = total(survey.written);
  const named = survey.cells - (survey.missing.get('') ?? 0) > 0 ? total(survey.missing) - (survey.missing.get('') ?? 0) : 0;
  const blanks = written + (column.kind === 'categorical' ? named : 0);
  if (blanks > 0) {
    const text = mostFrequentText(written > 0 ? survey.written : new Map([...survey.missing].filter(([key]) => key !== '')));
    note(
      'blanks-as-text',
      'info',
      `${column.name}: ${blanks} ${blanks === 1 ? 'cell holds' : 'cells hold'} "${text}" and ${blanks === 1 ? 'was' : 'were'} read as missing.`,
      column.kind === 'categorical'
        ? `A model with text inputs still receives "${text}".`
        : 'Replace the text in the file if it means something else.',
    );
  }
  if (plan.kind === 'numeric' && plan.comma === 'decimal') {
    note('decimal-comma', 'info', `${column.name}: commas were read as decimal commas.`, 'Write numbers with a point if that is wrong.');
  }
  if (plan.kind === 'numeric' && plan.comma === 'thousands') {
    note('thousands-separator', 'info', `${column.name}: commas between groups of three digits were left out.`);
  }
  const { counts } = survey;
  if (column.kind === 'categorical') {
    const numbers = counts.number + counts['decimal comma'] + counts.thousands;
    if (counts['leading zero'] > 0 && numbers + counts['leading zero'] === total(new Map(Object.entries(counts)))) {
      note('leading-zeros', 'info', `${column.name}: numbers with leading zeros are codes, so the column was read as text.`);
    } else if (numbers > 0 && counts.text > 0 && numbers >= 9 * counts.text) {
      note(
        'mixed-column',
        'warning',
        `${column.name}: ${counts.text} of ${survey.cells} cells are no numbers, so the column was read as text.`,
        'Empty these cells or write numbers.',
      );
    }
    if (column.role === 'ignored') {
      note('too-many-labels', 'warning', `${column.name}: ${column.labels.length} different texts, so it is left out of the features.`);
    }
  }
  if (column.kind === 'numeric' && counts.number + counts['decimal comma'] + counts.thousands === 0) {
    note('empty-column', 'warning', `${column.name}: every cell is missing.`);
  }
  if (column.role === 'id') note('id-column', 'info', `${column.name} numbers the rows and is left out of the features.`);
  return findings;
}
