import * as v from 'valibot';
import type { ColumnSource, ColumnStep } from '#/domain/tree-model';
import { inconsistent } from '#/formats/format-errors';
import type { EntryReader } from '#/formats/study/entry-reader';
import type { ManifestSources } from '#/formats/study/manifest-parts';

/**
 * Sources in words and their numbers one behind the other: numbers may be NaN and must keep all digits. A step's settings stand
 * in the manifest, and for each number or list how many of the numbers are its own, in order.
 */
export function describeSources(sources: readonly ColumnSource[]): {
  readonly sources: ManifestSources['sources'];
  readonly numbers: Float64Array<ArrayBuffer>;
} {
  const numbers: number[] = [];
  const described = sources.map(({ feature, name, steps }) => ({
    feature,
    ...(name === undefined ? {} : { name }),
    steps: steps.map(({ kind, ...fields }) => {
      const settings: Record<string, string | boolean> = {};
      const counts: Record<string, number | null> = {};
      for (const [field, value] of Object.entries(fields) as [string, number | string | boolean | Float64Array][]) {
        if (typeof value === 'number') {
          numbers.push(value);
          counts[field] = null;
        } else if (value instanceof Float64Array) {
          for (const one of value) numbers.push(one);
          counts[field] = value.length;
        } else settings[field] = value;
      }
      return { kind, settings, numbers: counts };
    }),
  }));
  return { sources: described, numbers: Float64Array.from(numbers) };
}

const number = v.custom<number>((value) => typeof value === 'number');
const list = v.instance(Float64Array);
const float64 = v.exactOptional(v.literal(true));

/** Every kind of step: a new one does not compile before it is here. */
const STEPS = {
  'to float32': v.strictObject({ kind: v.literal('to float32') }),
  scale: v.strictObject({ kind: v.literal('scale'), offset: number, scale: number, float64 }),
  divide: v.strictObject({ kind: v.literal('divide'), by: number, float64 }),
  impute: v.strictObject({ kind: v.literal('impute'), replaced: number, value: number }),
  lookup: v.strictObject({ kind: v.literal('lookup'), values: list, other: number }),
  round: v.strictObject({ kind: v.literal('round'), to: v.picklist(['nearest', 'zero']) }),
  pieces: v.strictObject({ kind: v.literal('pieces'), points: list, values: list, missing: number }),
} satisfies { readonly [K in ColumnStep['kind']]: v.GenericSchema<unknown, Extract<ColumnStep, { kind: K }>> };

/** @throws LimpidError `InconsistentData` when a step is not whole or a source names a feature that does not exist */
export function sourcesFrom({ sources, numbers: entry }: ManifestSources, nFeatures: number, reader: EntryReader): ColumnSource[] {
  const numbers = reader.list(entry, Float64Array);
  let at = 0;
  const damaged = (what: string): never => {
    throw inconsistent(`The entry ${entry} ${what}.`, reader.place(entry));
  };
  const stepFrom = ({ kind, settings, numbers: counts }: ManifestSources['sources'][number]['steps'][number]): ColumnStep => {
    const step: Record<string, unknown> = { ...settings, kind };
    for (const [field, count] of Object.entries(counts)) {
      step[field] = count === null ? (numbers[at] ?? damaged('lacks numbers')) : numbers.slice(at, at + count);
      at += count ?? 1;
    }
    if (at > numbers.length) damaged('lacks numbers');
    if (!Object.hasOwn(STEPS, kind)) damaged(`belongs to a step "${kind}" that this Limpid does not know`);
    const found = v.safeParse(STEPS[kind as ColumnStep['kind']], step);
    return found.success ? found.output : damaged(`belongs to a damaged step "${kind}"`);
  };
  const read = sources.map(({ feature, name, steps }): ColumnSource => {
    if (feature >= nFeatures) damaged(`belongs to the feature ${feature}, which does not exist`);
    return { feature, steps: steps.map(stepFrom), ...(name === undefined ? {} : { name }) };
  });
  if (at !== numbers.length) damaged('has numbers that no step takes');
  return read;
}
