/** What the import card shows for a draft, before and after the user's choices. */
import type { Finding, Study } from '#/domain/study';
import type { Table } from '#/domain/table';
import { describeColumn } from '#/formats/column-facts';
import type { ImportCard, ImportChoices, ImportDraft, ParsedModel } from '#/formats/draft';
import { emptySlots } from '#/formats/model-slots';
import { buildOutputs, defaultClassNames, guessTarget } from '#/formats/model-target';
import { resolveModelAndTable } from '#/formats/resolve-draft';
import { baseName } from '#/formats/study-id';

export const LIMPID_STUDY = 'Limpid study';

/** @param choices - the user's; without them the doctor's own guesses are taken */
export function makeCard(draft: ImportDraft, choices?: ImportChoices): ImportCard {
  if (draft.study !== null) return studyCard(draft, draft.study, choices);
  if (draft.model !== null && draft.table !== null) return pairCard(draft, draft.model, draft.table, choices);
  if (draft.model !== null) return modelCard(draft, draft.model, choices);
  if (draft.table !== null) return tableCard(draft, draft.table, choices);
  return {
    name: '',
    kind: 'nothing',
    items: draft.items,
    needsChoices: false,
    blocked:
      'None of these files can be opened. Drop a saved explanation, a dashboard in JSON, or a model (ONNX, XGBoost, LightGBM, CatBoost) together with a CSV table.',
    outputs: null,
    taskOpen: false,
    columns: [],
    slots: [],
    choices: { name: '', task: null, target: null, roles: [], slots: [], classNames: [] },
    findings: draft.findings,
  };
}

function studyCard(draft: ImportDraft, study: Study, choices: ImportChoices | undefined): ImportCard {
  const roles = study.table.columns.map((column) => column.role);
  const name = choices?.name ?? study.name;
  return {
    name,
    kind: draft.items.some((item) => item.status === 'opens' && item.recognisedAs === LIMPID_STUDY) ? 'study' : 'explanation',
    items: draft.items,
    needsChoices: false,
    blocked: null,
    outputs: study.outputs,
    taskOpen: false,
    columns: describeColumns(study.table, roles),
    slots: [],
    choices: {
      name,
      task: null,
      target: study.target?.column ?? null,
      roles,
      slots: [],
      classNames: study.outputs.task === 'regression' ? [] : study.outputs.classLabels,
    },
    findings: [...draft.findings, ...study.findings],
  };
}

function pairCard(draft: ImportDraft, model: ParsedModel, table: Table, choices: ImportChoices | undefined): ImportCard {
  const resolution = resolveModelAndTable(model, table, choices);
  const findings: readonly Finding[] = [...draft.findings, ...model.findings, ...resolution.findings];
  const warned = resolution.findings.some((finding) => finding.severity !== 'info');
  return {
    name: resolution.choices.name,
    kind: 'model and table',
    items: draft.items,
    needsChoices: resolution.blocked !== null || resolution.unsure || warned,
    blocked: resolution.blocked,
    outputs: resolution.outputs,
    taskOpen: model.taskOpen,
    columns: describeColumns(table, resolution.choices.roles),
    slots: resolution.slots,
    choices: resolution.choices,
    findings,
  };
}

function modelCard(draft: ImportDraft, model: ParsedModel, choices: ImportChoices | undefined): ImportCard {
  const slots = emptySlots(model.signature, 0, model.featureNames);
  const { names } = defaultClassNames(model.signature, null);
  const name = choices?.name ?? baseName(model.name);
  const named = model.featureNames ?? (model.signature.inputs.length === 1 ? null : model.signature.inputs.map((input) => input.name));
  const wants =
    named === null
      ? slots.length > 0
        ? `with ${slots.length} feature columns`
        : 'with its feature columns'
      : `with the columns ${named.slice(0, 6).join(', ')}${named.length > 6 ? ' and more' : ''}`;
  return {
    name,
    kind: 'model',
    items: draft.items,
    needsChoices: true,
    blocked: `Drop a table ${wants} as well, so that there are rows to explain.`,
    outputs: buildOutputs(model.signature, 'target', names),
    taskOpen: false,
    columns: [],
    slots,
    choices: { name, task: null, target: null, roles: [], slots: slots.map(() => null), classNames: names },
    findings: [...draft.findings, ...model.findings],
  };
}

function tableCard(draft: ImportDraft, table: Table, choices: ImportChoices | undefined): ImportCard {
  const usable = choices?.roles.length === table.columns.length ? choices : undefined;
  const own = table.columns.map((column) => column.role);
  const guess = guessTarget(
    table,
    own,
    table.columns.map((_, i) => i),
    null,
    null,
  );
  const target = usable === undefined ? guess.column : usable.target;
  const roles = (usable?.roles ?? own).map((role, i) => (i === target ? 'target' : role === 'target' ? 'feature' : role));
  const name = usable?.name ?? baseName(table.name);
  return {
    name,
    kind: 'table',
    items: draft.items,
    needsChoices: true,
    blocked: 'Drop the model as well (ONNX, XGBoost, LightGBM or CatBoost), or an explanation of it: a table alone has nothing to explain.',
    outputs: null,
    taskOpen: false,
    columns: describeColumns(table, roles),
    slots: [],
    choices: { name, task: null, target, roles, slots: [], classNames: [] },
    findings: draft.findings,
  };
}

function describeColumns(table: Table, roles: ImportChoices['roles']): ImportCard['columns'] {
  return table.columns.map((column, i) => describeColumn(column, roles[i] ?? column.role));
}
