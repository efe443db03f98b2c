import type { FeatureGroup } from '#/domain/feature-map';

export interface FamilyHints {
  /** By feature: its column holds nothing but 0 and 1. Then words in lower case are taken for categories too. */
  readonly indicators?: readonly boolean[];
  /** Names of raw features (columns of another table): a family named like one of them is certain. */
  readonly rawNames?: readonly string[];
}

interface Candidate {
  readonly feature: number;
  readonly prefix: string;
}

/** Steps of a ColumnTransformer that make one-hot columns go by such names. */
const ENCODER = /^(cat|cats|categor\w*|one_?hot\w*|ohe|dumm\w*|nominal|encode\w*|words?|text)$/i;
/** A category that reads unlike the rest of its name: `sex_Male`. Not `acc_X`, `lag_1` or `Mean_Radius`. */
const WORD = /^\p{Lu}.*\p{Ll}/u;
/** `x0_Male`: scikit-learn's names for columns that had none. */
const NUMBERED = /^x(\d+)_(.+)$/;

/** `cat__sex_Female` -> step and rest; the rest of a name without step is the name. */
function splitStep(name: string): { step: string | null; rest: string } {
  const at = name.indexOf('__');
  return at > 0 && at + 2 < name.length ? { step: name.slice(0, at), rest: name.slice(at + 2) } : { step: null, rest: name };
}

/** Every way to read a name as `family_category`, shortest family first. */
function underscoreSplits(rest: string): { prefix: string; category: string }[] {
  const splits: { prefix: string; category: string }[] = [];
  for (let at = rest.indexOf('_', 1); at > 0 && at < rest.length - 1; at = rest.indexOf('_', at + 1)) {
    splits.push({ prefix: rest.slice(0, at), category: rest.slice(at + 1) });
  }
  return splits;
}

function gather(candidates: readonly Candidate[]): Map<string, number[]> {
  const families = new Map<string, number[]>();
  for (const { feature, prefix } of candidates) {
    const members = families.get(prefix);
    if (members === undefined) families.set(prefix, [feature]);
    else members.push(feature);
  }
  for (const [prefix, members] of families) if (members.length < 2) families.delete(prefix);
  return families;
}

/**
 * Suggests which columns are one-hot columns of one feature, from their names: `sex=Male`, `sex_Male`, `cat__sex_Female`,
 * `onehot__sex_male`, `sex__x0_Male`. It is careful: `mean_radius` and `mean_texture` are no family, nor are
 * `lag_1` and `lag_2`, unless the columns are known to hold 0 and 1; a family that could be cut in two ways is left out.
 * @returns groups of at least two features in the order of their first one; no feature is in two
 */
export function groupFamilies(names: readonly string[], hints: FamilyHints = {}): FeatureGroup[] {
  const certain: Candidate[] = [];
  const open: { feature: number; step: string | null; rest: string }[] = [];
  for (const [feature, name] of names.entries()) {
    if (hints.indicators?.[feature] === false) continue;
    const equals = name.indexOf('=');
    const { step, rest } = splitStep(name);
    const numbered = NUMBERED.exec(rest);
    if (equals > 0) certain.push({ feature, prefix: splitStep(name.slice(0, equals)).rest });
    else if (numbered) certain.push({ feature, prefix: step === null ? `x${numbered[1]}` : `${step}__x${numbered[1]}` });
    else open.push({ feature, step, rest });
  }
  const found = gather(certain);
  const raw = new Set(hints.rawNames ?? []);
  const isCategory = (step: string | null, feature: number, prefix: string, category: string): boolean =>
    raw.has(prefix) ||
    hints.indicators?.[feature] === true ||
    (step !== null && ENCODER.test(step)) ||
    (/^\p{Ll}/u.test(prefix) && WORD.test(category));
  const split = open.flatMap(({ feature, step, rest }) =>
    underscoreSplits(rest)
      .filter(({ prefix, category }) => isCategory(step, feature, prefix, category))
      .map(({ prefix }) => ({ feature, prefix })),
  );
  for (const [prefix, members] of chooseFamilies(gather(split), raw)) if (!found.has(prefix)) found.set(prefix, members);
  return Array.from(found, ([prefix, features]) => ({ name: plainName(prefix, found), features })).sort(
    (a, b) => a.features[0]! - b.features[0]!,
  );
}

/** `sex__x0` is `sex` when that step made one family only. */
function plainName(prefix: string, found: ReadonlyMap<string, unknown>): string {
  const match = /^(.+)__x\d+$/.exec(prefix);
  if (!match || ENCODER.test(match[1]!)) return prefix;
  const siblings = [...found.keys()].filter((other) => other.startsWith(`${match[1]!}__x`));
  return siblings.length === 1 && !found.has(match[1]!) ? match[1]! : prefix;
}

/** Of overlapping families: known names first, then the largest, then the longest name; two ways to cut one family leave it out. */
function chooseFamilies(families: ReadonlyMap<string, readonly number[]>, raw: ReadonlySet<string>): Map<string, number[]> {
  const ordered = [...families].sort(
    ([a, x], [b, y]) => Number(raw.has(b)) - Number(raw.has(a)) || y.length - x.length || b.length - a.length || (a < b ? -1 : 1),
  );
  const taken = new Set<number>();
  const chosen = new Map<string, number[]>();
  for (const [prefix, members] of ordered) {
    if (members.some((feature) => taken.has(feature))) continue;
    for (const feature of members) taken.add(feature);
    const inner = ordered.filter(([other, part]) => other.startsWith(`${prefix}_`) && part.length < members.length);
    const covered = new Set(inner.flatMap(([, part]) => part));
    if (!raw.has(prefix) && covered.size === members.length) continue;
    chosen.set(prefix, [...members]);
  }
  return chosen;
}
