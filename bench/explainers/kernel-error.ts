import { existsSync } from 'node:fs';
import { kernel, KERNEL_BUDGETS, KERNEL_MODELS, KERNEL_PEERS, KERNEL_ROWS } from './cases';
import { median, medianTiming, readDoubles, runJob, type Bench, type LaneTiming, type Timing } from './measure';
import type { Lane } from './protocol';

/** Our smallest budget whose error is no larger than the peer's, and what both take for a row. */
export interface KernelRow {
  readonly what: string;
  readonly peer: string;
  readonly bar: number;
  readonly theirs: Timing & { readonly error: number };
  /** Null: no budget reaches that error. */
  readonly ours: { readonly budget: number; readonly error: number; readonly lanes: ReadonlyMap<Lane['name'], Timing> } | null;
}

/** Mean over rows of |values - truth|² / |truth|². */
function meanError(values: ArrayLike<number>, truth: Float64Array): number {
  const width = truth.length / KERNEL_ROWS;
  let error = 0;
  for (let row = 0; row < KERNEL_ROWS; row++) {
    let off = 0;
    let size = 0;
    for (let at = row * width; at < (row + 1) * width; at++) {
      off += (values[at]! - truth[at]!) ** 2;
      size += truth[at]! ** 2;
    }
    error += off / size / KERNEL_ROWS;
  }
  return error;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function perRow({ wall, cpu, setUp }: LaneTiming): Timing {
  return { wall: (wall + setUp.wall) / KERNEL_ROWS, cpu: (cpu + setUp.cpu) / KERNEL_ROWS };
}

interface Tried {
  readonly errors: number[];
  readonly times: LaneTiming[];
}

/**
 * Kernel SHAP at equal true error. Each round is a seed: the peers, then our budgets upwards until one is better than all peers. The
 * truth is by enumeration of all coalitions in Python.
 */
export async function kernelRows(bench: Bench): Promise<KernelRow[]> {
  const found: KernelRow[] = [];
  const process = bench.peers.peers;
  const [first] = bench.lanes;
  if (process === null || first === undefined) return found;
  const save = `${bench.folder}/peer.values`;
  for (const { model, what } of KERNEL_MODELS) {
    if (!existsSync(`${bench.folder}/${model}.truth`)) continue;
    const truth = readDoubles(`${bench.folder}/${model}.truth`);
    const theirs = new Map<string, { times: Timing[]; errors: number[] }>();
    const tried = new Map<number, Tried>();
    for (const lane of bench.lanes) await runJob(kernel(model, KERNEL_BUDGETS[0]!, 0), lane, 0);
    for (let seed = 0; seed < bench.rounds; seed++) {
      let target = Infinity;
      for (const { name } of KERNEL_PEERS) {
        const answer = await process.ask({ peer: name, model, rows: KERNEL_ROWS, seed, save });
        if ('missing' in answer) continue;
        const all = theirs.get(name) ?? { times: [], errors: [] };
        theirs.set(name, all);
        const error = meanError(readDoubles(save), truth);
        all.times.push({ wall: answer.us / 1000, cpu: answer.cpu / 1000 });
        all.errors.push(error);
        target = Math.min(target, mean(all.errors));
      }
      for (const budget of KERNEL_BUDGETS) {
        const timing = await runJob(kernel(model, budget, seed), first, KERNEL_ROWS);
        const error = meanError(timing.answer.values, truth);
        const before = tried.get(budget) ?? { errors: [], times: [] };
        tried.set(budget, before);
        before.errors.push(error);
        before.times.push(timing);
        if (error < target / 2) break;
      }
    }
    const chosen = new Map<number, Map<Lane['name'], Timing>>();
    for (const { name, ratio } of KERNEL_PEERS) {
      const peer = theirs.get(name);
      if (peer === undefined) continue;
      const error = mean(peer.errors);
      const enough = [...tried].find(([, { errors }]) => errors.length === bench.rounds && mean(errors) <= error);
      const times = { wall: median(peer.times.map(({ wall }) => wall)), cpu: median(peer.times.map(({ cpu }) => cpu)) };
      let ours: KernelRow['ours'] = null;
      if (enough !== undefined) {
        const [budget, { errors }] = enough;
        const lanes = chosen.get(budget) ?? (await timeBudget(model, budget, bench));
        chosen.set(budget, lanes);
        ours = { budget, error: mean(errors), lanes };
      }
      found.push({ what, peer: name, bar: ratio, theirs: { ...times, error }, ours });
    }
  }
  return found;
}

async function timeBudget(model: string, budget: number, bench: Bench): Promise<Map<Lane['name'], Timing>> {
  const times = new Map<Lane['name'], LaneTiming[]>();
  for (let seed = 0; seed < bench.rounds; seed++)
    for (const lane of bench.lanes)
      times.set(lane.name, [...(times.get(lane.name) ?? []), await runJob(kernel(model, budget, seed), lane, 0)]);
  return new Map([...times].map(([name, timings]) => [name, perRow(medianTiming(timings))]));
}
