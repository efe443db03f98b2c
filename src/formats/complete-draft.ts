/** A draft and the user's choices become a study. */
import type { Study } from '#/domain/study';
import { FIRST_REVISIONS } from '#/domain/study';
import type { Table } from '#/domain/table';
import { bindSlots } from '#/formats/bind-slots';
import type { ImportChoices, ImportDraft, ParsedModel } from '#/formats/draft';
import { convertColumn } from '#/formats/fit-columns';
import { inconsistent } from '#/formats/format-errors';
import { makeCard } from '#/formats/import-card';
import { buildTarget } from '#/formats/model-target';
import { resolveModelAndTable } from '#/formats/resolve-draft';
import { makeStudyId } from '#/formats/study-id';

/**
 * The study of a draft. Predictions are null where a model is there to compute them.
 * @throws LimpidError `InconsistentData` when the card is blocked, with what is missing
 */
export function completeDraft(draft: ImportDraft, choices: ImportChoices): Study {
  if (draft.study !== null) return choices.name.trim() === '' ? draft.study : { ...draft.study, name: choices.name.trim() };
  if (draft.model === null || draft.table === null) {
    throw inconsistent(makeCard(draft, choices).blocked ?? 'There is nothing to open.', { hint: 'Add the missing file to the drop.' });
  }
  return pairToStudy(draft, draft.model, draft.table, choices);
}

function pairToStudy(draft: ImportDraft, model: ParsedModel, table: Table, choices: ImportChoices): Study {
  const resolution = resolveModelAndTable(model, table, choices);
  const { signature, outputs, slots, fits } = resolution;
  if (resolution.blocked !== null || outputs === null) {
    throw inconsistent(resolution.blocked ?? 'The model does not fit the table.', {
      hint: 'Choose a column for every input of the model.',
    });
  }
  const columns = [...table.columns];
  for (const [i, slot] of slots.entries()) {
    const fit = fits[i];
    if (fit && slot.column !== null) columns[slot.column] = convertColumn(columns[slot.column]!, fit);
  }
  const roles = resolution.choices.roles;
  const finished: Table = { ...table, columns: columns.map((column, i) => ({ ...column, role: roles[i] ?? column.role })) };
  const { features, bindings } = bindSlots(slots, finished.columns);
  const name = resolution.choices.name.trim() === '' ? table.name : resolution.choices.name.trim();
  const { target } = resolution.choices;
  return {
    id: makeStudyId(name, finished, model.bytes),
    name,
    description: '',
    notes: '',
    table: finished,
    target: target === null ? null : buildTarget(signature, finished.columns[target]!, target),
    outputs,
    model: { name: model.name, kind: model.kind, bytes: model.bytes, signature, features, bindings, outputs },
    predictions: null,
    explanations: [],
    points: [],
    findings: [...draft.findings, ...model.findings, ...resolution.findings],
    revisions: FIRST_REVISIONS,
  };
}
