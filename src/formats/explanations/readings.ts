/** The ways in which a file's slabs and base values may be meant, for `judgeAll`. */
import type { AdditiveSpace } from '#/domain/units';
import type { Link, Reading, Slab } from '#/formats/explanations/decide-space';

type Remark = Reading['remark'];

function reading(space: AdditiveSpace, link: Link, slabs: readonly Slab[], base: readonly number[] | null, remark: Remark = null): Reading {
  return { space, link, slabs, base, remark };
}

export function regressionReadings(slab: Slab, base: readonly number[] | null): readonly Reading[] {
  return [reading('value', 'identity', [slab], base), reading('log', 'exp', [slab], base)];
}

export function multiclassReadings(slabs: readonly Slab[], base: readonly number[] | null): readonly Reading[] {
  return [
    reading('probability', 'identity', slabs, base),
    reading('softmax margin', 'softmax', slabs, base),
    reading('log-odds', 'expit', slabs, base),
  ];
}

const NOT_MIRRORED: Remark = {
  code: 'binary-margins-joined',
  message: 'The two classes have values of their own (margins of a softmax); their difference is the log-odds of class 1.',
};
const CLASS_0: Remark = {
  code: 'binary-class-0',
  message: 'The file holds values of one class only, and they add up to class 0; they were mirrored to class 1.',
};

/** Binary with one slab a class. Class 1 is what is stored. */
export function binaryReadings(slabs: readonly [Slab, Slab], base: readonly number[] | null): readonly Reading[] {
  const [zero, one] = slabs;
  const [base0, base1] = base === null ? [null, null] : base.length === 1 ? [null, base[0]!] : [base[0]!, base[1]!];
  const first = [
    reading('probability', 'identity', [one], base1 === null ? null : [base1]),
    reading('log-odds', 'expit', [one], base1 === null ? null : [base1]),
  ];
  if (areMirrored(zero, one)) return first;
  const joined = one.map((value, i) => value - zero[i]!);
  return [...first, reading('log-odds', 'expit', [joined], base0 === null ? null : [base1 - base0], NOT_MIRRORED)];
}

/** Binary with a single slab, which is class 1 unless the predictions say otherwise. */
export function singleSlabReadings(slab: Slab, base: readonly number[] | null): readonly Reading[] {
  const own = base?.at(-1);
  const mirrored = slab.map((value) => -value);
  return [
    reading('probability', 'identity', [slab], own === undefined ? null : [own]),
    reading('log-odds', 'expit', [slab], own === undefined ? null : [own]),
    reading('probability', 'identity', [mirrored], base === null ? null : [1 - base[0]!], CLASS_0),
    reading('log-odds', 'expit', [mirrored], base === null ? null : [-base[0]!], CLASS_0),
  ];
}

/** Class 0 is the mirror of class 1 up to rounding. */
export function areMirrored(zero: Slab, one: Slab): boolean {
  let largest = 0;
  let apart = 0;
  for (let i = 0; i < one.length; i++) {
    const difference = Math.abs(zero[i]! + one[i]!);
    if (difference > apart) apart = difference;
    const size = Math.abs(one[i]!);
    if (size > largest) largest = size;
  }
  return apart <= 1e-5 * largest;
}
