import type { FeatureGroup } from '#/domain/feature-map';
import { groupText } from '#/text/group-columns';

/** A group while it is being put together. */
export interface GroupDraft {
  /** Stays the same while the group is renamed. */
  readonly key: number;
  readonly name: string;
}

/** Groups and where each column is. */
export interface GroupForm {
  readonly groups: readonly GroupDraft[];
  /** By column: key of its group, null on its own. */
  readonly of: readonly (number | null)[];
}

/** Where columns are moved to: a group, one that is made for them, or on their own. */
export type MoveTo = number | 'new' | null;

export function firstGroups(nColumns: number, suggested: readonly FeatureGroup[]): GroupForm {
  const of: (number | null)[] = Array.from({ length: nColumns }, () => null);
  for (const [key, { features }] of suggested.entries()) for (const feature of features) of[feature] = key;
  return { groups: suggested.map(({ name }, key) => ({ key, name })), of };
}

export function rename(form: GroupForm, key: number, name: string): GroupForm {
  return { ...form, groups: form.groups.map((group) => (group.key === key ? { ...group, name } : group)) };
}

export function ungroup(form: GroupForm, key: number): GroupForm {
  return { groups: form.groups.filter((group) => group.key !== key), of: form.of.map((own) => (own === key ? null : own)) };
}

export function addGroup(form: GroupForm): GroupForm {
  const key = 1 + form.groups.reduce((most, group) => Math.max(most, group.key), -1);
  const taken = new Set(form.groups.map(({ name }) => name));
  let n = 1;
  while (taken.has(groupText.newName(n))) n++;
  return { ...form, groups: [...form.groups, { key, name: groupText.newName(n) }] };
}

/** A group that loses its last column goes with it. */
export function moveColumns(form: GroupForm, columns: readonly number[], to: MoveTo): GroupForm {
  const target = to === 'new' ? addGroup(form) : form;
  const key = to === 'new' ? (target.groups.at(-1)?.key ?? null) : to;
  const moved = new Set(columns);
  const of = target.of.map((own, column) => (moved.has(column) ? key : own));
  const left = new Set(columns.flatMap((column) => form.of[column] ?? []).filter((own) => !of.includes(own)));
  return { groups: target.groups.filter((group) => !left.has(group.key)), of };
}

export function columnsOf(form: GroupForm, key: number): readonly number[] {
  return form.of.flatMap((own, column) => (own === key ? [column] : []));
}

/** What the command is given. */
export function groupsOf(form: GroupForm): readonly FeatureGroup[] {
  return form.groups.map(({ key, name }) => ({ name: name.trim(), features: columnsOf(form, key) }));
}

/** Features that are left when the groups are applied. */
export function featureCount(form: GroupForm): number {
  const filled = new Set(form.of.filter((own) => own !== null));
  return filled.size + form.of.filter((own) => own === null).length;
}

/** Why the groups cannot be applied as they stand, null when they can. */
export function problemOf(form: GroupForm, names: readonly string[]): string | null {
  const { problems } = groupText;
  const groups = groupsOf(form);
  if (groups.every(({ features }) => features.length < 2)) return problems.none;
  if (groups.some(({ name }) => name === '')) return problems.noName;
  const empty = groups.find(({ features }) => features.length === 0);
  if (empty !== undefined) return problems.empty(empty.name);
  const taken = new Set(names.filter((_, column) => form.of[column] === null));
  for (const { name } of groups) {
    if (taken.has(name)) return problems.twice(name);
    taken.add(name);
  }
  return null;
}

/** Columns whose name holds the text, in any case; all for none. */
export function findColumns(names: readonly string[], text: string): readonly number[] {
  const wanted = text.trim().toLowerCase();
  return names.flatMap((name, column) => (name.toLowerCase().includes(wanted) ? [column] : []));
}
