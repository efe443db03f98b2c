import { createRng } from '#/base/rng';
import { createForest } from '#/explainers/forest';
import { kernelForest } from '#/explainers/kernel-forest';
import { planKernels } from '#/kernels/kernel-plan';
import { QuadratureKernel } from '#/kernels/quadrature-kernel';
import { TablesKernel } from '#/kernels/tables-kernel';
import { nodeKernels } from '#/testing/kernels';
import { randomTreeModel } from '#/testing/random-trees';
const kernels = await nodeKernels();
for (const [nTrees, depth, nColumns, nOutputs] of [[1, 2, 3, 1], [3, 3, 3, 1], [4, 3, 3, 1],[5,3,3,1], [8, 3, 3, 1], [1, 3, 3, 2], [4, 7, 5, 1], [4, 7, 5, 2], [20, 7, 50, 1]] as const) {
  const model = randomTreeModel({ nTrees, depth, nColumns, nOutputs, full: true, mixed: false }, createRng(5));
  const forest = createForest(model, nColumns);
  const kf = kernelForest(forest, model.ensemble.cover);
  const x = Float64Array.from({ length: 16 * nColumns }, () => Math.random());
  const lanes = 4 * Math.ceil(kf.players.length / 4);
  const plan = planKernels(kf, { nRows: 1e7, pairs: false, banzhaf: false, background: false, lanes })!;
  const t = new TablesKernel(kernels.tables, kf, plan, { capacity: 16, pairs: false, banzhaf: false, background: null });
  const q = new QuadratureKernel(kernels.quadrature, kf, new Uint8Array(kf.right.length).fill(8), { byRow: false, banzhaf: false });
  for (const k of [t, q]) { k.load(x, 16); for (let g = 0; g < k.groups; g++) k.run(g); }
  const a = t.values(), b = q.values();
  let worst = 0;
  for (let r = 0; r < 16 * nOutputs; r++) for (let p = 0; p < kf.players.length; p++) worst = Math.max(worst, Math.abs(a[r * t.lanes + p]! - b[r * q.lanes + p]!));
  console.log(nTrees, depth, nColumns, nOutputs, 'cells', plan.cellBits, plan.leafBits, plan.usesWalks, worst);
}
