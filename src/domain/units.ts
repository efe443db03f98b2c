/**
 * The space that values are additive in. Decided by additivity against the predictions, never by a file's claims alone.
 * `log-odds`: expit(sum + base) is the probability. `softmax margin`: softmax over classes is; the base is defined up to a constant.
 * `log`: exp(sum + base) is the value. `value`: the target's own unit. `score`: a raw score without known link.
 */
export type AdditiveSpace = 'probability' | 'log-odds' | 'softmax margin' | 'log' | 'value' | 'score' | 'none';

/** How an explanation's sums were checked; shown as a badge. */
export type AdditivityBadge =
  /** max |inverse link(sum + base) - prediction| over the explained rows, in prediction space. */
  | { readonly kind: 'measured'; readonly maxResidual: number }
  /** The method imposes the sum (Kernel SHAP): no quality mark. */
  | { readonly kind: 'by construction'; readonly maxResidual: number }
  /** Sums to a surrogate, whose fidelity to the model is given where known. */
  | { readonly kind: 'surrogate'; readonly fidelity: Fidelity | null }
  /** Cannot be checked: no predictions, no base, no local values; or the method is not additive. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Fidelity {
  readonly metric: 'R²' | 'accuracy';
  readonly value: number;
  readonly nRows: number;
}

export function expit(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

export function logit(p: number): number {
  return Math.log(p) - Math.log1p(-p);
}
