/** A saved explanation met with the table or the model of the same drop: each brings what the other lacks. */
import type { Explanation } from '#/domain/explanation';
import type { FeatureSchema } from '#/domain/model';
import type { Finding, Study, Target } from '#/domain/study';
import type { Column, Table } from '#/domain/table';
import { cellValue } from '#/domain/table';
import { bindSlots, describeFeature } from '#/formats/bind-slots';
import type { ImportChoices, ParsedModel } from '#/formats/draft';
import { toClassIndices } from '#/formats/explanations/class-labels';
import { plainName } from '#/formats/model-slots';
import { guessTarget } from '#/formats/model-target';
import { resolveModelAndTable } from '#/formats/resolve-draft';

type Paired = { readonly study: Study; readonly refused: null } | { readonly study: null; readonly refused: string };

/** Gives an explanation without data the rows of a table, matched by feature name, else by position. */
export function attachTable(study: Study, table: Table, tableFindings: readonly Finding[]): Paired {
  if (study.table.columns.length > 0) return { study: null, refused: 'the explanation brings its own data.' };
  if (study.table.nRows > 0 && table.nRows !== study.table.nRows) {
    return { study: null, refused: `it has ${table.nRows} rows and the explanation ${study.table.nRows}.` };
  }
  const features = study.explanations[0]?.features ?? [];
  const columns = matchFeatures(features, table);
  if (columns === null) return { study: null, refused: 'its columns do not match the features of the explanation.' };
  const used = new Set(columns.indices);
  const free = table.columns.flatMap((_, i) => (used.has(i) ? [] : [i]));
  const guess =
    study.target === null
      ? guessTarget(
          table,
          table.columns.map((column) => column.role),
          free,
          null,
          used.size,
        )
      : null;
  const target =
    guess?.column == null || !free.includes(guess.column) ? null : buildTarget(study, table.columns[guess.column]!, guess.column);
  const finished: Table = {
    ...table,
    columns: table.columns.map((column, i) => ({
      ...column,
      role: used.has(i) ? 'feature' : i === target?.column ? 'target' : column.role === 'feature' ? 'ignored' : column.role,
    })),
  };
  const described = features.map((feature, j): FeatureSchema => ({
    ...describeFeature(finished.columns[columns.indices[j]!]!, columns.indices[j]!),
    name: feature.name,
  }));
  const explanations = study.explanations.map((explanation): Explanation => ({ ...explanation, features: described }));
  const finding: Finding = {
    severity: 'info',
    code: columns.byName ? 'table-by-name' : 'table-by-position',
    message: `The data of ${table.name} were taken as the explained rows; columns were matched by ${columns.byName ? 'name' : 'position'}.`,
    fix: 'Check that the table has the rows that were explained, in the same order.',
  };
  return {
    study: {
      ...study,
      table: finished,
      target: study.target ?? target,
      explanations,
      findings: [...study.findings.filter(({ code }) => code !== 'no-data'), ...tableFindings, finding],
    },
    refused: null,
  };
}

function matchFeatures(
  features: readonly FeatureSchema[],
  table: Table,
): { readonly indices: readonly number[]; readonly byName: boolean } | null {
  const exact = new Map(table.columns.map((column, i) => [column.name, i]));
  const similar = new Map(table.columns.map((column, i) => [plainName(column.name), i]));
  const named = features.map(({ name }) => exact.get(name) ?? similar.get(plainName(name)));
  if (named.every((index) => index !== undefined) && new Set(named).size === named.length) return { indices: named, byName: true };
  const inOrder = table.columns.flatMap((column, i) => (column.role === 'feature' ? [i] : []));
  return inOrder.length === features.length && named.every((index) => index === undefined) ? { indices: inOrder, byName: false } : null;
}

function buildTarget({ outputs }: Study, column: Column, index: number): Target | null {
  if (outputs.task === 'regression')
    return column.kind === 'numeric' ? { kind: 'value', column: index, values: Float64Array.from(column.values) } : null;
  const length = column.kind === 'categorical' ? column.codes.length : column.values.length;
  const { classes } = toClassIndices(
    Array.from({ length }, (_, i) => cellValue(column, i)),
    outputs.classLabels,
  );
  return classes.some((value) => value >= 0) ? { kind: 'class', column: index, classes } : null;
}

/** Gives an explanation with data the model, so that it can be predicted and explained again. The file's predictions stay. */
export function attachModel(study: Study, model: ParsedModel): Paired {
  if (study.table.columns.length === 0) return { study: null, refused: 'the explanation has no data that the model could read.' };
  const roles = study.table.columns.map((column) => column.role);
  const classNames = study.outputs.task === 'regression' ? [] : study.outputs.classLabels;
  // The file's predictions stay, and those of a net without its last layer may have another scale: one number stays a value here.
  const choices: ImportChoices = {
    name: study.name,
    task: 'regression',
    target: study.target?.column ?? null,
    roles,
    slots: [],
    classNames,
  };
  const { slots, fits, blocked, outputs, findings } = resolveModelAndTable(model, study.table, choices);
  if (blocked !== null || outputs === null) return { study: null, refused: 'it does not read the columns of the explanation.' };
  if (outputs.task !== study.outputs.task || (outputs.task !== 'regression' && outputs.classLabels.length !== classNames.length)) {
    return { study: null, refused: 'it predicts something else than what was explained.' };
  }
  if (fits.some((fit) => fit === null || !['as it is', 'by label', 'as codes'].includes(fit.kind)))
    return { study: null, refused: 'its inputs have other types than the columns of the explanation.' };
  const { features, bindings } = bindSlots(slots, study.table.columns);
  return {
    study: {
      ...study,
      model: {
        name: model.name,
        kind: model.kind,
        bytes: model.bytes,
        signature: model.signature,
        features,
        bindings,
        outputs: study.outputs,
      },
      findings: [...study.findings, ...model.findings, ...findings.filter(({ code }) => code !== 'no-target')],
    },
    refused: null,
  };
}
