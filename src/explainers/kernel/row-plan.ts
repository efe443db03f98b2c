import type { CoalitionPlan } from '#/explainers/kernel/budget';
import { EXACT_EVALUATIONS, MOST_EXACT_PLAYERS } from '#/explainers/kernel/budget';

/** What to do with each background row for one explained row. */
export interface RowPlan {
  /** Background rows whose own game is enumerated. */
  readonly exact: readonly number[];
  /** The others: the game of their mean is sampled. */
  readonly sampled: readonly number[];
}

/** Additions that listing all coalitions of a row may take. */
const MOST_ADDITIONS = 2 ** 23;

/** Mixed rows that enumerate the game of one background row from which `n` players differ. */
export function enumerationCost(n: number): number {
  return n === 0 ? 0 : 2 ** n - 2;
}

/** Mixed rows that an explained row may cost. */
function allowance(plan: CoalitionPlan, budget: number, backgroundRows: number): number {
  const asked = plan.coalitions * backgroundRows;
  return budget === 0 ? Math.max(EXACT_EVALUATIONS, asked) : asked;
}

/**
 * The interventional game is a mean of one game a background row, in which only the players that differ from that background
 * row count, and Shapley values are linear: v = sum over b of w_b v_b. So a background row with few differing players
 * is enumerated at a lower cost than sampling it, without error; the sample is left with the mean of the others. Data
 * with categories and zeros is often exact altogether, as two rows share most of their cells.
 *
 * @param differing - by background row: number of players that differ from it
 */
export function planRow(plan: CoalitionPlan, budget: number, differing: Int32Array): RowPlan {
  const order = Array.from(differing.keys()).sort((a, b) => differing[a]! - differing[b]! || a - b);
  const all = order.reduce((sum, b) => sum + enumerationCost(differing[b]!), 0);
  const largest = differing[order[order.length - 1]!]!;
  if (plan.kind === 'exact' || (largest <= MOST_EXACT_PLAYERS && all <= allowance(plan, budget, differing.length)))
    return { exact: [...differing.keys()], sampled: [] };
  const exact: number[] = [];
  let left = plan.coalitions * differing.length;
  for (const [at, b] of order.entries()) {
    const cost = enumerationCost(differing[b]!);
    if (differing[b]! > MOST_EXACT_PLAYERS || cost + plan.coalitions * (order.length - at - 1) > left) break;
    left -= cost;
    exact.push(b);
  }
  return { exact: exact.sort((a, b) => a - b), sampled: order.slice(exact.length).sort((a, b) => a - b) };
}

/** A link acts on the mean over the background, so that all coalitions of the varying players are needed at once. */
export function listsAllCoalitions(plan: CoalitionPlan, budget: number, varying: number, differing: Int32Array): boolean {
  if (varying > MOST_EXACT_PLAYERS) return false;
  if (plan.kind === 'exact' || 2 ** varying - 2 <= plan.coalitions) return true;
  const all = differing.reduce((sum, n) => sum + enumerationCost(n), 0);
  return all <= allowance(plan, budget, differing.length) && 2 ** varying * differing.length <= MOST_ADDITIONS;
}
