import { LimpidError } from '#/base/errors';

/** How many coalitions a row gets, and whether they are all of them. The empty and the full one are free. */
export type CoalitionPlan =
  { readonly kind: 'exact'; readonly coalitions: number } | { readonly kind: 'sampled'; readonly coalitions: number };

/** With an automatic budget all coalitions are taken while 2^players * background rows stays within this. */
export const EXACT_EVALUATIONS = 2 ** 18;

/** All coalitions of more players are never listed. */
const MOST_EXACT_PLAYERS = 20;

/** A sampled design holds no more coalitions, whatever the budget: its matrix is kept in memory. */
const MOST_SAMPLED = 2 ** 17;

/** Coalitions that shap's KernelExplainer takes by default (nsamples="auto"). */
export function automaticBudget(nPlayers: number): number {
  return Math.max(2 * nPlayers + 2048, smallestBudget(nPlayers));
}

/** Below 6 coalitions a player standard errors are not calibrated (measured: 91-93 % coverage at 4, 94-96 % at 6). */
export function smallestBudget(nPlayers: number): number {
  return 6 * nPlayers;
}

/**
 * @param nPlayers - players that vary, 0 or more
 * @param budget - coalitions a row; 0: automatic
 * @throws LimpidError `BudgetTooSmall` with the smallest budget, `BadRequest` for a negative or fractional one
 */
export function planCoalitions(nPlayers: number, backgroundRows: number, budget: number): CoalitionPlan {
  if (!Number.isInteger(budget) || budget < 0)
    throw new LimpidError({ tag: 'BadRequest', message: `A budget of ${budget} coalitions is no whole number above 0.` });
  const all = 2 ** nPlayers - 2;
  const allowed = budget === 0 ? automaticBudget(nPlayers) : budget;
  const affordable = all <= allowed || (budget === 0 && 2 ** nPlayers * backgroundRows <= EXACT_EVALUATIONS);
  if (affordable && nPlayers <= MOST_EXACT_PLAYERS) return { kind: 'exact', coalitions: Math.max(0, all) };
  const smallest = Math.min(all, smallestBudget(nPlayers));
  if (allowed < smallest) {
    throw new LimpidError({
      tag: 'BudgetTooSmall',
      message: `${allowed} coalitions a row are too few for ${nPlayers} features: values would have no trustworthy error bar.`,
      hint: `Give at least ${smallest} coalitions.`,
    });
  }
  return { kind: 'sampled', coalitions: 2 * Math.floor(Math.min(allowed, MOST_SAMPLED) / 2) };
}
