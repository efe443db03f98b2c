/** Saved global importance: which score belongs to which feature and output, and what it means. */
import type { GlobalValues } from '#/domain/explanation';
import type { Finding } from '#/domain/study';
import type { Slab } from '#/formats/explanations/decide-space';
import type { MethodFacts } from '#/formats/explanations/method-facts';
import type { RawGlobal } from '#/formats/explanations/raw-explanation';
import { finding } from '#/formats/explanations/raw-explanation';

interface GlobalContext {
  readonly names: readonly string[];
  /** 0 for regression. */
  readonly nClasses: number;
  readonly facts: MethodFacts;
  /** Local values of all classes as in the file, to tell whether the global ones are their mean. */
  readonly slabs: readonly Slab[];
  /** The explained method averages local values even though the file holds none. */
  readonly averaged: boolean;
}

export function buildGlobal(
  raw: RawGlobal,
  context: GlobalContext,
): { readonly saved: GlobalValues | null; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const nFeatures = context.names.length;
  const perClass = raw.perClass === null ? null : splitClasses(raw, context);
  const given = raw.overall ?? (perClass === null ? null : meanOf(perClass));
  if (given === null) return { saved: null, findings };
  const target = placeByName(raw.names, context.names, given.length);
  if (target === null) {
    findings.push(
      finding(
        'warning',
        'global-left-out',
        `The global values have ${given.length} scores for ${nFeatures} features and no matching names; they are left out.`,
      ),
    );
    return { saved: null, findings };
  }
  const place = (scores: ArrayLike<number>): Float64Array => {
    const placed = new Float64Array(nFeatures).fill(NaN);
    for (let i = 0; i < scores.length; i++) placed[target[i]!] = scores[i]!;
    return placed;
  };
  if (given.length < nFeatures) {
    findings.push(finding('info', 'global-partial', `The file saves the global importance of ${given.length} of ${nFeatures} features.`));
  }
  const overall = place(given);
  const { meaning, signed } = meaningOf(overall, context);
  // Binary stores class 1 only.
  const kept = perClass === null ? null : context.nClasses === 2 && perClass.length === 2 ? [perClass[1]!] : perClass;
  const fits = kept !== null && kept.length === (context.nClasses > 2 ? context.nClasses : 1);
  return { saved: { overall, perOutput: fits ? kept.map(place) : null, meaning, spread: null, signed }, findings };
}

/** By class, whichever axis holds them. */
function splitClasses(raw: RawGlobal, { names, nClasses }: GlobalContext): readonly Float64Array[] | null {
  const { shape, data } = raw.perClass!;
  const [rows, columns] = [shape[0] ?? 0, shape[1] ?? 0];
  const features = raw.names?.length ?? raw.overall?.length ?? names.length;
  const fits = (axis: 0 | 1): number => (shape[axis] === Math.max(nClasses, 1) ? 1 : 0) + (shape[1 - axis] === features ? 1 : 0);
  const axis = fits(0) === fits(1) ? raw.classAxis : fits(0) > fits(1) ? 0 : 1;
  if (axis === 0) return Array.from({ length: rows }, (_, c) => data.slice(c * columns, (c + 1) * columns));
  return Array.from({ length: columns }, (_, c) => Float64Array.from({ length: rows }, (_unused, j) => data[j * columns + c]!));
}

function meanOf(perClass: readonly Float64Array[]): Float64Array | null {
  const first = perClass[0];
  if (first === undefined) return null;
  return first.map((_, j) => perClass.reduce((sum, scores) => sum + Math.abs(scores[j]!), 0) / perClass.length);
}

/** Positions of the scores' features; null when neither names nor count say. */
function placeByName(names: readonly string[] | null, features: readonly string[], count: number): readonly number[] | null {
  const inOrder = count === features.length;
  if (names?.length !== count) return inOrder ? Array.from({ length: count }, (_, i) => i) : null;
  if (inOrder && names.every((name, i) => name === features[i])) return names.map((_, i) => i);
  const positions = new Map(features.map((name, i) => [name, i]));
  const found = names.map((name) => positions.get(name));
  if (found.every((position) => position !== undefined) && new Set(found).size === count && positions.size === features.length)
    return found;
  return inOrder ? Array.from({ length: count }, (_, i) => i) : null;
}

function meaningOf(
  overall: Float64Array,
  { facts, slabs, names, averaged }: GlobalContext,
): { readonly meaning: string | null; readonly signed: boolean } {
  const negative = overall.some((value) => value < 0);
  if (slabs.length > 0) {
    const mean = meanAbsolute(slabs, names.length);
    const largest = Math.max(...mean, Number.MIN_VALUE);
    const same = overall.every((value, j) => Number.isNaN(value) || Math.abs(value - mean[j]!) <= 1e-3 * largest);
    return { meaning: same ? 'mean |value|' : null, signed: negative };
  }
  if (averaged && !negative && facts.id !== 'permutation-importance') return { meaning: 'mean |value|', signed: false };
  if (facts.globalMeaning === 'split count' && !overall.every((value) => Number.isInteger(value)))
    return { meaning: null, signed: negative };
  return { meaning: facts.globalMeaning, signed: facts.signedGlobal || negative };
}

/** Mean over classes and rows of |value|, by feature; missing cells are left out. */
function meanAbsolute(slabs: readonly Slab[], nFeatures: number): Float64Array {
  const sums = new Float64Array(nFeatures);
  const counts = new Float64Array(nFeatures);
  for (const slab of slabs) {
    for (let i = 0; i < slab.length; i++) {
      const value = Math.abs(slab[i]!);
      if (Number.isNaN(value)) continue;
      sums[i % nFeatures]! += value;
      counts[i % nFeatures]!++;
    }
  }
  return sums.map((sum, j) => (counts[j] === 0 ? NaN : sum / counts[j]!));
}
