/**
 * Times the tree explainers on generated forests, one thread: `npm run bench:kernels`, or with part of a case's name behind `--`.
 * Prints microseconds of processor time a row over whole jobs by size of the job, and the milliseconds to get ready.
 */
import { createRng } from '#/base/rng';
import type { TreeModel } from '#/domain/tree-model';
import type { ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { prepareInterventional } from '#/explainers/tree-interventional/explain';
import { preparePathDependent } from '#/explainers/tree-path-dependent/explain';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { functionPredictor } from '#/testing/games';
import { nodeKernels } from '#/testing/kernels';
import { grownForest } from './grown-forest';

const kernels = await nodeKernels();
const only = process.argv[2] ?? '';

async function job(prepared: PreparedExplainer, rows: Float64Array, nFeatures: number, nRows: number): Promise<Float64Array> {
  const out = new Float64Array(nRows * nFeatures);
  for (let start = 0; start < nRows; start += prepared.chunkRows) {
    const count = Math.min(prepared.chunkRows, nRows - start);
    const values = rows.subarray(start * nFeatures, (start + count) * nFeatures);
    const chunk = await prepared.explain({ nRows: count, nFeatures, values }, new Int32Array(count));
    out.set(chunk.values[0]!, start * nFeatures);
  }
  return out;
}

async function time(
  name: string,
  model: TreeModel,
  method: 'path' | 'interventional',
  nRows: number,
  options: { background?: number; interactions?: boolean; plain?: boolean } = {},
): Promise<void> {
  const label = `${name} ${method}${options.interactions ? ' interactions' : ''}${options.background ? ` background ${options.background}` : ''}${options.plain ? ' plain' : ''}`;
  if (!`${label} ${nRows}`.includes(only)) return;
  const nFeatures = model.ensemble.nFeatures;
  const rng = createRng(9);
  const random = (n: number): Float64Array => Float64Array.from({ length: n * nFeatures }, () => rng.next());
  const nBackground = options.background ?? 100;
  const background = {
    rows: { nRows: nBackground, nFeatures, values: random(nBackground) },
    weights: new Float64Array(nBackground).fill(1 / nBackground),
  };
  const rows = random(nRows);
  const parameters = { interactions: options.interactions ?? false };
  const spec: ExplainSpec = {
    explainer: 'tree-path-dependent',
    background,
    outputSpace: 'raw',
    seed: 1,
    parameters,
    ...NOTHING_LEARNT,
    nRows,
  };
  const environment = {
    predictor: functionPredictor(nFeatures, 1, () => 0),
    ...NO_STRUCTURE,
    trees: model,
    kernels: options.plain ? null : kernels,
    features: [],
    outputs: { task: 'regression', targetName: 'y', unit: null } as const,
  };
  const prepare = method === 'path' ? preparePathDependent : prepareInterventional;
  const started = process.cpuUsage();
  const prepared = await prepare(spec, environment);
  const used = process.cpuUsage(started);
  const setup = (used.user + used.system) / 1000;
  const times: number[] = [];
  const until = performance.now() + 1500;
  let calls = 0;
  do {
    const before = process.cpuUsage();
    await job(prepared, rows, nFeatures, nRows);
    const spent = process.cpuUsage(before);
    times.push((spent.user + spent.system) / 1000);
    calls++;
  } while (performance.now() < until && calls < 200);
  times.sort((a, b) => a - b);
  const each = (ms: number): string => ((ms * 1000) / nRows).toFixed(1);
  console.log(
    `${label.padEnd(62)} ${String(nRows).padStart(6)} rows  min ${each(times[0]!).padStart(9)} median ${each(times[times.length >> 1]!).padStart(9)} us/row  setup ${setup.toFixed(0)} ms  chunk ${prepared.chunkRows}`,
  );
}

const forests: [string, TreeModel][] = [
  ['100 trees d8, 8 features', grownForest(100, 8, 8, 230, createRng(1))],
  ['100 trees d8, 14 features', grownForest(100, 8, 14, 116, createRng(2))],
  ['100 trees d16, 14 features', grownForest(100, 16, 14, 1050, createRng(3))],
];
for (const [name, model] of forests) {
  console.log(`${name}: ${model.ensemble.leafValues.length} leaves`);
  const isDeep = name.includes('d16');
  for (const nRows of [1, 100, 1000, 10_000]) {
    if (!isDeep || nRows <= 1000) await time(name, model, 'path', nRows);
  }
  if (isDeep) continue;
  for (const nRows of [1, 100, 1000, 10_000]) {
    await time(name, model, 'interventional', nRows, { background: 100 });
    await time(name, model, 'interventional', nRows, { background: 20_000 });
    await time(name, model, 'path', nRows, { interactions: true });
  }
  for (const nRows of [1, 100, 1000]) {
    await time(name, model, 'path', nRows, { plain: true });
    await time(name, model, 'interventional', nRows, { background: 100, plain: true });
  }
  await time(name, model, 'path', 100, { plain: true, interactions: true });
  await time(name, model, 'path', 1, { plain: true, interactions: true });
}
