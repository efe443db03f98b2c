import { throwIfAborted } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { AnchorRule, Predicate } from '#/domain/anchor-rule';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import { proportionOf, type Proportion } from '#/math/proportion';
import { armOf, emptyArm, meanOf, withCondition, type Arm } from '#/explainers/anchors/arm';
import { explorationRate, lowerBound, upperBound } from '#/explainers/anchors/kl-bounds';
import { createPredicateSpace, type Condition, type PredicateSpace } from '#/explainers/anchors/predicate-space';
import type { Decide } from '#/explainers/anchors/decide';
import { createDrawStreams, type DrawStreams } from '#/explainers/anchors/draw-streams';

export interface AnchorSettings {
  /** Precision that a rule must reach, in (0, 1). */
  readonly threshold: number;
  /** Chance of error that the bandit allows, in (0, 1). */
  readonly delta: number;
  /** Precision difference that the bandit does not tell apart. */
  readonly tau: number;
  /** Rules kept from one length to the next. */
  readonly beam: number;
  /** Draws of a rule at a time. */
  readonly batch: number;
  /** Longest rule; 0: no limit. */
  readonly maxPredicates: number;
}

export const ANCHOR_DEFAULTS: AnchorSettings = {
  threshold: 0.95,
  delta: 0.1,
  tau: 0.15,
  beam: 1,
  batch: 100,
  maxPredicates: 0,
};

/** Anchor rules of single rows. One search at a time: further ones wait. */
export interface AnchorSearch {
  /**
   * The rule of largest coverage that reaches the threshold, as far as the beam finds it.
   * @param row - [nFeatures], not modified
   * @returns `success` false with the most precise rule found when none reaches it. `precision` is measured on fresh draws,
   *   `evaluations` counts the draws that the search looked at, whether or not an earlier row had made them.
   * @throws LimpidError `BadRequest` for settings out of range; `ModelFailed`; `Aborted`
   */
  search(row: Float64Array, settings: AnchorSettings, signal?: AbortSignal): Promise<AnchorRule>;
  /** Precision and coverage of any rule that the row satisfies, on `draws` fresh draws; `success` by the threshold. */
  measure(row: Float64Array, predicates: readonly Predicate[], threshold: number, draws: number, signal?: AbortSignal): Promise<AnchorRule>;
}

/** Draws of every new rule before the bandit chooses, and of the empty one. */
const FIRST_DRAWS = 10;
const EMPTY_DRAWS = 100;
/** A rule may be this far below the threshold at the lower end of its interval. */
const WITHIN = 0.02;
/** Fresh draws that the reported precision rests on: a clear case ends at the first look. */
const FIRST_LOOK = 400;
const CONFIRM_DRAWS = 1000;
/** Half width, in standard errors, of the interval that must be clear at the first look: 99 %. */
const FIRST_LOOK_Z = 2.5758;
/** Rules outside the beam that are tried for their coverage, of one length. */
const EXTRA_TRIALS = 2;
/** The draws of a close decision end here. */
const MOST_DRAWS = 2000;

/**
 * Anchors for tables (Ribeiro, Singh and Guestrin, "Anchors: high-precision model-agnostic explanations", AAAI 2018): beam search
 * over rules, the most precise of each length found by KL-LUCB. Predicates: quartile bounds (all bounds of columns with few values),
 * categories, missing. Beyond the paper: a rule counts only when its precision, measured again on fresh draws, has its 95 % interval
 * above threshold - 0.02; the bandit stops as soon as its best rule is clearly above the threshold; each length also tries rules of
 * larger coverage than the chosen one; rules that no training row satisfies are never taken; rows share the draws of the rules that
 * they have in common.
 *
 * @param training - rows that neighbours are drawn from and coverage is measured on; not modified
 * @param decide - the model's decision
 * @param options - `coverageSamples`: rows that coverage is measured on. `seed`: of these rows and of all draws: the rule of a row
 *   depends on it alone, not on the rows that were explained before
 * @throws LimpidError `BadRequest` without training rows
 */
export function createAnchorSearch(
  training: EncodedRows,
  features: readonly FeatureSchema[],
  decide: Decide,
  options: { readonly coverageSamples: number; readonly seed: number },
): AnchorSearch {
  if (training.nRows === 0) throw new LimpidError({ tag: 'BadRequest', message: 'Anchors need rows to draw neighbours from.' });
  const space = createPredicateSpace(training, features, Math.max(1, options.coverageSamples), options.seed);
  const streams = createDrawStreams(space, decide, options.seed);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
  const start = async (row: Float64Array, signal: AbortSignal | undefined): Promise<Trial> => {
    throwIfAborted(signal);
    const [decision = -1] = await decide({ nRows: 1, nFeatures: training.nFeatures, values: row }, signal);
    return { space, streams, row, decision, signal, evaluations: 1 };
  };
  return {
    search(row, settings, signal) {
      return inTurn(async () => {
        checkSettings(settings);
        const trial = await start(row, signal);
        return trial.decision < 0 ? undecided(trial) : runSearch(trial, settings);
      });
    },
    measure(row, predicates, threshold, draws, signal) {
      return inTurn(async () => {
        const trial = await start(row, signal);
        if (trial.decision < 0) return undecided(trial);
        const arm = armOf(space, predicates);
        return ruleOf(trial, arm, await measureFresh(trial, arm, draws), threshold);
      });
    },
  };
}

/** The explained row, its decision, and what was spent on it. */
interface Trial {
  readonly space: PredicateSpace;
  readonly streams: DrawStreams;
  readonly row: Float64Array;
  readonly decision: number;
  readonly signal: AbortSignal | undefined;
  evaluations: number;
}

async function runSearch(trial: Trial, settings: AnchorSettings): Promise<AnchorRule> {
  const { space } = trial;
  const conditions = space.conditionsOf(trial.row);
  const longest = settings.maxPredicates > 0 ? settings.maxPredicates : Infinity;
  const leaders: Arm[] = [];
  let found = null as Found | null;
  const empty = emptyArm(space);
  await draw(trial, [empty], EMPTY_DRAWS);
  let beam = [empty];
  for (let size = 0; beam.length > 0; size++) {
    const arms: readonly Arm[] = size === 0 ? beam : grow(space, beam, conditions, found?.arm.coverage ?? 0);
    if (arms.length === 0) break;
    if (size > 0) await draw(trial, arms, FIRST_DRAWS);
    beam = await mostPrecise(trial, arms, settings.beam, settings);
    leaders.push(beam[0]!);
    for (const arm of contenders(arms, beam, found?.arm.coverage ?? -1, settings)) {
      if (arm.coverage <= (found?.arm.coverage ?? -1)) continue;
      const measured = await confirm(trial, arm, settings, conditions.length);
      if (measured !== null) found = { arm, measured };
    }
    if (found?.arm.coverage === 1 || size + 1 > longest) break;
  }
  if (found !== null) return ruleOf(trial, found.arm, found.measured, settings.threshold);
  const [best = empty] = await mostPrecise(trial, leaders, 1, settings);
  return ruleOf(trial, best, await measureFresh(trial, best, CONFIRM_DRAWS), settings.threshold);
}

interface Found {
  readonly arm: Arm;
  readonly measured: Proportion;
}

/** Each kept rule with each condition that changes it, of more coverage than what is already found; each rule once. */
function grow(space: PredicateSpace, beam: readonly Arm[], conditions: readonly Condition[], coverage: number): Arm[] {
  const grown = new Map<string, Arm>();
  for (const arm of beam) {
    for (const condition of conditions) {
      const next = withCondition(space, arm, condition);
      if (next !== null && next.support > 0 && next.coverage > coverage && !grown.has(next.key)) grown.set(next.key, next);
    }
  }
  return [...grown.values()];
}

/**
 * KL-LUCB: the `count` arms of highest precision, known to within tau with confidence 1 - delta; best first. Ends early when they
 * are clearly above the threshold: such rules are wanted for their coverage, not for yet more precision.
 */
async function mostPrecise(trial: Trial, arms: readonly Arm[], count: number, settings: AnchorSettings): Promise<Arm[]> {
  const { threshold, tau, delta, batch } = settings;
  const clear = Math.log(1 / delta);
  for (let round = 1; ; round++) {
    const ranked = arms.slice().sort((a, b) => meanOf(b) - meanOf(a));
    const top = ranked.slice(0, count);
    const others = ranked.slice(count);
    if (others.length === 0) return top;
    if (top.every((arm) => meanOf(arm) >= threshold && lowerBound(meanOf(arm), clear / arm.draws) >= threshold - WITHIN)) return top;
    const level = explorationRate(arms.length, round, delta);
    const [weakest, low] = extreme(top, (arm) => -lowerBound(meanOf(arm), level / arm.draws));
    const [rival, high] = extreme(others, (arm) => upperBound(meanOf(arm), level / arm.draws));
    if (high + low <= tau || Math.max(weakest.draws, rival.draws) >= MOST_DRAWS) return top;
    // Long comparisons grow by a quarter at a time: fewer rounds, the same answer.
    await draw(trial, [weakest, rival], Math.max(batch, Math.floor(Math.min(weakest.draws, rival.draws) / 4)));
  }
}

/** The arm with the largest value, and that value. */
function extreme(arms: readonly Arm[], value: (arm: Arm) => number): [Arm, number] {
  let best: [Arm, number] = [arms[0]!, value(arms[0]!)];
  for (const arm of arms.slice(1)) {
    const own = value(arm);
    if (own > best[1]) best = [arm, own];
  }
  return best;
}

/** Rules to confirm, largest coverage first: those kept, and a few others that look precise and cover more than all of them. */
function contenders(arms: readonly Arm[], beam: readonly Arm[], coverage: number, { threshold }: AnchorSettings): Arm[] {
  const kept = beam.filter((arm) => arm.coverage > coverage);
  const covered = kept.reduce((most, arm) => (meanOf(arm) >= threshold ? Math.max(most, arm.coverage) : most), coverage);
  const others = arms
    .filter((arm) => !beam.includes(arm) && arm.coverage > covered && meanOf(arm) >= threshold)
    .sort((a, b) => b.coverage - a.coverage)
    .slice(0, EXTRA_TRIALS);
  return [...kept, ...others].sort((a, b) => b.coverage - a.coverage);
}

/**
 * Draws until the rule is clearly above or below the threshold, then measures it afresh.
 * @returns the fresh measurement of a rule that passes, else null
 */
async function confirm(trial: Trial, arm: Arm, settings: AnchorSettings, nConditions: number): Promise<Proportion | null> {
  const { threshold, delta, beam, batch } = settings;
  const rate = Math.log(1 / (delta / (1 + (beam - 1) * nConditions)));
  while (arm.draws < MOST_DRAWS) {
    const mean = meanOf(arm);
    const undecidedAbove = mean >= threshold && lowerBound(mean, rate / arm.draws) < threshold - WITHIN;
    const undecidedBelow = mean < threshold && upperBound(mean, rate / arm.draws) >= threshold + WITHIN;
    if (!undecidedAbove && !undecidedBelow) break;
    await draw(trial, [arm], batch);
  }
  if (meanOf(arm) < threshold) return null;
  const look = await measureFresh(trial, arm, FIRST_LOOK);
  const strict = proportionOf(look.hits, look.total, FIRST_LOOK_Z);
  if (passes(strict, threshold)) return look;
  if (strict.high < threshold - WITHIN) return null;
  const measured = await measureFresh(trial, arm, CONFIRM_DRAWS);
  return passes(measured, threshold) ? measured : null;
}

function passes({ low }: Proportion, threshold: number): boolean {
  return low >= threshold - WITHIN;
}

/** Precision on draws that no choice was made by. */
async function measureFresh(trial: Trial, arm: Arm, draws: number): Promise<Proportion> {
  const { streams, decision, row, signal } = trial;
  throwIfAborted(signal);
  const [hits = 0] = await streams.count([{ arm, from: 0, count: draws }], 'measure', decision, row, signal);
  trial.evaluations += draws;
  return proportionOf(hits, draws);
}

/** Adds `count` draws to each arm. */
async function draw(trial: Trial, arms: readonly Arm[], count: number): Promise<void> {
  const { streams, decision, row, signal } = trial;
  throwIfAborted(signal);
  const wanted = arms.map((arm) => ({ arm, from: arm.draws, count }));
  const hits = await streams.count(wanted, 'search', decision, row, signal);
  arms.forEach((arm, i) => {
    arm.hits += hits[i]!;
    arm.draws += count;
  });
  trial.evaluations += arms.length * count;
}

function ruleOf(trial: Trial, arm: Arm, measured: Proportion, threshold: number): AnchorRule {
  return {
    predicates: arm.parts.map(({ predicate }) => predicate),
    precision: measured.value,
    precisionLow: measured.low,
    precisionHigh: measured.high,
    coverage: arm.coverage,
    predictedClass: trial.decision,
    success: passes(measured, threshold),
    evaluations: trial.evaluations,
  };
}

/** The model gives no decision (NaN): there is nothing to anchor. */
function undecided(trial: Trial): AnchorRule {
  return {
    predicates: [],
    precision: NaN,
    precisionLow: 0,
    precisionHigh: 1,
    coverage: 1,
    predictedClass: -1,
    success: false,
    evaluations: trial.evaluations,
  };
}

function checkSettings({ threshold, delta, tau, beam, batch, maxPredicates }: AnchorSettings): void {
  const inside = (x: number): boolean => x > 0 && x < 1;
  const whole = (x: number, least: number): boolean => Number.isInteger(x) && x >= least;
  if (!inside(threshold) || !inside(delta) || !inside(tau) || !whole(beam, 1) || !whole(batch, 1) || !whole(maxPredicates, 0)) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: 'A setting of the anchor search is out of range.',
      hint: 'Threshold, delta and tau lie between 0 and 1; beam and batch are whole numbers of at least 1.',
    });
  }
}
