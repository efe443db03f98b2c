/** Anchor rules as a JSON entry: one a row of the explanation, null where not finished. Infinities and NaN are spelled as text. */
import * as v from 'valibot';
import type { AnchorRule } from '#/domain/anchor-rule';
import { inconsistent, unreadable } from '#/formats/format-errors';
import type { EntryReader } from '#/formats/study/entry-reader';
import { parseJsonBytes } from '#/formats/tolerant-json';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const anyNumber = v.union([
  v.number(),
  v.pipe(
    v.picklist(['Infinity', '-Infinity', 'NaN']),
    v.transform((text) => Number(text)),
  ),
]);

const ruleSchema = v.object({
  predicates: v.array(
    v.variant('kind', [
      v.object({ kind: v.literal('is'), feature: count, codes: v.array(count) }),
      v.object({ kind: v.literal('between'), feature: count, above: anyNumber, upTo: anyNumber }),
      v.object({ kind: v.literal('missing'), feature: count }),
    ]),
  ),
  precision: anyNumber,
  precisionLow: anyNumber,
  precisionHigh: anyNumber,
  coverage: anyNumber,
  predictedClass: v.pipe(v.number(), v.integer(), v.minValue(-1)),
  success: v.boolean(),
  evaluations: count,
});

export function rulesToBytes(rules: readonly (AnchorRule | null)[]): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(rules, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  return new TextEncoder().encode(text);
}

/** @throws LimpidError `UnreadableFile` | `InconsistentData` naming the entry */
export function readRules(entry: string, nRows: number, nFeatures: number, reader: EntryReader): readonly (AnchorRule | null)[] {
  const result = v.safeParse(v.array(v.nullable(ruleSchema)), parseJsonBytes(reader.bytes(entry), `${reader.file}/${entry}`));
  if (!result.success) throw unreadable(`The rules in ${entry} are damaged: ${result.issues[0].message}.`, reader.place(entry));
  const rules = result.output;
  if (rules.length !== nRows) throw inconsistent(`The entry ${entry} has ${rules.length} rules for ${nRows} rows.`, reader.place(entry));
  if (rules.some((rule) => rule?.predicates.some(({ feature }) => feature >= nFeatures)))
    throw inconsistent(`A rule in ${entry} names a feature that does not exist.`, reader.place(entry));
  return rules;
}
