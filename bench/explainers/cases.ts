import type { ExplainerId } from '#/explainers/explainer';
import type { Job } from './protocol';

/** A row of the table: a job of ours, the same job of a peer, and the bar between them. */
export interface Case {
  readonly section: string;
  readonly what: string;
  readonly job: Job;
  readonly peer: {
    readonly name: string;
    /** In which of the Python processes. */
    readonly at: 'peers' | 'alibi';
    readonly model: string;
    /** Fewer than the job's where the peer is slow and its time a row does not depend on their number: its total is then scaled up. */
    readonly rows: number;
    /** Largest difference of values, of the largest value; null: other numbers are given, not the same. */
    readonly tolerance: number | null;
  } | null;
  /** The least peer time / our time. */
  readonly ratio: number | null;
  /** The most milliseconds: of the whole job, or of the median row for anchors. */
  readonly most: number | null;
}

const explain = (
  model: string,
  rows: number,
  explainer: ExplainerId,
  more: Partial<Extract<Job['work'], { kind: 'explain' }>> = {},
): Job => ({
  model,
  rows,
  work: { kind: 'explain', explainer, space: 'raw', parameters: {}, background: 100, seed: 902, ...more },
});

function treeCases(
  section: string,
  model: string,
  peer: string,
  bars: readonly (readonly [rows: number, ratio: number | null, peerRows: number])[],
  job: (rows: number) => Job,
  tolerance: number,
): Case[] {
  return bars.map(([rows, ratio, peerRows]) => ({
    section,
    what: section,
    job: job(rows),
    peer: { name: peer, at: 'peers', model, rows: peerRows, tolerance },
    ratio,
    most: null,
  }));
}

const path = (model: string) => (rows: number) => explain(`${model}.json`, rows, 'tree-path-dependent');

export const interventional = (rows: number, background: number): Job =>
  explain('houses_d8.json', rows, 'tree-interventional', { background });

export const pathDependent = (rows: number): Job => path('houses_d8')(rows);

/** In the order in which they run. */
export const CASES: readonly Case[] = [
  ...treeCases(
    'Path-dependent, boosted trees d8, 8 features',
    'houses_d8',
    'xgboost',
    [
      [1, 3, 1],
      [100, 7, 100],
      [1000, 12, 1000],
      [10_000, 40, 2500],
    ],
    path('houses_d8'),
    1e-5,
  ),
  ...treeCases(
    'Path-dependent, boosted trees d8, 14 features',
    'census_d8',
    'xgboost',
    [
      [1, 3, 1],
      [100, 7, 100],
      [1000, 7.5, 1000],
      [10_000, 24, 2500],
    ],
    path('census_d8'),
    1e-5,
  ),
  ...treeCases(
    'Path-dependent, scikit-learn forest d8, 8 features',
    'houses_rf',
    'shap forest',
    [
      [1, 2.5, 1],
      [100, 7.5, 100],
      [1000, 12, 1000],
      [10_000, 35, 500],
    ],
    path('houses_rf'),
    1e-5,
  ),
  ...treeCases(
    'Path-dependent, LightGBM of 255 leaves, 8 features',
    'houses_lgb',
    'lightgbm',
    [
      [1, null, 1],
      [100, null, 100],
      [1000, null, 300],
    ],
    path('houses_lgb'),
    1e-5,
  ),
  ...treeCases(
    'Path-dependent, boosted trees d3, 8 features',
    'houses_d3',
    'xgboost',
    [
      [1, null, 1],
      [100, null, 100],
      [10_000, null, 10_000],
    ],
    path('houses_d3'),
    1e-5,
  ),
  ...treeCases(
    'Path-dependent, boosted trees d16, 14 features',
    'census_d16',
    'xgboost',
    [
      [1, 1, 1],
      [100, 3, 100],
      [1000, 3, 200],
    ],
    path('census_d16'),
    1e-5,
  ),
  ...treeCases(
    'Interventional, 100 background rows, boosted trees d8',
    'houses_d8',
    'shap interventional',
    [
      [1000, 30, 300],
      [10_000, 200, 300],
    ],
    (rows) => interventional(rows, 100),
    1e-5,
  ),
  ...treeCases(
    'Interactions, boosted trees d8',
    'houses_d8',
    'xgboost interactions',
    [
      [1000, 15, 100],
      [10_000, 75, 100],
    ],
    (rows) => explain('houses_d8.json', rows, 'tree-path-dependent', { parameters: { interactions: true } }),
    1e-5,
  ),
  {
    section: 'Integrated Gradients, 50 steps, net 64 x 2',
    what: 'Integrated Gradients',
    job: explain('census_mlp.onnx', 1024, 'integrated-gradients', { space: 'probability', parameters: { steps: 50 } }),
    peer: { name: 'captum', at: 'peers', model: 'census_mlp', rows: 1024, tolerance: 1e-4 },
    ratio: 1,
    most: null,
  },
  {
    section: 'Partial dependence and ICE, 50 points, boosted trees d8',
    what: 'Partial dependence with all lines',
    job: { model: 'houses_d8.json', rows: 1000, work: { kind: 'curves', feature: 0, points: 50 } },
    peer: null,
    ratio: null,
    most: 100,
  },
  {
    section: 'Anchors, boosted trees d8, precision 0.95',
    what: 'Anchors, median row',
    job: { model: 'census_d8.onnx', rows: 40, work: { kind: 'anchors', training: 20_000 } },
    peer: { name: 'alibi anchors', at: 'alibi', model: 'census_d8', rows: 40, tolerance: null },
    ratio: null,
    most: 20,
  },
];

/** Rows that the Shapley values by enumeration (`.truth`) are of. */
export const KERNEL_ROWS = 12;

export const kernel = (model: string, budget: number, seed: number): Job =>
  explain(`${model}.onnx`, KERNEL_ROWS, 'kernel', { space: 'probability', parameters: { budget }, seed });

/** Coalitions a row, from the smallest that 14 features allow to the automatic choice. */
export const KERNEL_BUDGETS: readonly number[] = [112, 136, 160, 192, 224, 272, 320, 400, 512, 640, 768, 900, 1052, 1500, 2076, 4096];

export const KERNEL_PEERS = [
  { name: 'shap kernel', ratio: 4 },
  { name: 'shap kernel l1_reg=False', ratio: 2 },
] as const;

export const KERNEL_MODELS: readonly { readonly model: string; readonly what: string }[] = [
  { model: 'census_mlp', what: 'net 64 x 2' },
  { model: 'census_d8', what: 'boosted trees d8' },
];

/** Jobs whose memory is watched, each in a fresh process. */
export const MEMORY_CASES: readonly { readonly what: string; readonly job: Job }[] = [
  { what: 'Path-dependent, d8', job: pathDependent(10_000) },
  { what: 'Path-dependent, d16', job: path('census_d16')(1000) },
  { what: 'Interventional, 100 background rows', job: interventional(10_000, 100) },
  { what: 'Interventional, 20,000 background rows', job: interventional(10_000, 20_000) },
  { what: 'Interactions, d8', job: explain('houses_d8.json', 10_000, 'tree-path-dependent', { parameters: { interactions: true } }) },
  { what: 'Kernel SHAP, net', job: kernel('census_mlp', 0, 902) },
  { what: 'Integrated Gradients', job: explain('census_mlp.onnx', 1024, 'integrated-gradients', { space: 'probability' }) },
  { what: 'Anchors', job: { model: 'census_d8.onnx', rows: 40, work: { kind: 'anchors', training: 20_000 } } },
  { what: 'Partial dependence', job: { model: 'houses_d8.json', rows: 1000, work: { kind: 'curves', feature: 0, points: 50 } } },
];
