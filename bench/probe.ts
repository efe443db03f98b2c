import { createRng } from '#/base/rng';
import { createForest } from '#/explainers/forest';
import { kernelForest } from '#/explainers/kernel-forest';
import { planKernels } from '#/kernels/kernel-plan';
import { QuadratureKernel } from '#/kernels/quadrature-kernel';
import { TablesKernel } from '#/kernels/tables-kernel';
import { nodeKernels } from '#/testing/kernels';
import { grownForest } from './grown-forest';
const kernels = await nodeKernels();
const cpu = (f: () => void, reps = 7) => {
  const t: number[] = [];
  for (let i = 0; i < reps; i++) { const b = process.cpuUsage(); f(); const s = process.cpuUsage(b); t.push((s.user + s.system) / 1000); }
  t.sort((a, b) => a - b);
  return t[0]!.toFixed(2) + '/' + t[t.length >> 1]!.toFixed(2);
};
for (const [name, model] of [['8', grownForest(100, 8, 8, 230, createRng(1))], ['14', grownForest(100, 8, 14, 116, createRng(2))], ['d16', grownForest(100, 16, 14, 1050, createRng(3))]] as const) {
  if (!(process.argv[2] ?? name).split(',').includes(name)) continue;
  const f = model.ensemble.nFeatures;
  const forest = createForest(model, f);
  let t0 = performance.now();
  const kf = kernelForest(forest, model.ensemble.cover);
  console.log(name, 'kernelForest ms', (performance.now() - t0).toFixed(1), 'slots', [...kf.slots].filter((_, i) => kf.right[i]! < 0).reduce((a, b) => a + b, 0) / kf.leafValues.length);
  const lanes = Math.ceil(f / 4) * 4;
  const x = Float64Array.from({ length: 8192 * f }, () => Math.fround(Math.random()));
  for (const [bg, pairs] of [[false, false], [true, false], [false, true]] as const) {
    const L = pairs ? Math.ceil((f * (f + 1)) / 8) * 4 : lanes;
    t0 = performance.now();
    const plan = planKernels(kf, { nRows: 1e4, pairs, banzhaf: false, background: bg, lanes: L });
    if (!plan) { console.log('no plan'); continue; }
    const planMs = performance.now() - t0;
    let cells = 0; for (const fl of plan.flags) if (fl & 2) cells++;
    console.log(name, { bg, pairs }, 'plan ms', planMs.toFixed(1), 'cells', cells, 'bits', plan.cellBits, plan.leafBits, 'patterns', plan.patterns, 'est build ms', (plan.tableSeconds * 1e3).toFixed(1), 'est us/row', (plan.rowSeconds * 1e6).toFixed(1), 'walks', plan.usesWalks);
    const k = new TablesKernel(kernels.tables, kf, plan, { capacity: 8192, pairs, banzhaf: false, background: bg ? { x: x.slice(0, 100 * f), weights: new Float64Array(100).fill(0.01) } : null });
    if (bg) console.log('  keep', cpu(() => { if (k.keeps) for (let g = 0; g < k.groups; g++) k.keep(g); }, 1));
    for (const n of [8, 1000, 8192]) {
      console.log('  rows', n, 'load', cpu(() => k.load(x.subarray(0, n * f), n)), 'run', cpu(() => { k.load(x.subarray(0, n * f), n); for (let g = 0; g < k.groups; g++) k.run(g); }));
    }
  }
  const flags = new Uint8Array(kf.right.length).fill(8);
  t0 = performance.now();
  const one = new QuadratureKernel(kernels.quadrature, kf, flags, { byRow: true, banzhaf: false });
  console.log('  quad setup', (performance.now() - t0).toFixed(1));
  console.log('  one row x10', cpu(() => { for (let i = 0; i < 10; i++) { one.load(x.subarray(i * f, i * f + f), 1); for (let g = 0; g < one.groups; g++) one.run(g); } }, 20));
  const many = new QuadratureKernel(kernels.quadrature, kf, flags, { byRow: false, banzhaf: false });
  console.log('  16 rows x6', cpu(() => { for (let i = 0; i < 6; i++) { many.load(x.subarray(i * 16 * f, (i * 16 + 16) * f), 16); for (let g = 0; g < many.groups; g++) many.run(g); } }, 20));
}
