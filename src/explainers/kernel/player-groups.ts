import { LimpidError } from '#/base/errors';
import type { FeatureSchema } from '#/domain/model';

/** Who shares the value of a coalition: each player moves one or more features together. */
export interface Players {
  readonly count: number;
  /** [count + 1] borders of each player's part of `features`. */
  readonly start: Int32Array;
  readonly features: Int32Array;
  /** What the players are called; null where players are the model's features, in their order. */
  readonly schemas: readonly FeatureSchema[] | null;
}

/** Every feature plays for itself. */
export function singlePlayers(nFeatures: number): Players {
  return {
    count: nFeatures,
    start: Int32Array.from({ length: nFeatures + 1 }, (_, i) => i),
    features: Int32Array.from({ length: nFeatures }, (_, i) => i),
    schemas: null,
  };
}

/**
 * Players from the `groups` parameter: `name=a,b; other=c,d` by feature names, or JSON `{"name": ["a", "b"]}` for names that hold
 * one of `=,;`. Features that no group names play for themselves, after the groups. Grouped Shapley values: the
 * features of a group are present or absent together (shap's `data.groups`).
 *
 * @param text - empty: no groups
 * @throws LimpidError `BadRequest` for unknown or repeated features, empty groups and text that cannot be read
 */
export function readPlayers(text: string, features: readonly FeatureSchema[], nFeatures: number): Players {
  const groups = text.trim() === '' ? [] : parseGroups(text.trim());
  if (groups.length === 0) return singlePlayers(nFeatures);
  const byName = new Map(features.map(({ name }, index) => [name, index]));
  const taken = new Set<number>();
  const members: number[][] = [];
  const schemas: FeatureSchema[] = [];
  for (const { name, features: names } of groups) {
    if (names.length === 0) throw bad(`The group "${name}" has no features.`);
    members.push(
      names.map((feature) => {
        const index = byName.get(feature);
        if (index === undefined) throw bad(`The group "${name}" names the feature "${feature}", which the model does not have.`);
        if (taken.has(index)) throw bad(`The feature "${feature}" is in two groups.`);
        taken.add(index);
        return index;
      }),
    );
    schemas.push({ name, kind: 'numeric', integer: false, labels: [], missingText: '', column: null });
  }
  for (let index = 0; index < nFeatures; index++) {
    if (taken.has(index)) continue;
    members.push([index]);
    schemas.push(features[index]!);
  }
  const start = new Int32Array(members.length + 1);
  members.forEach((list, player) => (start[player + 1] = start[player]! + list.length));
  return { count: members.length, start, features: Int32Array.from(members.flat()), schemas };
}

function parseGroups(text: string): { name: string; features: string[] }[] {
  if (text.startsWith('{')) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw bad('The groups are no valid JSON.');
    }
    return Object.entries(parsed as Record<string, unknown>).map(([name, list]) => {
      if (!Array.isArray(list) || !list.every((item): item is string => typeof item === 'string'))
        throw bad(`The group "${name}" is no list of feature names.`);
      return { name, features: list };
    });
  }
  return text
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const at = part.indexOf('=');
      if (at < 1) throw bad(`"${part.trim()}" is no group.`);
      const features = part
        .slice(at + 1)
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '');
      return { name: part.slice(0, at).trim(), features };
    });
}

function bad(message: string): LimpidError {
  return new LimpidError({ tag: 'BadRequest', message, hint: 'Write groups as name=feature,feature;name2=feature, or as JSON.' });
}

/** Players whose features differ between a row and at least one background row (NaN equals NaN). */
export function varyingPlayers(players: Players, row: Float64Array, background: Float64Array): Int32Array {
  const varying: number[] = [];
  for (let player = 0; player < players.count; player++) if (playerVaries(players, player, row, background)) varying.push(player);
  return Int32Array.from(varying);
}

function playerVaries(players: Players, player: number, row: Float64Array, background: Float64Array): boolean {
  for (let at = players.start[player]!; at < players.start[player + 1]!; at++) {
    const feature = players.features[at]!;
    const own = row[feature]!;
    for (let i = feature; i < background.length; i += row.length) if (differs(own, background[i]!)) return true;
  }
  return false;
}

/** NaN equals NaN. */
export function differs(a: number, b: number): boolean {
  return a !== b && !(a !== a && b !== b);
}
