import type { BackgroundChoice } from '#/domain/background-choice';
import type { AnchorRule } from '#/domain/anchor-rule';
import type { ExplanationId } from '#/domain/ids';
import type { FeatureSchema } from '#/domain/model';
import type { Surrogate } from '#/domain/surrogate';
import type { AdditiveSpace, AdditivityBadge } from '#/domain/units';

/** Rows in one block of local values. */
export const BLOCK_ROWS = 8192;

/**
 * Local values: `blocks[output][block]` is row-major [rows in block, nFeatures]; block b holds
 * explained rows [b * BLOCK_ROWS, min((b + 1) * BLOCK_ROWS, rows.length)). NaN where not computed.
 */
export type LocalBlocks = readonly (readonly (Float32Array | Float64Array)[])[];

export interface Provenance {
  /** Explainer id of ours, or the tool that wrote the file (`interpret-community`, `shap 0.51.0`). */
  readonly explainer: string;
  /** Which library's semantics, or `definition`. */
  readonly semantics: string;
  readonly parameters: Readonly<Record<string, string | number | boolean | null>>;
  readonly seed: number | null;
  /** Hash of the encoded background rows and weights. */
  readonly backgroundHash: string | null;
  readonly backgroundRows: number | null;
  readonly evaluations: number | null;
  readonly seconds: number | null;
  /** File it was read from, null when computed here. */
  readonly source: string | null;
  /** The choice behind the background rows, so that a result can be computed again. */
  readonly background?: BackgroundChoice;
}

export type ExplanationState = 'running' | 'complete' | 'partial' | 'failed';

/** A saved or derived global importance, never mixed with values derived from local ones. */
export interface GlobalValues {
  /** [nOutputs][nFeatures] when known per stored output, else null. */
  readonly perOutput: readonly Float64Array[] | null;
  /** [nFeatures] over all outputs. */
  readonly overall: Float64Array;
  /** How the file's tool made it: `mean |value|`, `split count`, `coefficient`, `drop in metric`; null unknown. */
  readonly meaning: string | null;
  /** Standard deviation over repeats (permutation importance). */
  readonly spread: Float64Array | null;
  /** Values may be negative and mean so (permutation importance, signed coefficients). */
  readonly signed: boolean;
}

export interface Explanation {
  readonly id: ExplanationId;
  /** Shown in the picker: `Tree SHAP`, `Kernel SHAP`, `mimic (LightGBM)`. */
  readonly name: string;
  /** Stable method id: `tree-path-dependent`, `tree-interventional`, `kernel`, `permutation-importance`, `imported`. */
  readonly method: string;
  /** `layer`: the players are neurons of a hidden layer. `grouped`: sums over groups of features. */
  readonly featureSpace: 'raw' | 'engineered' | 'layer' | 'grouped';
  readonly features: readonly FeatureSchema[];
  /** Space that values add up in, and its unit for axis titles. */
  readonly space: AdditiveSpace;
  /** Stored outputs explained; equals storedOutputCount(study.outputs). */
  readonly nOutputs: number;
  /** Table rows that were (or will be) explained, in block order. Empty for global-only explanations. */
  readonly rows: Int32Array;
  /** How many of `rows`, from the start, are finished. */
  readonly completed: number;
  readonly state: ExplanationState;
  readonly local: LocalBlocks | null;
  /** Same layout as local: standard error of each value, where the explainer samples. */
  readonly standardErrors: LocalBlocks | null;
  /** [nOutputs]; null when the file brings none. */
  readonly baseValues: Float64Array | null;
  readonly saved: GlobalValues | null;
  readonly badge: AdditivityBadge;
  readonly provenance: Provenance;
  /**
   * Interaction values like local, with [nFeatures, nFeatures] numbers a row: symmetric, off the diagonal half of the pair's
   * interaction (shap), the diagonal holds the rest, so that each line sums to the feature's value.
   */
  readonly interactions?: LocalBlocks;
  /** The simple model that the values come from. */
  readonly surrogate?: Surrogate;
  /** Rules by position in `rows`; null where not finished. Such an explanation has no local values. */
  readonly rules?: readonly (AnchorRule | null)[];
}

/** Local values of explained row `position` for one stored output: a view, not a copy [nFeatures]. */
export function localRow(explanation: Explanation, blocks: LocalBlocks, output: number, position: number): Float32Array | Float64Array {
  const nFeatures = explanation.features.length;
  const block = blocks[output]?.[Math.floor(position / BLOCK_ROWS)];
  if (!block) throw new RangeError(`no block for output ${output}, position ${position}`);
  const start = (position % BLOCK_ROWS) * nFeatures;
  return block.subarray(start, start + nFeatures);
}

/** Empty (NaN) blocks for `nRows` rows: float32 on the page, float64 where a result is written with all its digits. */
export function allocateBlocks(
  nOutputs: number,
  nRows: number,
  nFeatures: number,
  precision: 'float32' | 'float64' = 'float32',
): (Float32Array | Float64Array)[][] {
  const Values = precision === 'float64' ? Float64Array : Float32Array;
  return Array.from({ length: nOutputs }, () =>
    Array.from({ length: Math.ceil(nRows / BLOCK_ROWS) }, (_, b) =>
      new Values(Math.min(BLOCK_ROWS, nRows - b * BLOCK_ROWS) * nFeatures).fill(NaN),
    ),
  );
}
