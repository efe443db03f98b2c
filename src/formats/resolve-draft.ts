/** A model met with a table: which column fills what, under the user's choices or without any. */
import type { ModelSignature } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import type { Finding } from '#/domain/study';
import type { Column, ColumnRole, Table } from '#/domain/table';
import { countMissing, distinctNumbers } from '#/formats/column-facts';
import type { CardSlot, ImportChoices, ParsedModel } from '#/formats/draft';
import type { Fit } from '#/formats/fit-columns';
import { fitColumn, fitFinding } from '#/formats/fit-columns';
import { featureColumns, isText, matchSlots, nearestColumn, slotName } from '#/formats/model-slots';
import { openTaskFinding, signatureFor } from '#/formats/open-task';
import { buildOutputs, classCount, defaultClassNames, guessTarget, mapClasses } from '#/formats/model-target';
import { baseName } from '#/formats/study-id';

interface Resolution {
  readonly choices: ImportChoices;
  /** The model's, under the task that was chosen or found. */
  readonly signature: ModelSignature;
  readonly slots: readonly CardSlot[];
  /** By slot; null where no column fills it. */
  readonly fits: readonly (Fit | null)[];
  readonly outputs: Outputs | null;
  readonly blocked: string | null;
  /** Nothing but the position of a column spoke for something. */
  readonly unsure: boolean;
  readonly findings: readonly Finding[];
}

export function resolveModelAndTable(model: ParsedModel, table: Table, given?: ImportChoices): Resolution {
  const usable = given?.roles.length === table.columns.length ? given : undefined;
  const ownRoles = usable?.roles ?? table.columns.map((column) => column.role);
  const guess =
    usable === undefined ? firstGuess(model, table, ownRoles) : { column: validColumn(usable.target, table), why: 'name' as const };
  const target = guess.column;
  const slots = chooseSlots(model, table, ownRoles, target, usable);
  const targetColumn = target === null ? null : table.columns[target]!;
  const task = model.taskOpen ? (usable?.task ?? null) : null;
  const signature = signatureFor(model, targetColumn, task);

  const findings: Finding[] = [];
  const names = defaultClassNames(signature, targetColumn);
  const count = classCount(signature);
  const classNames = usable?.classNames.length === count ? usable.classNames : names.names;
  const fits = slots.map((slot, i) =>
    slot.column === null ? null : fitColumn(table.columns[slot.column]!, slot, model.categories?.[i] ?? null),
  );
  const used = new Set(slots.flatMap((slot) => (slot.column === null ? [] : [slot.column])));
  const roles = ownRoles.map((role, i): ColumnRole => {
    if (i === target) return 'target';
    if (used.has(i)) return 'feature';
    return role === 'feature' || role === 'target' ? 'ignored' : role;
  });
  findings.push(
    ...slotFindings(slots, fits, table),
    ...columnFindings(table, slots, roles, model),
    ...targetFindings(signature, model.taskOpen, table, target, guess.why),
  );
  const openTask = targetColumn === null ? null : openTaskFinding(model, signature, targetColumn, task, table.name);
  if (openTask !== null) findings.push(openTask);
  const outputs = buildOutputs(signature, targetColumn?.name ?? 'target', classNames);
  return {
    choices: { name: usable?.name ?? baseName(table.name), task, target, roles, slots: slots.map((slot) => slot.column), classNames },
    signature,
    slots,
    fits,
    outputs,
    blocked: blockedBy(signature, table, slots, fits, outputs, roles),
    unsure:
      slots.some((slot) => slot.how === 'position') ||
      ((guess.why === 'last column' || guess.why === 'only column') && used.size + 1 < table.columns.length),
    findings,
  };
}

function validColumn(column: number | null, table: Table): number | null {
  return column !== null && column >= 0 && column < table.columns.length ? column : null;
}

function firstGuess(model: ParsedModel, table: Table, roles: readonly ColumnRole[]): ReturnType<typeof guessTarget> {
  const { signature, featureNames } = model;
  const all = table.columns.map((_, i) => i);
  const byName = matchSlots(signature, featureNames, table, [], null);
  const claimed = new Set(byName.flatMap((slot) => (slot.column === null ? [] : [slot.column])));
  const width = signature.inputs.some((input) => input.width === null)
    ? null
    : signature.inputs.reduce((sum, input) => sum + (input.width ?? 0), 0);
  return guessTarget(
    table,
    roles,
    all.filter((i) => !claimed.has(i)),
    model,
    width,
  );
}

/** The user's slots where they still make sense, found ones elsewhere. */
function chooseSlots(
  { signature, featureNames }: ParsedModel,
  table: Table,
  roles: readonly ColumnRole[],
  target: number | null,
  given: ImportChoices | undefined,
): readonly CardSlot[] {
  const withIds = table.columns.flatMap((_, i) => (i !== target && (roles[i] === 'feature' || roles[i] === 'id') ? [i] : []));
  let found = matchSlots(signature, featureNames, table, featureColumns(table, roles, target), target);
  // A column that looks like an id may be what the model was trained with after all.
  if (given === undefined && found.some((slot) => slot.column === null)) {
    const again = matchSlots(signature, featureNames, table, withIds, target);
    if (again.every((slot) => slot.column !== null)) found = again;
  }
  if (given?.slots.length !== found.length) return found;
  return found.map((slot, i) => {
    const column = validColumn(given.slots[i] ?? null, table);
    if (column === null || column === target || column === slot.column) return slot;
    return { ...slot, column, how: 'chosen' };
  });
}

function slotFindings(slots: readonly CardSlot[], fits: readonly (Fit | null)[], table: Table): readonly Finding[] {
  const findings: Finding[] = [];
  const byPosition = slots.filter((slot) => slot.how === 'position');
  if (byPosition.length > 0) {
    const columns = byPosition.map((slot) => table.columns[slot.column!]!.name);
    findings.push({
      severity: 'info',
      code: 'matched-by-position',
      message: `The model does not name its ${byPosition.length === 1 ? 'value' : `${byPosition.length} values`}; columns were taken in the order of the table: ${shortList(columns)}.`,
      fix: 'Check that the table has the order the model was trained with.',
    });
  }
  const similar = slots.filter((slot) => slot.how === 'similar name');
  if (similar.length > 0) {
    const pairs = similar.map((slot) => `${slotName(slot)} ← ${table.columns[slot.column!]!.name}`);
    findings.push({
      severity: 'info',
      code: 'matched-by-similar-name',
      message: `Columns matched although exporters rewrote their names: ${shortList(pairs)}.`,
    });
  }
  for (const [i, slot] of slots.entries()) {
    const fit = fits[i];
    const finding = fit == null ? null : fitFinding(table.columns[slot.column!]!, fit, table.name);
    if (finding !== null) findings.push(finding);
  }
  return findings;
}

function columnFindings(table: Table, slots: readonly CardSlot[], roles: readonly ColumnRole[], model: ParsedModel): readonly Finding[] {
  const findings: Finding[] = [];
  const unused = table.columns.filter((column, i) => roles[i] === 'ignored' && column.role === 'feature').map((column) => column.name);
  if (unused.length > 0) {
    findings.push({
      severity: 'info',
      code: 'unused-columns',
      message: `The model does not read ${shortList(unused)}.`,
      fix: 'They stay in the table for colouring and cohorts.',
    });
  }
  for (const [i, slot] of slots.entries()) {
    if (slot.column === null) continue;
    const column = table.columns[slot.column]!;
    const missing = countMissing(column);
    if (missing === 0) continue;
    const text = column.kind === 'categorical' ? (column.missingText ?? '') : '';
    findings.push({
      severity: 'info',
      code: 'missing-values',
      message: `${column.name}: ${missing} missing ${missing === 1 ? 'cell' : 'cells'}; the model receives ${isText(slot.type) || model.categories?.[i]?.kind === 'hashes' ? `the text "${text}"` : 'NaN'}.`,
      place: { file: table.name, at: `column ${column.name}` },
    });
  }
  return findings;
}

function targetFindings(
  signature: ModelSignature,
  taskOpen: boolean,
  table: Table,
  target: number | null,
  why: string,
): readonly Finding[] {
  if (target === null) {
    return [
      {
        severity: 'info',
        code: 'no-target',
        message: 'No column holds the true values, so views that compare with them stay empty.',
        fix: 'Choose one if the table has it.',
      },
    ];
  }
  const column = table.columns[target]!;
  const place = { file: table.name, at: `column ${column.name}` };
  const findings: Finding[] = [];
  if (why === 'last column' || why === 'only column')
    findings.push({
      severity: 'info',
      code: 'target-guessed',
      message:
        why === 'last column'
          ? `${column.name}, the last column that the model does not read, was taken as the true values.`
          : `${column.name}, the only column that the model does not read and could predict, was taken as the true values.`,
      fix: 'Choose another column or none.',
      place,
    });
  if (signature.task === 'regression') {
    if (!taskOpen && isZeroOne(column)) {
      findings.push({
        severity: 'warning',
        code: 'maybe-binary',
        message: `${column.name} holds only 0 and 1, but the model gives one number without saying that it is a probability or log-odds, so it opens as a regression.`,
        fix: 'End the model in a sigmoid before export, so that it is read as the probability of class 1.',
        place,
      });
    }
    if (column.kind !== 'numeric')
      findings.push({
        severity: 'warning',
        code: 'target-not-numeric',
        message: `The model predicts a number, but ${column.name} holds no numbers; it is not used as true values.`,
        place,
      });
    return findings;
  }
  const { how, unknown, byNumber } = mapClasses(signature, column);
  if (how === 'order') {
    const names = defaultClassNames(signature, column).names;
    findings.push({
      severity: 'info',
      code: 'labels-by-order',
      message: `The model numbers its classes; ${column.name}'s values were taken in sorted order: ${shortList(names.map((name, i) => `${i} = ${name}`))}.`,
      fix: 'Check the order that the model was trained with.',
      place,
    });
  }
  if (byNumber.size === 0) {
    findings.push({
      severity: 'warning',
      code: 'target-unknown-labels',
      message: `No value of ${column.name} is a class of the model (${shortList(signature.outputs.classLabels)}); found ${shortList(unknown)}.`,
      fix: 'Choose another target.',
      place,
    });
  } else if (unknown.length > 0) {
    findings.push({
      severity: 'warning',
      code: 'target-some-unknown',
      message: `Some values of ${column.name} are no class of the model and count as unknown: ${shortList(unknown)}.`,
      place,
    });
  }
  return findings;
}

function isZeroOne(column: Column): boolean {
  return column.kind === 'numeric' && distinctNumbers(column, 3).every((value) => value === 0 || value === 1);
}

function blockedBy(
  signature: ModelSignature,
  table: Table,
  slots: readonly CardSlot[],
  fits: readonly (Fit | null)[],
  outputs: Outputs | null,
  roles: readonly ColumnRole[],
): string | null {
  const empty = slots.filter((slot) => slot.column === null);
  if (empty.length > 0) {
    const wide = signature.inputs.find((input) => input.name === empty[0]!.input && input.width !== 1);
    if (wide !== undefined && empty.some((slot) => slot.name === null)) {
      const spare = roles.filter((role) => role === 'feature' || role === 'ignored').length;
      const width = slots.filter((slot) => slot.input === wide.name).length;
      return `The model reads ${width} values a row, and the table has ${spare} columns that could be features. Drop the table that the model was trained on, or choose a column for every value.`;
    }
    const names = empty.map(slotName);
    const near = empty.length === 1 ? nearestColumn(table, names[0]!) : undefined;
    return `The table has no column for ${shortList(names)}.${near === undefined ? '' : ` ${near.name} looks similar.`} Choose a column, or drop a table that has it.`;
  }
  const impossible = fits.find((fit) => fit?.kind === 'impossible');
  if (impossible?.kind === 'impossible') return impossible.reason;
  if (slots.length === 0) return 'The model has no inputs that a table can fill.';
  if (outputs === null) return 'The model does not say how many classes it has; export it again with its class labels.';
  return null;
}

function shortList(names: readonly string[]): string {
  return names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');
}
