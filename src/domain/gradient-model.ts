import type { EncodedRows } from '#/domain/model';
import type { AdditiveSpace } from '#/domain/units';

/** A hidden layer whose activations and gradients can be read. */
export interface LayerInfo {
  /** The tensor's name in the graph: stable id. */
  readonly id: string;
  /** `ReLU 2`: unique in the net. */
  readonly name: string;
  readonly kind: 'linear' | 'normalisation' | 'activation';
  /** `ReLU 2 (12 neurons)`: what a person reads. */
  readonly label: string;
  readonly neurons: number;
}

/** What the gradient methods need to know of a net before they run. */
export interface GradientFacts {
  readonly layers: readonly LayerInfo[];
  /** Every nonlinearity of the net has a rescale rule whose sums are exact (DeepLIFT); else why not. */
  readonly rescale: true | { readonly reason: string };
  /** Output spaces that can be differentiated, the model's own scores first, with the unit of each. */
  readonly spaces: readonly { readonly id: GradientRequest['space']; readonly space: AdditiveSpace }[];
  /** By feature: the number that the model's own imputer puts for a missing cell; null where it has none. */
  readonly fills: readonly (number | null)[];
  /** Multiplications of one row through the net, for estimates. */
  readonly work: number;
}

/** What to differentiate with respect to what. */
export interface GradientRequest {
  /** Stored output, or a neuron of a layer as the target. */
  readonly of:
    { readonly kind: 'output'; readonly output: number } | { readonly kind: 'neuron'; readonly layer: string; readonly neuron: number };
  /** `raw`: before the last sigmoid or softmax. `probability`: the model's own scores. */
  readonly space: 'raw' | 'probability';
  /** Null: gradients by feature. Else a layer id: gradients by neuron. */
  readonly by: string | null;
}

/** Gradients by the neurons of a layer, with the activations at the same rows: both row-major [nRows, neurons]. */
export interface LayerGradients {
  readonly gradients: Float64Array;
  readonly activations: Float64Array;
}

/**
 * A net that can be differentiated: forward, backward by a generated graph, hidden layers. Inputs are the encoded rows of
 * the study's features; only numeric features can be differentiated; a NaN cell gives NaN unless the model imputes it. Computed in float32. Not re-entrant. Methods throw LimpidError `ModelFailed` | `Aborted`,
 * `BadRequest` for a space, layer or neuron that the net does not have.
 */
export interface GradientPredictor {
  readonly nFeatures: number;
  readonly nOutputs: number;
  readonly facts: GradientFacts;
  /** Values of the target: [nRows]. */
  values(rows: EncodedRows, of: GradientRequest['of'], space: GradientRequest['space'], signal?: AbortSignal): Promise<Float64Array>;
  /** d target / d (input or layer): row-major [nRows, nFeatures or neurons]. */
  gradients(rows: EncodedRows, request: GradientRequest, signal?: AbortSignal): Promise<Float64Array>;
  /** d target / d layer and the layer itself in one pass. `request.by` names the layer. */
  layerGradients(rows: EncodedRows, request: GradientRequest, signal?: AbortSignal): Promise<LayerGradients>;
  /** Activations of a layer: row-major [nRows, neurons]. */
  activations(rows: EncodedRows, layer: string, signal?: AbortSignal): Promise<Float64Array>;
  /** DeepLIFT rescale multipliers of rows against references, pair by pair (same nRows): [nRows, nFeatures]. */
  multipliers(rows: EncodedRows, references: EncodedRows, request: GradientRequest, signal?: AbortSignal): Promise<Float64Array>;
  dispose(): Promise<void>;
}
