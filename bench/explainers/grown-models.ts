import { mkdirSync, writeFileSync } from 'node:fs';
import { createRng, type Rng } from '#/base/rng';
import type { TreeModel } from '#/domain/tree-model';
// eslint-disable-next-line no-restricted-imports -- bench/ has no alias
import { grownForest } from '../grown-forest';

const ROWS = 10_000;
const BACKGROUND = 20_000;

/** Stand-ins of about the same size for where there is no Python to train the models: boosted trees only, in XGBoost's format. */
export function growModels(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const rng = createRng(902);
  const columns: Record<string, { name: string; categories: number }[]> = {};
  const leaves: Record<string, number> = {};
  for (const [name, nFeatures, models] of [
    [
      'houses',
      8,
      [
        ['d8', 8, 228],
        ['rf', 8, 249],
        ['d3', 3, 8],
      ],
    ],
    [
      'census',
      14,
      [
        ['d8', 8, 107],
        ['d16', 16, 900],
      ],
    ],
  ] as const) {
    columns[name] = Array.from({ length: nFeatures }, (_, i) => ({ name: `x${i}`, categories: 0 }));
    writeFileSync(`${folder}/${name}.rows`, uniform(ROWS * nFeatures, rng));
    writeFileSync(`${folder}/${name}.background`, uniform(BACKGROUND * nFeatures, rng));
    for (const [size, depth, perTree] of models) {
      const model = grownForest(100, depth, nFeatures, perTree, rng);
      leaves[`${name}_${size}`] = model.ensemble.leafValues.length;
      writeFileSync(`${folder}/${name}_${size}.json`, JSON.stringify(xgboostJson(model)));
    }
  }
  writeFileSync(`${folder}/facts.json`, JSON.stringify({ columns, leaves }));
}

function uniform(count: number, rng: Rng): Float32Array {
  return Float32Array.from({ length: count }, () => rng.next());
}

/** The fields that a reader of such a file needs. */
function xgboostJson({ ensemble }: TreeModel): unknown {
  const { roots, yes, no, feature, threshold, leaf, leafValues, cover, nFeatures } = ensemble;
  const trees = Array.from(roots, (root, tree) => {
    const end = roots[tree + 1] ?? feature.length;
    // Trees lie one behind the other, each with its root first.
    const nodes = Array.from({ length: end - root }, (_, i) => root + i);
    const child = (side: Int32Array, node: number): number => (feature[node]! < 0 ? -1 : side[node]! - root);
    return {
      left_children: nodes.map((node) => child(yes, node)),
      right_children: nodes.map((node) => child(no, node)),
      split_indices: nodes.map((node) => Math.max(0, feature[node]!)),
      split_conditions: nodes.map((node) => (feature[node]! < 0 ? leafValues[leaf[node]!] : threshold[node])),
      split_type: nodes.map(() => 0),
      default_left: nodes.map(() => 0),
      sum_hessian: nodes.map((node) => cover?.[node] ?? 0),
      categories: [],
      categories_nodes: [],
      categories_segments: [],
      categories_sizes: [],
    };
  });
  return {
    learner: {
      feature_names: [],
      feature_types: [],
      gradient_booster: {
        model: { gbtree_model_param: { num_parallel_tree: '1', num_trees: '100' }, tree_info: trees.map(() => 0), trees },
        name: 'gbtree',
      },
      learner_model_param: { base_score: '0.5', num_class: '0', num_feature: String(nFeatures), num_target: '1' },
      objective: { name: 'reg:squarederror' },
    },
    version: [3, 4, 1],
  };
}
