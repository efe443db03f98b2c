import { existsSync, readFileSync } from 'node:fs';
import type { Case } from './cases';
import type { PeerAnswer, Peers } from './peers';
import type { Job, Lane, LaneAnswer } from './protocol';

/** Milliseconds of a whole job. */
export interface Timing {
  readonly wall: number;
  readonly cpu: number;
}

export interface LaneTiming extends Timing {
  readonly setUp: Timing;
  readonly answer: LaneAnswer;
}

export interface Measured {
  readonly one: Case;
  /** Null: there is no peer, or it cannot do this (see `missing`). */
  readonly peer: (Timing & { readonly answer: PeerAnswer }) | null;
  readonly missing: string | null;
  readonly lanes: ReadonlyMap<Lane['name'], LaneTiming>;
  /** Largest difference from the peer's values, of the largest value; null where nothing is compared. */
  readonly difference: number | null;
}

export interface Bench {
  readonly folder: string;
  readonly lanes: readonly Lane[];
  readonly peers: Readonly<Record<'peers' | 'alibi', Peers | null>>;
  readonly rounds: number;
}

/** Runs of less than this are repeated until it is over. */
const LEAST_MS = 120;
/** Rows whose values are compared. */
const COMPARED = 100;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** One case: the peer and our lanes in turn, `rounds` times after an unmeasured one; medians. */
export async function measureCase(one: Case, bench: Bench): Promise<Measured> {
  const { job, peer } = one;
  const process = peer === null ? null : bench.peers[peer.at];
  const save = `${bench.folder}/peer.values`;
  const peerTimes: (Timing & { answer: PeerAnswer })[] = [];
  let missing = peer !== null && process === null ? 'not installed here' : null;
  const askPeer = async (rows: number): Promise<PeerAnswer | null> => {
    if (peer === null || process === null || missing !== null) return null;
    const compares = peer.tolerance !== null;
    const answer = await process.ask({ peer: peer.name, model: peer.model, rows, ...(compares ? { save } : {}) });
    if (!('missing' in answer)) return answer;
    missing = answer.missing;
    return null;
  };
  const lanes = new Map<Lane['name'], LaneTiming[]>(bench.lanes.map(({ name }) => [name, []]));
  const keep = Math.min(COMPARED, job.rows, peer?.rows ?? 0);
  await askPeer(Math.min(2, peer?.rows ?? 0));
  for (const lane of bench.lanes) await runJob(job, lane, keep);
  for (let round = 0; round < bench.rounds; round++) {
    const answer = await askPeer(peer?.rows ?? 0);
    // Anchors give the time of a row, the others that of the job.
    const scale = job.work.kind === 'anchors' ? 1 / 1000 : job.rows / 1000;
    if (answer !== null) peerTimes.push({ wall: answer.us * scale, cpu: answer.cpu * scale, answer });
    for (const lane of bench.lanes) lanes.get(lane.name)?.push(await runJob(job, lane, keep));
  }
  const medians = new Map([...lanes].map(([name, timings]) => [name, medianTiming(timings)]));
  const compares = peer?.tolerance != null && peerTimes.length > 0 && existsSync(save);
  const theirs = compares ? readDoubles(save) : null;
  const last = peerTimes.at(-1);
  return {
    one,
    peer: last === undefined ? null : { ...medianOf(peerTimes), answer: last.answer },
    missing,
    lanes: medians,
    difference: theirs === null ? null : Math.max(...[...medians.values()].map(({ answer }) => difference(answer.values, theirs))),
  };
}

/** A job prepared afresh and run. */
export async function runJob(job: Job, lane: Lane, keep: number): Promise<LaneTiming> {
  const setUp = await lane.ask({ kind: 'prepare', job });
  const isOnce = job.work.kind === 'anchors' || (job.work.kind === 'explain' && job.work.explainer === 'kernel');
  // A second run of the same rows would find the draws of the first one.
  const answer = await lane.ask({ kind: 'measure', atLeast: isOnce ? 0 : LEAST_MS, keep });
  const { anchors } = answer;
  const wall = anchors?.medianRowMs ?? answer.ms;
  return { wall, cpu: anchors === null ? answer.cpu : answer.cpu / job.rows, setUp: { wall: setUp.ms, cpu: setUp.cpu }, answer };
}

function medianOf(timings: readonly Timing[]): Timing {
  return { wall: median(timings.map(({ wall }) => wall)), cpu: median(timings.map(({ cpu }) => cpu)) };
}

export function medianTiming(timings: readonly LaneTiming[]): LaneTiming {
  return { ...medianOf(timings), setUp: medianOf(timings.map(({ setUp }) => setUp)), answer: timings.at(-1)!.answer };
}

export function readDoubles(path: string): Float64Array {
  const bytes = readFileSync(path);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function difference(ours: readonly number[], theirs: Float64Array): number {
  let off = 0;
  let largest = 0;
  ours.forEach((value, i) => {
    off = Math.max(off, Math.abs(value - (theirs[i] ?? NaN)));
    largest = Math.max(largest, Math.abs(theirs[i] ?? NaN));
  });
  return off / largest;
}
