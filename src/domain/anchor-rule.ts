import type { FeatureSchema } from '#/domain/model';

/** One condition of a rule over the encoded values of a feature. */
export type Predicate =
  /** Category codes that satisfy it. */
  | { readonly kind: 'is'; readonly feature: number; readonly codes: readonly number[] }
  /** above < value <= upTo; -Infinity and Infinity leave a side open. */
  | { readonly kind: 'between'; readonly feature: number; readonly above: number; readonly upTo: number }
  | { readonly kind: 'missing'; readonly feature: number };

/** A rule that (nearly always) keeps the model's decision, whatever the other features are. */
export interface AnchorRule {
  readonly predicates: readonly Predicate[];
  /** Share of neighbours with the same decision among fresh draws that the search did not see, and its 95 % interval (Wilson). */
  readonly precision: number;
  readonly precisionLow: number;
  readonly precisionHigh: number;
  /** Share of training rows that satisfy the rule. */
  readonly coverage: number;
  /** Decision that is anchored: class index. */
  readonly predictedClass: number;
  /** False: no rule reached the threshold; this is the best one found. */
  readonly success: boolean;
  readonly evaluations: number;
}

/** Whether an encoded value satisfies a condition; a missing value only satisfies `missing`. */
export function satisfies(predicate: Predicate, value: number): boolean {
  switch (predicate.kind) {
    case 'is':
      return predicate.codes.includes(value);
    case 'between':
      return value > predicate.above && value <= predicate.upTo;
    case 'missing':
      return Number.isNaN(value);
    default:
      return predicate satisfies never;
  }
}

/**
 * The values that satisfy a condition, as `satisfies`, but without a call or a branch a value.
 * @returns a set of positions: position i is bit i % 32 of word i / 32 (math/bit-rows)
 */
export function rowsSatisfying(predicate: Predicate, values: Float64Array): Uint32Array {
  const set = new Uint32Array(Math.ceil(values.length / 32));
  const n = values.length;
  switch (predicate.kind) {
    case 'is':
      for (const code of predicate.codes) for (let row = 0; row < n; row++) set[row >>> 5]! |= Number(values[row] === code) << (row & 31);
      return set;
    case 'between': {
      const { above, upTo } = predicate;
      for (let row = 0; row < n; row++) {
        const value = values[row]!;
        set[row >>> 5]! |= (Number(value > above) & Number(value <= upTo)) << (row & 31);
      }
      return set;
    }
    case 'missing':
      for (let row = 0; row < n; row++) set[row >>> 5]! |= Number(Number.isNaN(values[row]!)) << (row & 31);
      return set;
    default:
      return predicate satisfies never;
  }
}

/**
 * The conditions that a value offers to a rule: its category, or for each cut point the side that it lies on, or that it is missing.
 * @param cuts - ascending (math/cut-points); unused for categories and booleans
 */
export function predicatesOf(schema: Pick<FeatureSchema, 'kind'>, feature: number, cuts: readonly number[], value: number): Predicate[] {
  if (Number.isNaN(value)) return [{ kind: 'missing', feature }];
  if (schema.kind === 'categorical' || schema.kind === 'boolean') return [{ kind: 'is', feature, codes: [value] }];
  return cuts.map((cut) =>
    value <= cut ? { kind: 'between', feature, above: -Infinity, upTo: cut } : { kind: 'between', feature, above: cut, upTo: Infinity },
  );
}

/** Equal for equal conditions. */
export function predicateKey(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'is':
      return `${predicate.feature}=${predicate.codes.join()}`;
    case 'between':
      return `${predicate.feature}(${predicate.above},${predicate.upTo}]`;
    case 'missing':
      return `${predicate.feature}?`;
    default:
      return predicate satisfies never;
  }
}

/** Both conditions on one feature as one. */
export function bothPredicates(a: Predicate, b: Predicate): Predicate {
  if (a.kind === 'between' && b.kind === 'between') {
    return { ...a, above: Math.max(a.above, b.above), upTo: Math.min(a.upTo, b.upTo) };
  }
  if (a.kind === 'is' && b.kind === 'is') return { ...a, codes: a.codes.filter((code) => b.codes.includes(code)) };
  return b;
}

/**
 * A condition as a person reads it: `workclass = Private`, `29 < age ≤ 38`, `age is missing`. Bounds are printed with all their
 * digits, so that every value that satisfies the condition satisfies its text.
 */
export function predicateText(schema: Pick<FeatureSchema, 'name' | 'kind' | 'integer' | 'labels'>, predicate: Predicate): string {
  const { name } = schema;
  switch (predicate.kind) {
    case 'missing':
      return `${name} is missing`;
    case 'is':
      return `${name} = ${predicate.codes.map((code) => codeText(schema, code)).join(' or ')}`;
    case 'between': {
      const { above, upTo } = predicate;
      const bound = (x: number): string => (schema.kind === 'datetime' ? timeText(x) : numberText(x));
      if (above === -Infinity) return upTo === Infinity ? `${name} is present` : `${name} ≤ ${bound(upTo)}`;
      if (upTo === Infinity) return `${name} > ${bound(above)}`;
      return schema.integer && above + 1 === upTo ? `${name} = ${bound(upTo)}` : `${bound(above)} < ${name} ≤ ${bound(upTo)}`;
    }
    default:
      return predicate satisfies never;
  }
}

/** A whole rule: its conditions joined by `and`; `always` for none. */
export function ruleText(features: readonly FeatureSchema[], predicates: readonly Predicate[]): string {
  if (predicates.length === 0) return 'always';
  return predicates
    .map((predicate) => {
      const schema = features[predicate.feature];
      return schema === undefined ? `feature ${predicate.feature}` : predicateText(schema, predicate);
    })
    .join(' and ');
}

function codeText({ kind, labels }: Pick<FeatureSchema, 'kind' | 'labels'>, code: number): string {
  if (kind === 'boolean') return code === 1 ? 'true' : 'false';
  const label = labels[code] ?? String(code);
  return label === '' ? '(empty)' : label;
}

/** All digits, with a true minus sign. */
function numberText(x: number): string {
  return String(x).replace('-', '−');
}

/** A day, with the time of day where it is not midnight. */
function timeText(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replace('T', ' ').replace(/(\.000)?Z$/, '');
}
