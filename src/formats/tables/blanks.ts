/** Texts that stand for a missing cell. */

/** What pandas reads as missing by default (and R writes): missing in every column, without a question. */
const MISSING = new Set(['', 'NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', '-nan', '-NaN', 'NULL', 'null', 'None', '<NA>', '#NA', 'NaT']);
/** Texts that people write where a value is missing; taken as missing, with a finding. */
const WRITTEN = new Set(['?', '??', '???', '-', '--', '.']);

type Blankness = 'value' | 'missing' | 'written blank';

export function blanknessOf(text: string): Blankness {
  if (text.length > 4) return 'value';
  if (MISSING.has(text)) return 'missing';
  return WRITTEN.has(text) ? 'written blank' : 'value';
}

/** The most frequent text of a column's missing cells, '' without any. */
export function mostFrequentText(counts: ReadonlyMap<string, number>): string {
  let best = '';
  let most = 0;
  for (const [text, count] of counts) {
    if (count > most) {
      best = text;
      most = count;
    }
  }
  return best;
}
