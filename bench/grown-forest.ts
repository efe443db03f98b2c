import type { Rng } from '#/base/rng';
import type { TreeEnsemble, TreeModel } from '#/domain/tree-model';

/** A forest like a trained one: each tree splits the cube at random, leaf after leaf, until it is deep or full. */
export function grownForest(nTrees: number, depth: number, nFeatures: number, leavesPerTree: number, rng: Rng): TreeModel {
  const feature: number[] = [];
  const threshold: number[] = [];
  const yes: number[] = [];
  const no: number[] = [];
  const cover: number[] = [];
  const roots: number[] = [];
  const add = (rows: number): number => {
    feature.push(-1);
    threshold.push(0);
    yes.push(-1);
    no.push(-1);
    cover.push(rows);
    return feature.length - 1;
  };
  for (let tree = 0; tree < nTrees; tree++) {
    const root = add(20_000);
    roots.push(root);
    let open = [{ node: root, level: 0, box: new Map<number, readonly [number, number]>() }];
    let leaves = 1;
    while (open.length > 0 && leaves < leavesPerTree) {
      const next: typeof open = [];
      for (const { node, level, box } of open) {
        if (level === depth || leaves >= leavesPerTree || cover[node]! < 2) continue;
        const j = Math.floor(nFeatures * rng.next() ** 1.5);
        const [low, high] = box.get(j) ?? [0, 1];
        const at = low + (high - low) * (0.2 + 0.6 * rng.next());
        feature[node] = j;
        threshold[node] = Math.fround(at);
        const share = (at - low) / (high - low);
        yes[node] = add(Math.max(1, Math.round(cover[node]! * share)));
        no[node] = add(Math.max(1, Math.round(cover[node]! * (1 - share))));
        leaves++;
        next.push(
          { node: yes[node], level: level + 1, box: new Map(box).set(j, [low, at]) },
          { node: no[node], level: level + 1, box: new Map(box).set(j, [at, high]) },
        );
      }
      open = next;
    }
  }
  const leaf = Int32Array.from(feature, () => -1);
  let nLeaves = 0;
  feature.forEach((f, node) => {
    if (f < 0) leaf[node] = nLeaves++;
  });
  const ensemble: TreeEnsemble = {
    roots: Int32Array.from(roots),
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    comparison: new Uint8Array(feature.length),
    yes: Int32Array.from(yes),
    no: Int32Array.from(no),
    missingYes: new Uint8Array(feature.length),
    leaf,
    leafValues: Float64Array.from({ length: nLeaves }, () => rng.next() * 2 - 1),
    base: Float64Array.of(0.5),
    nOutputs: 1,
    nFeatures,
    cover: Float64Array.from(cover),
    categorySets: [],
    float32: true,
  };
  return {
    ensemble,
    sources: Array.from({ length: nFeatures }, (_, j) => ({ feature: j, steps: [] })),
    link: 'identity',
    sumSpace: 'value',
  };
}
