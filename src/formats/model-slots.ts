/** Which table column fills which slot of the model: by exact name, by similar name, else by position. */
import type { InputType, ModelInput, ModelSignature } from '#/domain/model';
import type { Column, ColumnRole, Table } from '#/domain/table';
import type { CardSlot } from '#/formats/draft';

/** A graph may leave the width open; then the table's feature columns decide. */
const MAX_SLOTS = 20_000;

/** Names as exporters rewrite them: `Education-Num` and `education_num` are the same. */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}

/** Columns that may fill slots: features by role, without the target. */
export function featureColumns(table: Table, roles: readonly ColumnRole[], target: number | null): readonly number[] {
  return table.columns.flatMap((_, i) => (roles[i] === 'feature' && i !== target ? [i] : []));
}

/** Slots of all inputs in order, none filled. */
export function emptySlots(
  signature: ModelSignature,
  nFeatureColumns: number,
  names: readonly string[] | null = null,
): readonly CardSlot[] {
  const open = signature.inputs.length === 1 ? nFeatureColumns : 1;
  const slots = signature.inputs.flatMap((input) =>
    Array.from({ length: Math.min(input.width ?? open, MAX_SLOTS) }, (_, slot) => ({
      input: input.name,
      slot,
      name: null,
      type: input.type,
      column: null,
      how: 'none' as const,
    })),
  );
  return names?.length === slots.length ? slots.map((slot, i) => ({ ...slot, name: names[i]! })) : slots;
}

/** What to call a slot in a sentence. */
export function slotName({ name, input }: CardSlot): string {
  return name ?? input;
}

/**
 * @param names - names of the slots from the model's metadata; used when there is one for each slot
 * @param columns - columns that may be used by position; names match any column but the target
 * @param target - table column of the true values, never fills a slot
 */
export function matchSlots(
  signature: ModelSignature,
  names: readonly string[] | null,
  table: Table,
  columns: readonly number[],
  target: number | null,
): readonly CardSlot[] {
  const slots = [...emptySlots(signature, names?.length ?? columns.length, names)];
  const known = names?.length === slots.length ? names : null;
  const taken = new Set<number>(target === null ? [] : [target]);
  const byName = new Map<string, number>();
  const byPlainName = new Map<string, number | null>();
  for (const [i, column] of table.columns.entries()) {
    if (i === target) continue;
    byName.set(column.name, i);
    const plain = plainName(column.name);
    // Two columns with the same plain name: similarity cannot tell them apart.
    byPlainName.set(plain, byPlainName.has(plain) ? null : i);
  }
  const fill = (index: number, column: number | null | undefined, how: CardSlot['how']): void => {
    if (column === undefined || column === null || taken.has(column)) return;
    taken.add(column);
    slots[index] = { ...slots[index]!, column, how };
  };
  // The name of a whole matrix says nothing about its columns.
  const nameOf = slots.map((slot, index) => known?.[index] ?? (widthOf(slots, slot.input) === 1 ? slot.input : null));
  for (const [index, name] of nameOf.entries()) if (name !== null) fill(index, byName.get(name), 'name');
  for (const [index, name] of nameOf.entries()) {
    if (name !== null && slots[index]!.column === null) fill(index, byPlainName.get(plainName(name)), 'similar name');
  }
  const named = slots.some((slot) => slot.column !== null);
  for (const input of signature.inputs) {
    const open = slots.flatMap((slot, index) => (slot.input === input.name && slot.column === null ? [index] : []));
    // Where the other inputs found their columns by name, a missing single column is missing, not somewhere else.
    if (open.length === 0 || (named && (known !== null || widthOf(slots, input.name) === 1))) continue;
    const candidates = positionCandidates(signature, input, table, columns, taken, open.length);
    if (candidates !== null) for (const [i, index] of open.entries()) fill(index, candidates[i], 'position');
  }
  return slots;
}

function widthOf(slots: readonly CardSlot[], input: string): number {
  let width = 0;
  for (const slot of slots) if (slot.input === input) width++;
  return width;
}

/** Columns in table order when exactly as many are left as the input has slots; null when the order would be a guess. */
function positionCandidates(
  signature: ModelSignature,
  input: ModelInput,
  table: Table,
  columns: readonly number[],
  taken: ReadonlySet<number>,
  needed: number,
): readonly number[] | null {
  const left = columns.filter((column) => !taken.has(column));
  if (left.length === needed) return left;
  if (signature.inputs.length === 1) return null;
  // Several matrices, one a type: text columns go to the text input, numbers to the number input.
  const sameType = signature.inputs.filter((other) => isText(other.type) === isText(input.type)).length === 1;
  const fitting = left.filter((column) => isText(input.type) === (table.columns[column]!.kind === 'categorical'));
  return sameType && fitting.length === needed ? fitting : null;
}

export function isText(type: InputType): boolean {
  return type === 'string';
}

/** A column with this name that similarity would find, for words about what is missing. */
export function nearestColumn(table: Table, name: string): Column | undefined {
  const plain = plainName(name);
  return table.columns.find((column) => plainName(column.name).includes(plain) || plain.includes(plainName(column.name)));
}
