import type { Outputs } from '#/domain/outputs';
import type { AdditiveSpace, AdditivityBadge } from '#/domain/units';
import { count, percent, short } from '#/text/format';

/** Unit of an explanation's values, as axis titles and badges show it. */
export function unitLabel(space: AdditiveSpace, outputs: Outputs): string {
  switch (space) {
    case 'value':
      return 'unit' in outputs ? (outputs.unit ?? outputs.targetName) : 'value';
    case 'softmax margin':
      return 'softmax margin';
    case 'log':
      return `log ${'unit' in outputs ? (outputs.unit ?? outputs.targetName) : 'value'}`;
    case 'none':
      return 'not additive';
    case 'probability':
    case 'log-odds':
    case 'score':
      return space;
    default:
      return space satisfies never;
  }
}

/** Sums that miss the prediction by more than this are marked as a warning. */
const GOOD_RESIDUAL = 1e-3;

export interface BadgeText {
  /** Beside the explanation's name: `✓ 2e-7`. */
  readonly short: string;
  /** One sentence. */
  readonly long: string;
  readonly tone: 'good' | 'neutral' | 'warning';
}

/** @param local - whether there are values of single rows, which could sum to something */
export function badgeText(badge: AdditivityBadge, local = true): BadgeText {
  switch (badge.kind) {
    case 'measured':
      return badge.maxResidual <= GOOD_RESIDUAL
        ? {
            short: `✓ ${short(badge.maxResidual)}`,
            long: `Base value plus contributions sums to the prediction within ${short(badge.maxResidual)}.`,
            tone: 'good',
          }
        : {
            short: `off by ${short(badge.maxResidual)}`,
            long: `Base value plus contributions misses the prediction by up to ${short(badge.maxResidual)}.`,
            tone: 'warning',
          };
    case 'by construction':
      return {
        short: 'by construction',
        long: 'The method forces the values to sum to the prediction, so the sum says nothing about their quality: look at the standard errors.',
        tone: 'neutral',
      };
    case 'surrogate':
      return badge.fidelity === null
        ? { short: 'surrogate', long: 'Explains a surrogate of the model; its fidelity to the model is not known.', tone: 'warning' }
        : {
            short: `surrogate ${fidelityText(badge) ?? ''}`,
            long: `${local ? 'Sums to' : 'Explains'} a surrogate that follows the model with ${fidelityText(badge) ?? ''} on ${count(badge.fidelity.nRows)} rows.`,
            tone: 'neutral',
          };
    case 'unknown':
      return { short: 'sum not checked', long: sentence(badge.reason), tone: 'neutral' };
    default:
      return badge satisfies never;
  }
}

/** How well a surrogate follows the model: `accuracy 95.1%`, `R² 0.981`; null for what is no surrogate. */
export function fidelityText(badge: AdditivityBadge): string | null {
  if (badge.kind !== 'surrogate') return null;
  if (badge.fidelity === null) return 'fidelity not known';
  const { metric, value } = badge.fidelity;
  return `${metric} ${metric === 'accuracy' ? percent(value) : short(value)}`;
}

/** What an explanation is called wherever it is named: a surrogate never without its fidelity. */
export function explanationName({ name, badge }: { readonly name: string; readonly badge: AdditivityBadge }): string {
  const fidelity = fidelityText(badge);
  return fidelity === null ? name : `${name} · ${fidelity}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}
