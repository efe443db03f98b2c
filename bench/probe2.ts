import { readFileSync } from 'node:fs';
import { createRng } from '#/base/rng';
import { gaussLegendre } from '#/math/quadrature';
import { createForest } from '#/explainers/forest';
import { kernelForest } from '#/explainers/kernel-forest';
import { QuadratureKernel } from '#/kernels/quadrature-kernel';
import { nodeKernels } from '#/testing/kernels';
import { grownForest } from './grown-forest';
const kernels = await nodeKernels();
const cpu = (f: () => void, reps = 7) => {
  const t: number[] = [];
  for (let i = 0; i < reps; i++) { const b = process.cpuUsage(); f(); const s = process.cpuUsage(b); t.push((s.user + s.system) / 1000); }
  t.sort((a, b) => a - b);
  return t[0]!.toFixed(2) + '/' + t[t.length >> 1]!.toFixed(2);
};
for (const [name, model, order] of [['8', grownForest(100, 8, 8, 230, createRng(1)), 4], ['14', grownForest(100, 8, 14, 116, createRng(2)), 4], ['d16', grownForest(100, 16, 14, 1050, createRng(3)), 8]] as const) {
  const f = model.ensemble.nFeatures;
  const forest = createForest(model, f);
  const kf = kernelForest(forest, model.ensemble.cover);
  const x = Float64Array.from({ length: 8192 * f }, () => Math.fround(Math.random()));
  const flags = new Uint8Array(kf.right.length).fill(8);
  const one = new QuadratureKernel(kernels.quadrature, kf, flags, { byRow: true, banzhaf: false });
  const many = new QuadratureKernel(kernels.quadrature, kf, flags, { byRow: false, banzhaf: false });
  const { instance } = await WebAssembly.instantiate(readFileSync('build/bench/proto.wasm'), {});
  const e = instance.exports as any;
  const put = (a: ArrayBufferView): number => { const p = e.alloc(a.byteLength); new Uint8Array(e.memory.buffer, p, a.byteLength).set(new Uint8Array(a.buffer, a.byteOffset, a.byteLength)); return p; };
  const { ensemble } = model;
  const view = new DataView(new ArrayBuffer(ensemble.feature.length * 24));
  for (let i = 0; i < ensemble.feature.length; i++) {
    const p = i * 24; const isLeaf = ensemble.feature[i]! < 0;
    view.setInt32(p, isLeaf ? -1 : ensemble.yes[i]!, true); view.setInt32(p + 4, ensemble.no[i]!, true); view.setInt32(p + 8, ensemble.feature[i]!, true);
    view.setFloat32(p + 12, isLeaf ? ensemble.leafValues[ensemble.leaf[i]!]! : ensemble.threshold[i]!, true); view.setFloat32(p + 16, ensemble.cover![i]!, true);
  }
  e.setForest(put(new Uint8Array(view.buffer)), put(ensemble.roots), ensemble.roots.length);
  const rule = gaussLegendre(order);
  e.prepare(order, put(Float64Array.of(...rule.nodes, ...rule.weights)), ensemble.feature.length, f);
  const px = put(Float32Array.from(x.subarray(0, 96 * f))); const out = e.alloc(96 * f * 8);
  for (let round = 0; round < 3; round++) {
    console.log(name, 'row: proto', cpu(() => { for (let i = 0; i < 10; i++) e.explain(px + i * f * 4, 1, f, out); }, 20), 'ours', cpu(() => { for (let i = 0; i < 10; i++) { one.load(x.subarray(i * f, i * f + f), 1); for (let g = 0; g < one.groups; g++) one.run(g); } }, 20),
      'lanes 96: proto', cpu(() => e.explain(px, 96, f, out), 20), 'ours', cpu(() => { for (let i = 0; i < 6; i++) { many.load(x.subarray(i * 16 * f, (i * 16 + 16) * f), 16); for (let g = 0; g < many.groups; g++) many.run(g); } }, 20));
  }
}
