/** Anchor rules of many rows as one list: equal rules stand once, with the rows that they anchor. */
import { LimpidError } from '#/base/errors';
import { predicateKey, ruleText, type AnchorRule } from '#/domain/anchor-rule';
import type { Explanation } from '#/domain/explanation';
import { classLabels } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import type { Question } from './question';
import { countRows } from './resolve-scope';
import type { Coverage } from './scope';

export interface RulesParams {
  /** Id of an explanation with rules; null: the latest one. */
  readonly explanation: string | null;
}

export interface ListedRule {
  readonly text: string;
  /** Label of the class that the rule keeps. */
  readonly predicted: string;
  readonly precision: number;
  readonly precisionLow: number;
  readonly precisionHigh: number;
  readonly coverage: number;
  readonly success: boolean;
  /** Explained rows that the rule was found for, and the first of them. */
  readonly rows: number;
  readonly exampleRow: number;
}

export interface RulesAnswer {
  /** Rules of most rows first. */
  readonly rules: readonly ListedRule[];
  /** Rows whose rule reached the wanted precision. */
  readonly successes: number;
  readonly coverage: Coverage;
}

export const rulesQuestion: Question<RulesParams, RulesAnswer> = {
  id: 'rules',
  reads: ['explanations', 'table', 'meta'],
  answer(study, { explanation: id }) {
    const explanation = findRules(study, id);
    const labels = classLabels(study.outputs);
    const byRule = new Map<string, { rule: AnchorRule; rows: number; exampleRow: number }>();
    let successes = 0;
    let used = 0;
    explanation.rules?.forEach((rule, position) => {
      if (rule === null) return;
      used++;
      if (rule.success) successes++;
      const key = `${rule.predictedClass}:${rule.predicates.map(predicateKey).sort().join('&')}`;
      const known = byRule.get(key);
      if (known === undefined) byRule.set(key, { rule, rows: 1, exampleRow: explanation.rows[position]! });
      else known.rows++;
    });
    const rules = [...byRule.values()].map(({ rule, rows, exampleRow }): ListedRule => ({
      text: ruleText(explanation.features, rule.predicates),
      predicted: labels[rule.predictedClass] ?? '',
      precision: rule.precision,
      precisionLow: rule.precisionLow,
      precisionHigh: rule.precisionHigh,
      coverage: rule.coverage,
      success: rule.success,
      rows,
      exampleRow,
    }));
    rules.sort((a, b) => b.rows - a.rows || b.coverage - a.coverage || a.exampleRow - b.exampleRow);
    return { rules, successes, coverage: { used, total: countRows(study) } };
  },
};

/** @throws LimpidError `NotFound` when there are no rules */
function findRules(study: Study, id: string | null): Explanation {
  const found = study.explanations.findLast((explanation) => explanation.rules !== undefined && (id === null || explanation.id === id));
  if (found === undefined) throw new LimpidError({ tag: 'NotFound', message: 'No rows have anchor rules.' });
  return found;
}
