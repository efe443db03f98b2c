import { LimpidError } from '#/base/errors';
import type { Explanation, GlobalValues, LocalBlocks } from '#/domain/explanation';
import type { FeatureGroup, FeatureMap } from '#/domain/feature-map';
import type { ExplanationId } from '#/domain/ids';
import type { FeatureSchema } from '#/domain/model';
import { entriesOf, mapOfGroups } from './map-matrix';
import { addMapped, checkMap, rawFromEngineered, type SharedColumns } from './raw-from-engineered';

export interface Derivation {
  readonly id: ExplanationId;
  readonly name: string;
  /** What the sums are over: groups (`grouped`), or raw features by a map (`raw`). */
  readonly by: { readonly groups: readonly FeatureGroup[] } | { readonly map: FeatureMap; readonly shared?: SharedColumns };
  /** The table's feature of that name, null where it has none. */
  readonly schemaOf: (name: string) => FeatureSchema | null;
}

type Block = Float32Array | Float64Array;

function mapBlocks(blocks: LocalBlocks, from: number, to: number, change: (row: Block, into: Float64Array) => void): LocalBlocks {
  const line = new Float64Array(to);
  return blocks.map((output) =>
    output.map((block) => {
      const nRows = block.length / from;
      const mapped = block instanceof Float64Array ? new Float64Array(nRows * to) : new Float32Array(nRows * to);
      for (let row = 0; row < nRows; row++) {
        line.fill(0);
        change(block.subarray(row * from, (row + 1) * from), line);
        mapped.set(line, row * to);
      }
      return mapped;
    }),
  );
}

/** M Phi M^T: the parts of a pair inside one group come to lie on the diagonal, so that lines still sum to the feature's value. */
function mapInteractions(map: FeatureMap, row: Block, into: Float64Array): void {
  const from = map.engineeredNames.length;
  const to = map.rawNames.length;
  const entries = map.engineeredNames.map((_, j) => entriesOf(map, j));
  for (let i = 0; i < from; i++) {
    for (let j = 0; j < from; j++) {
      const value = row[i * from + j]!;
      for (const a of entries[i]!) for (const b of entries[j]!) into[a.raw * to + b.raw]! += value * a.weight * b.weight;
    }
  }
}

function mapGlobal(saved: GlobalValues, map: FeatureMap, shared: SharedColumns): GlobalValues {
  const mapped = (values: Float64Array): Float64Array => rawFromEngineered(values, map, shared).values;
  return {
    perOutput: saved.perOutput?.map(mapped) ?? null,
    overall: mapped(saved.overall),
    meaning: saved.meaning === null ? null : `${saved.meaning}, summed`,
    spread: saved.spread === null ? null : mapped(saved.spread),
    signed: saved.signed,
  };
}

const numericFeature = (name: string): FeatureSchema => ({
  name,
  kind: 'numeric',
  integer: false,
  labels: [],
  missingText: '',
  column: null,
});

/** The map with its columns in the order of the explanation's features: by name where names are the same set, else by position. */
function alignMap(map: FeatureMap, features: readonly FeatureSchema[]): FeatureMap {
  const width = features.length;
  if (map.engineeredNames.length !== width) {
    throw new LimpidError({
      tag: 'InconsistentData',
      message: `The feature map has ${map.engineeredNames.length} columns, the explanation ${width} features.`,
      hint: 'Use the map of the pipeline that made the explained columns.',
    });
  }
  const position = new Map(map.engineeredNames.map((name, j) => [name, j]));
  const order = features.map(({ name }) => position.get(name));
  if (position.size !== width || order.includes(undefined) || order.every((j, i) => j === i)) return map;
  const entries = (order as number[]).map((j) => entriesOf(map, j));
  const starts = new Int32Array(width + 1);
  for (const [j, list] of entries.entries()) starts[j + 1] = starts[j]! + list.length;
  const flat = entries.flat();
  return {
    rawNames: map.rawNames,
    engineeredNames: features.map(({ name }) => name),
    starts,
    raws: Int32Array.from(flat, ({ raw }) => raw),
    weights: Float64Array.from(flat, ({ weight }) => weight),
  };
}

/**
 * An explanation over sums of features: groups, or raw features behind engineered columns (raw-from-engineered.ts). Local
 * values add up in the same space, so base values and additivity stay. Standard errors add up too: an upper bound that holds
 * however the errors depend on each other, and the provenance says so. Global importances of explanations with local values
 * follow from these; where only a global one exists it is summed.
 *
 * @param explanation - not modified; its surrogate, rules and neurons are not taken over
 * @throws LimpidError `BadRequest` for rules, for a running explanation, for groups that overlap and for shared columns;
 *   `InconsistentData` when the map does not fit
 */
export function deriveExplanation(explanation: Explanation, derivation: Derivation): Explanation {
  const { by, schemaOf } = derivation;
  if (explanation.rules !== undefined) {
    throw new LimpidError({ tag: 'BadRequest', message: 'Rules have no values that could be added up.' });
  }
  if (explanation.state === 'running') {
    throw new LimpidError({ tag: 'BadRequest', message: 'The explanation is still being computed.', hint: 'Wait until it is complete.' });
  }
  const names = explanation.features.map(({ name }) => name);
  const shared: SharedColumns = 'map' in by ? (by.shared ?? 'refuse') : 'refuse';
  const { map } = checkMap('map' in by ? alignMap(by.map, explanation.features) : mapOfGroups(names, by.groups), shared);
  const width = names.length;
  const nRaw = map.rawNames.length;
  const sources = sourcesOf(map);
  const features = map.rawNames.map((name, raw) => {
    const [only, more] = sources[raw]!;
    // A feature that stays alone stays itself.
    if ('groups' in by && only !== undefined && more === undefined && names[only] === name) return explanation.features[only]!;
    return schemaOf(name) ?? numericFeature(name);
  });
  const sum = (row: Block, into: Float64Array): void => addMapped(map, row, into);
  const { local, standardErrors, interactions, saved } = explanation;
  if (local !== null) refuseUnmapped(map, local);
  return {
    id: derivation.id,
    name: derivation.name,
    method: explanation.method,
    featureSpace: 'groups' in by ? 'grouped' : 'raw',
    features,
    space: explanation.space,
    nOutputs: explanation.nOutputs,
    rows: explanation.rows,
    completed: explanation.completed,
    state: explanation.state,
    baseValues: explanation.baseValues,
    badge: explanation.badge,
    local: local === null ? null : mapBlocks(local, width, nRaw, sum),
    standardErrors: standardErrors === null ? null : mapBlocks(standardErrors, width, nRaw, sum),
    saved: saved === null || local !== null ? null : mapGlobal(saved, map, 'spread'),
    ...(interactions === undefined
      ? {}
      : { interactions: mapBlocks(interactions, width * width, nRaw * nRaw, (row, into) => mapInteractions(map, row, into)) }),
    provenance: {
      ...explanation.provenance,
      parameters: {
        ...explanation.provenance.parameters,
        'derived from': explanation.name,
        'derived from id': explanation.id,
        'derived by': 'groups' in by ? 'groups of features' : shared === 'spread' ? 'feature map, shared columns by weight' : 'feature map',
        ...(standardErrors === null ? {} : { 'standard errors': 'summed (upper bound)' }),
      },
    },
  };
}

function sourcesOf(map: FeatureMap): number[][] {
  const sources: number[][] = map.rawNames.map(() => []);
  for (let j = 0; j < map.engineeredNames.length; j++) for (const { raw } of entriesOf(map, j)) sources[raw]!.push(j);
  return sources;
}

/** @throws LimpidError `InconsistentData` when a column that belongs to no raw feature has values */
function refuseUnmapped(map: FeatureMap, local: LocalBlocks): void {
  const width = map.engineeredNames.length;
  for (let j = 0; j < width; j++) {
    if (map.starts[j + 1] !== map.starts[j]) continue;
    const isEmpty = local.every((output) =>
      output.every((block) => block.every((value, at) => at % width !== j || value === 0 || Number.isNaN(value))),
    );
    if (isEmpty) continue;
    throw new LimpidError({
      tag: 'InconsistentData',
      message: `Column "${map.engineeredNames[j]}" belongs to no raw feature, but has values.`,
      hint: 'Complete the feature map.',
    });
  }
}
