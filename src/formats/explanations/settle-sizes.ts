/** How many rows, features and classes an explanation has, when its parts may contradict each other. */
import type { Finding } from '#/domain/study';
import type { NumberArray } from '#/formats/json-shape';
import type { RawExplanation } from '#/formats/explanations/raw-explanation';
import { finding } from '#/formats/explanations/raw-explanation';

export interface Sizes {
  readonly nRows: number;
  readonly nFeatures: number;
  /** 0 for regression. */
  readonly nClasses: number;
}

interface Claim {
  readonly what: string;
  readonly size: number;
}

/** The size that most parts claim; among equals the first. */
function vote(claims: readonly Claim[]): number {
  const counts = new Map<number, number>();
  for (const { size } of claims) counts.set(size, (counts.get(size) ?? 0) + 1);
  let winner = 0;
  let most = 0;
  for (const [size, count] of counts) {
    if (count > most) {
      winner = size;
      most = count;
    }
  }
  return winner;
}

const AXES = [
  ['classes', 'rows', 'features'],
  ['rows', 'features', 'classes'],
  ['rows', 'classes', 'features'],
] as const;
export type AxisOrder = (typeof AXES)[number];

/** Axis orders under which three axes contradict the fewest other parts, the usual one first. */
export function possibleOrders(shape: readonly number[], raw: RawExplanation): readonly AxisOrder[] {
  const rows = [raw.cells?.length, raw.probabilityY?.shape[0], raw.predictedY?.length, raw.trueY?.length];
  const features = [raw.featureNames?.length, raw.cells?.[0]?.length, raw.global?.overall?.length];
  const classes = [
    raw.probabilityY?.shape[1],
    raw.classNames?.length,
    raw.base !== null && raw.base.length > 1 ? raw.base.length : undefined,
  ];
  const known = { rows, features, classes };
  const score = (order: AxisOrder): number => {
    let wrong = 0;
    for (const [i, axis] of order.entries()) for (const size of known[axis]) if (size !== undefined && size !== shape[i]) wrong++;
    return wrong;
  };
  const scores = AXES.map(score);
  const least = Math.min(...scores);
  return AXES.filter((_, i) => scores[i] === least);
}

/** One block a class, each [nRows, nFeatures] row-major. */
export function toSlabs(
  local: NumberArray,
  order: AxisOrder | null,
): { readonly slabs: readonly Float64Array[]; readonly nRows: number; readonly nFeatures: number } {
  const { shape, data } = local;
  if (order === null) return { slabs: [data], nRows: shape[0] ?? 0, nFeatures: shape[1] ?? 0 };
  const axisOf = (axis: AxisOrder[number]): number => (order as readonly string[]).indexOf(axis);
  const strides = [shape[1]! * shape[2]!, shape[2]!, 1];
  const size = (axis: AxisOrder[number]): number => shape[axisOf(axis)]!;
  const stride = (axis: AxisOrder[number]): number => strides[axisOf(axis)]!;
  const [nClasses, nRows, nFeatures] = [size('classes'), size('rows'), size('features')];
  const slabs = Array.from({ length: nClasses }, (_, c) => {
    if (axisOf('classes') === 0) return data.subarray(c * nRows * nFeatures, (c + 1) * nRows * nFeatures);
    const slab = new Float64Array(nRows * nFeatures);
    for (let i = 0; i < nRows; i++) {
      for (let j = 0; j < nFeatures; j++)
        slab[i * nFeatures + j] = data[c * stride('classes') + i * stride('rows') + j * stride('features')]!;
    }
    return slab;
  });
  return { slabs, nRows, nFeatures };
}

/** Rows, features and classes by majority; parts that disagree are dropped by the caller, with these findings. */
export function settleSizes(
  raw: RawExplanation,
  local: { readonly nRows: number; readonly nFeatures: number; readonly nSlabs: number } | null,
): Sizes & { readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const claims = (entries: readonly (readonly [string, number | undefined])[]): readonly Claim[] =>
    entries.flatMap(([what, size]) => (size === undefined || size === 0 ? [] : [{ what, size }]));
  const rowClaims = claims([
    ['local values', local?.nRows],
    ['data', raw.cells?.length],
    ['probabilities', raw.probabilityY?.shape[0]],
    ['predictions', raw.predictedY?.length],
    ['true values', raw.trueY?.length],
  ]);
  const nRows = vote(rowClaims);
  const featureClaims = claims([
    ['local values', local?.nFeatures],
    ['data', raw.cells?.[0]?.length],
    ['feature names', raw.featureNames?.length],
    ['global values', raw.global?.names == null ? raw.global?.overall?.length : undefined],
  ]);
  const nFeatures = vote(featureClaims);
  for (const [unit, size, all] of [
    ['rows', nRows, rowClaims],
    ['features', nFeatures, featureClaims],
  ] as const) {
    for (const claim of all) {
      if (claim.size === size) continue;
      const done = claim.what === 'feature names' ? 'default names are used' : 'they are left out';
      findings.push(
        finding('warning', `inconsistent-${unit}`, `The ${claim.what} have ${claim.size} ${unit}, the other parts ${size}; ${done}.`),
      );
    }
  }
  if (contradictsRegression(raw, local?.nSlabs ?? 0)) {
    findings.push(
      finding('info', 'task-by-shape', 'The file says regression, but its values are given by class, so it was read as a classification.'),
    );
  }
  return { nRows, nFeatures, nClasses: countClasses(raw, local?.nSlabs ?? 0), findings };
}

/** The original dashboard writes "no classifier" whenever it was given no model. */
function contradictsRegression(raw: RawExplanation, nSlabs: number): boolean {
  return raw.claimedTask === 'regression' && (nSlabs > 1 || (raw.probabilityY?.shape[1] ?? 0) > 1);
}

function countClasses(raw: RawExplanation, nSlabs: number): number {
  if (raw.claimedTask === 'regression' && !contradictsRegression(raw, nSlabs)) return 0;
  const named = raw.classNames?.length ?? 0;
  const probabilities = raw.probabilityY?.shape[1] ?? 0;
  if (nSlabs > 1) return nSlabs;
  if (probabilities > 1) return probabilities;
  if (probabilities === 1) return 2;
  if (named > 1) return named;
  const perClass = raw.global?.perClass;
  if (perClass) {
    const axis =
      raw.global.overall !== null && perClass.shape[raw.global.classAxis] === raw.global.overall.length
        ? 1 - raw.global.classAxis
        : raw.global.classAxis;
    return Math.max(perClass.shape[axis] ?? 0, 2);
  }
  const labels = new Set([...(raw.predictedY ?? []), ...(raw.trueY ?? [])].filter((value) => value !== null && value !== undefined));
  const textual = [...labels].some((value) => typeof value === 'string' || typeof value === 'boolean');
  // A single slab without any sign of classes is a regression, as in the original dashboard.
  if (raw.claimedTask === null && !textual) return 0;
  if (textual) return Math.max(labels.size, 2);
  let highest = 1;
  for (const value of labels) if (typeof value === 'number' && Number.isInteger(value) && value > highest && value < 1000) highest = value;
  return highest + 1;
}
