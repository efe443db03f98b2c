import { createRng, hashSeed, type Rng } from '#/base/rng';
import type { Arm } from '#/explainers/anchors/arm';
import type { Decide } from '#/explainers/anchors/decide';
import type { PredicateSpace } from '#/explainers/anchors/predicate-space';
import { createSampler, type RuleSampler } from '#/explainers/anchors/sampler';

/** Rows in one call of the model. */
const CALL_ROWS = 400;
/** Streams kept; the oldest are forgotten and would be drawn again, the same. */
const MOST_STREAMS = 2000;

/** The decisions on one rule's neighbours, in the order in which they are drawn. */
interface Stream {
  readonly sampler: RuleSampler;
  readonly rng: Rng;
  decisions: Int16Array;
  length: number;
}

/** Which draws: those that rules are chosen by, or fresh ones that only measure what was chosen. */
export type Purpose = 'search' | 'measure';

/** What is asked of one rule: the decisions [from, from + count) of its stream. */
export interface Wanted {
  readonly arm: Arm;
  readonly from: number;
  readonly count: number;
}

export interface DrawStreams {
  /**
   * How many of the wanted draws got the decision, by rule.
   * @param row - the explained row: only its values for conditions that no training row satisfies matter
   */
  count(wanted: readonly Wanted[], purpose: Purpose, decision: number, row: Float64Array, signal?: AbortSignal): Promise<number[]>;
}

/**
 * Neighbours drawn once for every rule, whatever rows ask for them: rows that share conditions share their draws. The seed of a rule
 * is hash(seed, rule), so that a rule's draws do not depend on the rows that were explained before.
 */
export function createDrawStreams(space: PredicateSpace, decide: Decide, seed: number): DrawStreams {
  const { nFeatures } = space.training;
  const streams = new Map<string, Stream>();
  const open = (arm: Arm, purpose: Purpose, row: Float64Array): [string, Stream] => {
    // Where no training row satisfies a condition the row's own value stands in: such draws are the row's alone.
    const own = arm.parts.filter(({ count }) => count === 0).map(({ predicate }) => row[predicate.feature]!);
    const key = [purpose, arm.key, ...own].join(' ');
    const found = streams.get(key);
    if (found !== undefined) return [key, found];
    const rng = createRng(hashSeed(seed, ...Array.from(key, (letter) => letter.charCodeAt(0))));
    const made = { sampler: createSampler(space, arm, row), rng, decisions: new Int16Array(128), length: 0 };
    streams.set(key, made);
    if (streams.size > MOST_STREAMS) streams.delete(streams.keys().next().value!);
    return [key, made];
  };

  const extend = async (missing: readonly (readonly [string, Stream, number])[], signal: AbortSignal | undefined): Promise<void> => {
    const nRows = missing.reduce((sum, [, , count]) => sum + count, 0);
    const values = new Float64Array(nRows * nFeatures);
    let at = 0;
    for (const [, stream, count] of missing) {
      stream.sampler.fill(values, at, count, stream.rng);
      at += count;
    }
    try {
      const decisions = await decide({ nRows, nFeatures, values }, signal);
      at = 0;
      for (const [, stream, count] of missing) {
        append(stream, decisions.subarray(at, at + count));
        at += count;
      }
    } catch (error) {
      // Their generators have moved on: drawn again from the start, they give the same.
      for (const [key] of missing) streams.delete(key);
      throw error;
    }
  };

  return {
    async count(wanted, purpose, decision, row, signal) {
      const opened = wanted.map(({ arm, from, count }) => ({ entry: open(arm, purpose, row), from, count }));
      let batch: [string, Stream, number][] = [];
      let rows = 0;
      const flush = async (): Promise<void> => {
        if (batch.length > 0) await extend(batch, signal);
        batch = [];
        rows = 0;
      };
      for (const { entry, from, count } of opened) {
        let lacking = Math.max(0, from + count - entry[1].length);
        while (lacking > 0) {
          const part = Math.min(lacking, CALL_ROWS - rows);
          batch.push([...entry, part]);
          rows += part;
          lacking -= part;
          if (rows === CALL_ROWS) await flush();
        }
      }
      await flush();
      return opened.map(({ entry: [, stream], from, count }) => {
        let hits = 0;
        for (let i = from; i < from + count; i++) hits += Number(stream.decisions[i] === decision);
        return hits;
      });
    },
  };
}

function append(stream: Stream, decisions: Int32Array): void {
  const length = stream.length + decisions.length;
  if (length > stream.decisions.length) {
    const grown = new Int16Array(2 * length);
    grown.set(stream.decisions.subarray(0, stream.length));
    stream.decisions = grown;
  }
  stream.decisions.set(decisions, stream.length);
  stream.length = length;
}
