import { csvOf, tableOf } from '#/charts/chart';
import { Button } from '#/components/Button';
import { DataTable } from '#/components/DataTable';
import { askState } from '#/panels/ask-state';
import { StateNotice } from '#/panels/StateNotice';
import { ViewFrame } from '#/panels/ViewFrame';
import type { RulesAnswer } from '#/queries/rules';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import { useAsk } from '#/state/use-ask';
import { useScope } from '#/state/use-scope';
import { rulesText } from '#/text/rules';
import { viewNames } from '#/text/views';

/** Anchor rules of all rows that were asked for: which few rules decide most rows. A line opens its row. */
export function Rules() {
  const active = useScope();
  const explanation = active?.study.explanations.findLast(({ hasRules }) => hasRules) ?? null;
  const query = useAsk('rules', ['explanations', 'table', 'meta'], explanation === null ? null : { explanation: explanation.id });
  if (active === null) return null;
  if (explanation === null) {
    const find = () => useSession.getState().set({ explainOpen: true, explainPreset: { method: 'anchors' } });
    const action = (
      <Button look="primary" onClick={find}>
        {rulesText.find}
      </Button>
    );
    return (
      <ViewFrame title={viewNames.rules}>
        <StateNotice
          state={{ kind: 'empty', message: `${rulesText.none} ${rulesText.noneHint}`, ...(active.study.model === null ? {} : { action }) }}
        />
      </ViewFrame>
    );
  }
  const answer = query.data;
  const state = askState(viewNames.rules, query);
  const running = explanation.state === 'running' || explanation.state === 'partial';
  return (
    <ViewFrame
      title={viewNames.rules}
      sentence={answer === undefined ? undefined : sentenceOf(answer)}
      status={query.isFetching ? 'loading' : running ? 'partial' : 'ready'}
      {...(answer === undefined ? {} : { coverage: answer.coverage })}
    >
      {state !== null && <StateNotice state={state} />}
      {answer !== undefined && <RuleTable answer={answer} />}
    </ViewFrame>
  );
}

function sentenceOf({ rules, successes, coverage }: RulesAnswer): string {
  const [first] = rules;
  return first === undefined
    ? rulesText.empty
    : rulesText.sentence(rules.length, coverage.used, successes, first.text, first.predicted, first.rows);
}

function RuleTable({ answer }: { readonly answer: RulesAnswer }) {
  const { selectRow, set } = useChoices.getState();
  const table = tableOf(
    [
      { name: rulesText.rule, numeric: false },
      { name: rulesText.predicted, numeric: false },
      { name: rulesText.rows, numeric: true },
      { name: rulesText.precision, numeric: true },
      { name: rulesText.low, numeric: true },
      { name: rulesText.high, numeric: true },
      { name: rulesText.coverage, numeric: true },
    ],
    answer.rules.length,
    (line, column) => {
      const rule = answer.rules[line];
      if (rule === undefined) return null;
      const text = rule.success ? rule.text : rulesText.unsure(rule.text);
      return [text, rule.predicted, rule.rows, rule.precision, rule.precisionLow, rule.precisionHigh, rule.coverage][column] ?? null;
    },
    (line) => answer.rules[line]?.exampleRow ?? -1,
  );
  const open = (row: number) => {
    selectRow(row);
    set({ tab: 'anchors' });
  };
  return <DataTable table={table} caption={viewNames.rules} csv={csvOf(table)} onOpenRow={open} />;
}
