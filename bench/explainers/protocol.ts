import type { ExplainerId, ExplainSpec } from '#/explainers/explainer';

/** What a lane explains: a model of `.bench`, the first rows of its table, and how. */
export interface Job {
  /** File in `.bench`: `houses_d8.json`, `census_mlp.onnx`. */
  readonly model: string;
  readonly rows: number;
  readonly work:
    | {
        readonly kind: 'explain';
        readonly explainer: ExplainerId;
        readonly space: ExplainSpec['outputSpace'];
        readonly parameters: ExplainSpec['parameters'];
        /** Background rows. */
        readonly background: number;
        readonly seed: number;
      }
    /** Row by row, so that each has its own time. */
    | { readonly kind: 'anchors'; readonly training: number }
    /** Partial dependence of one feature with a line for every row. */
    | { readonly kind: 'curves'; readonly feature: number; readonly points: number };
}

/** A lane answers these one after the other: `install` a model, `prepare` a job on it, `measure` that job. */
export type LaneRequest =
  | { readonly kind: 'install'; readonly model: string }
  | { readonly kind: 'prepare'; readonly job: Job }
  /** Runs the job until `atLeast` milliseconds are over, once at least; gives back the values of the first `keep` rows. */
  | { readonly kind: 'measure'; readonly atLeast: number; readonly keep: number };

export interface LaneAnswer {
  /** Wall milliseconds of one run. */
  readonly ms: number;
  readonly runs: number;
  /** CPU milliseconds of one run, all threads; NaN where the lane cannot know and its owner fills it in. */
  readonly cpu: number;
  /** Of the first `keep` rows: values, or interactions where the job asks for them. */
  readonly values: readonly number[];
  readonly resultBytes: number;
  /** Memory of all WebAssembly kernels of the last job; the runtime's is not among them. */
  readonly kernelBytes: number;
  readonly anchors: { readonly medianRowMs: number; readonly precision: number; readonly coverage: number } | null;
}

/** Our code somewhere: a Node process or a worker of Chromium. */
export interface Lane {
  readonly name: 'Node' | 'Chromium';
  readonly version: string;
  ask(request: LaneRequest): Promise<LaneAnswer>;
  /** Collects garbage, then lets the peak of the process start again. Null where the system does not tell. */
  resetPeak(): Promise<PeakReader | null>;
  close(): Promise<void>;
}

/** Growth of the process in bytes, from the reset to its peak since. */
export type PeakReader = () => number;
