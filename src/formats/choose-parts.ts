/** Which of the parts that were read make the study; the others stay on the card with a reason. */
import type { Finding, Study } from '#/domain/study';
import type { ImportDraft, ImportItem } from '#/formats/draft';
import { plainName } from '#/formats/model-slots';
import { attachModel, attachTable } from '#/formats/pair-explanation';
import { findRawBehind, type RawBehind } from '#/formats/raw-behind';
import type { Part, ReadFile } from '#/formats/read-one-file';

interface Candidate<P> {
  readonly index: number;
  readonly part: P;
}

type StudyPart = Extract<Part, { study: Study }>;
type TablePart = Extract<Part, { kind: 'table' }>;
type ModelPart = Extract<Part, { kind: 'model' }>;

/**
 * A Limpid study wins over an explanation, an explanation over a model with a table; among several of a kind the one
 * that holds most opens, among equals the first.
 */
export function choosePartsOf(results: readonly ReadFile[]): ImportDraft {
  const items: ImportItem[] = results.map((result) => result.item);
  const findings: Finding[] = [];
  const parts = results.flatMap(({ part }, index) => (part === null ? [] : [{ index, part }]));
  const studies = parts.filter((c): c is Candidate<StudyPart> => c.part.kind === 'study' || c.part.kind === 'explanation');
  const models = parts.filter((c): c is Candidate<ModelPart> => c.part.kind === 'model');
  const tables = parts.filter((c): c is Candidate<TablePart> => c.part.kind === 'table');

  const ignore = (candidates: readonly Candidate<Part>[], reason: string): void => {
    for (const { index } of candidates) {
      const item = items[index]!;
      items[index] = { ...item, status: 'ignored' };
      findings.push({
        severity: 'warning',
        code: 'file-ignored',
        message: `${item.path} was not opened: ${reason}`,
        fix: 'Drop it alone to open it.',
        place: { file: item.path },
      });
    }
  };
  const study = best(studies, ({ part }) => studyScore(part));
  if (study !== null) {
    ignore(others(studies, study), 'a study holds one table, and another one of the drop was opened.');
    if (study.part.kind === 'study') {
      ignore([...models, ...tables], 'a study of the same drop was opened, which brings its own data.');
      return { items, study: study.part.study, table: null, model: null, findings };
    }
    let paired = study.part.study;
    const left: { readonly candidate: Candidate<TablePart>; readonly refused: string }[] = [];
    for (const candidate of tables) {
      const { study: joined, refused } = attachTable(paired, candidate.part.parsed.table, candidate.part.parsed.findings);
      if (joined === null) left.push({ candidate, refused });
      else paired = joined;
    }
    let behind: RawBehind | null = null;
    for (const candidate of models) {
      const { study: joined, refused } =
        paired.model === null ? attachModel(paired, candidate.part.model) : { study: null, refused: 'a study has one model.' };
      if (joined !== null) {
        paired = joined;
        continue;
      }
      behind ??= findRawBehind(
        paired,
        candidate.part.model,
        left.map((one) => one.candidate.part.parsed.table),
      );
      if (behind?.found.from === candidate.part.model.name) paired = behind.study;
      else ignore([candidate], refused);
    }
    for (const { candidate, refused } of left) {
      if (behind?.table !== candidate.part.parsed.table) ignore([candidate], refused);
    }
    if (behind !== null) return { items, study: paired, table: null, model: null, findings, featureMap: behind.found };
    return { items, study: paired, table: null, model: null, findings };
  }
  const model = models[0] ?? null;
  ignore(others(models, model), 'a study has one model, and the first one was taken.');
  const table = best(tables, ({ part }) => tableScore(part, model?.part ?? null));
  ignore(
    others(tables, table),
    model === null ? 'a study has one table, and the largest was taken.' : 'another table of the drop fits the model better.',
  );
  findings.push(...(table?.part.parsed.findings ?? []));
  return { items, study: null, table: table?.part.parsed.table ?? null, model: model?.part.model ?? null, findings };
}

function best<P>(candidates: readonly Candidate<P>[], score: (candidate: Candidate<P>) => number): Candidate<P> | null {
  let winner: Candidate<P> | null = null;
  let highest = -Infinity;
  for (const candidate of candidates) {
    const value = score(candidate);
    if (value > highest) {
      winner = candidate;
      highest = value;
    }
  }
  return winner;
}

function others<P>(candidates: readonly Candidate<P>[], winner: Candidate<P> | null): readonly Candidate<P>[] {
  return candidates.filter((candidate) => candidate !== winner);
}

/** Own studies first, then local values, then data, then rows. */
function studyScore(part: StudyPart): number {
  const local = part.study.explanations.some((explanation) => explanation.local !== null);
  return (
    (part.kind === 'study' ? 1e12 : 0) + (local ? 1e11 : 0) + (part.study.table.columns.length > 0 ? 1e10 : 0) + part.study.table.nRows
  );
}

/** With a model: how many of its inputs find a column, or whether the width fits; then rows. */
function tableScore({ parsed }: TablePart, model: ModelPart | null): number {
  const { table } = parsed;
  if (model === null) return table.nRows;
  const { inputs } = model.model.signature;
  const names = new Set(table.columns.map((column) => plainName(column.name)));
  const wanted = model.model.featureNames ?? inputs.map((input) => input.name);
  const named = wanted.filter((name) => names.has(plainName(name))).length;
  const width = inputs.length === 1 ? (inputs[0]!.width ?? 0) : 0;
  const fits =
    width > 1 && (table.columns.length === width || table.columns.length === width + 1 || table.columns.length === width + 2) ? 1 : 0;
  return (named + fits) * 1e10 + table.nRows;
}
