import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { CASES, interventional, MEMORY_CASES, pathDependent } from './cases';
import { growModels } from './grown-models';
import { openChromiumLane } from './chromium-lane';
import { kernelRows } from './kernel-error';
import { measureCase, medianTiming, runJob, type Bench, type LaneTiming, type Measured } from './measure';
import { openNodeLane } from './node-lane';
import { findPython, makeModels, openPeers } from './peers';
import type { Job, Lane } from './protocol';
import { markdown, type Growth, type MemoryRow } from './report';
import { WHY } from './why';

const TARGET = 'docs/BENCHMARKS.md';
const ROUNDS = 3;

/**
 * node run.js FOLDER [PART]: with a part of a section's name only those cases run, and the table is printed but not written.
 * Models are made once: delete FOLDER to train them again.
 */
async function main(base: string, only: string | undefined): Promise<void> {
  const started = Date.now();
  const load = loadavg();
  const python = findPython();
  // Without Python the models are other ones, and lie elsewhere.
  const folder = python === null && !existsSync(`${base}/census_d8.truth`) ? `${base}/grown` : base;
  mkdirSync(folder, { recursive: true });
  if (python !== null && !existsSync(`${folder}/census_d8.truth`)) makeModels(python, folder);
  if (python === null) say('No uv and so no Python libraries here: only our own times.');
  if (!existsSync(`${folder}/facts.json`)) growModels(folder);

  const peers = python === null ? null : await openPeers(python, 'reference/peers.py', '3.12', folder);
  const alibi = python === null ? null : await openPeers(python, 'reference/peers_alibi.py', '3.11', folder);
  const lanes = await openLanes(base, folder);
  const bench: Bench = { folder, lanes, peers: { peers, alibi }, rounds: ROUNDS };
  const wanted = (section: string): boolean => only === undefined || section.toLowerCase().includes(only.toLowerCase());
  const measured: Measured[] = [];
  try {
    for (const one of CASES) {
      if (!wanted(one.section) || !existsSync(`${folder}/${one.job.model}`)) continue;
      say(`${one.section}: ${one.job.rows} rows`);
      measured.push(await measureCase(one, bench));
    }
    say('Kernel SHAP');
    const kernel = wanted('kernel shap') ? await kernelRows(bench) : [];
    say('Growth');
    const growth = wanted('growth') ? await growthRows(bench) : [];
    for (const lane of lanes) await lane.close();
    say('Memory');
    const memory = wanted('memory') ? await memoryRows(base, folder) : [];
    const versions = { ...peers?.versions, ...alibi?.versions };
    const leaves = Object.entries((JSON.parse(readFileSync(`${folder}/facts.json`, 'utf8')) as { leaves: Record<string, number> }).leaves);
    const text = markdown({
      facts: [
        ['date', new Date(started).toISOString().slice(0, 16).replace('T', ' ')],
        ['machine', `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`],
        [
          'load of the machine (average of one minute) before and after, the bench itself included',
          `${load[0]!.toFixed(1)} and ${loadavg()[0]!.toFixed(1)}; above ${cpus().length} other programs were at work, and only CPU times count`,
        ],
        ['took', `${Math.round((Date.now() - started) / 1000)} s, ${ROUNDS} rounds`],
        ['here', lanes.map(({ name, version }) => `${name} ${version}`).join(', ')],
        [
          'peers',
          Object.entries(versions)
            .map(([name, version]) => `${name} ${version}`)
            .join(', ') || 'absent: no uv or Python on this machine',
        ],
        ['models (100 trees each)', leaves.map(([name, count]) => `${name} ${count.toLocaleString('en-US')} leaves`).join(', ')],
        [
          'data',
          folder === base
            ? 'houses: generated, 8 features, 20,640 rows; census: 12 columns of the census sample and 2 generated ones'
            : 'random trees and rows in place of trained models, as there is no Python to train them; no ONNX models',
        ],
      ],
      lanes: lanes.map(({ name }) => name),
      measured,
      kernel,
      growth,
      memory,
      why: WHY,
    });
    process.stdout.write(`${text}\n`);
    // A table without peers is no benchmark.
    if (only === undefined && peers !== null) writeFileSync(TARGET, text);
  } finally {
    peers?.close();
    alibi?.close();
    for (const lane of lanes) await lane.close();
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function openLanes(base: string, folder: string): Promise<Lane[]> {
  const browser = await openChromiumLane(base, folder);
  if (browser === null) say('No browser here: only Node. `npx playwright install chromium` installs one.');
  return [await openNodeLane(base, folder), ...(browser === null ? [] : [browser])];
}

const total = ({ wall, cpu, setUp }: LaneTiming): { wall: number; cpu: number } => ({ wall: wall + setUp.wall, cpu: cpu + setUp.cpu });

async function growthRows({ lanes, rounds }: Bench): Promise<Growth[]> {
  const cases: readonly { what: string; small: Job; large: Job; bar: number | null }[] = [
    { what: 'path-dependent, 5,000 to 10,000 rows', small: pathDependent(5000), large: pathDependent(10_000), bar: null },
    { what: 'interventional, 5,000 to 10,000 rows', small: interventional(5000, 100), large: interventional(10_000, 100), bar: null },
    { what: '100 to 20,000 background rows, 1,000 rows', small: interventional(1000, 100), large: interventional(1000, 20_000), bar: 2 },
    {
      what: '100 to 20,000 background rows, 10,000 rows',
      small: interventional(10_000, 100),
      large: interventional(10_000, 20_000),
      bar: 2,
    },
  ];
  const found: Growth[] = [];
  for (const { what, small, large, bar } of cases) {
    const times = new Map<Lane['name'], { small: LaneTiming[]; large: LaneTiming[] }>(
      lanes.map(({ name }) => [name, { small: [], large: [] }]),
    );
    for (const lane of lanes) await runJob(large, lane, 0);
    for (let round = 0; round < rounds; round++) {
      for (const lane of lanes) {
        times.get(lane.name)?.small.push(await runJob(small, lane, 0));
        times.get(lane.name)?.large.push(await runJob(large, lane, 0));
      }
    }
    const medians = [...times].map(
      ([name, both]) => [name, { small: total(medianTiming(both.small)), large: total(medianTiming(both.large)) }] as const,
    );
    found.push({ what, bar, times: new Map(medians) });
  }
  return found;
}

async function memoryRows(base: string, folder: string): Promise<MemoryRow[]> {
  const found: MemoryRow[] = [];
  for (const { what, job } of MEMORY_CASES) {
    if (!existsSync(`${folder}/${job.model}`)) continue;
    const sizes = new Map<Lane['name'], { growth: number | null; kernels: number }>();
    let resultBytes = 0;
    for (const lane of await openLanes(base, folder)) {
      await lane.ask({ kind: 'install', model: job.model });
      // What reading the model left behind goes back to the system a moment later.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const peak = await lane.resetPeak();
      await lane.ask({ kind: 'prepare', job });
      const answer = await lane.ask({ kind: 'measure', atLeast: 0, keep: 0 });
      resultBytes = answer.resultBytes;
      sizes.set(lane.name, { growth: peak === null ? null : Math.max(0, peak() - resultBytes), kernels: answer.kernelBytes });
      await lane.close();
    }
    found.push({ what, resultBytes, lanes: sizes });
  }
  return found;
}

const [base = '.bench', only] = process.argv.slice(2);
await main(base, only);
