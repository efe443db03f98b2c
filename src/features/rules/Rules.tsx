import { csvOf, tableOf, type ChartTable } from '#/charts/chart';
import { Button } from '#/components/Button';
import { CopyButton } from '#/components/CopyButton';
import { askState } from '#/panels/ask-state';
import { StateNotice } from '#/panels/StateNotice';
import { ViewFrame } from '#/panels/ViewFrame';
import type { RulesAnswer } from '#/queries/rules';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import { useAsk } from '#/state/use-ask';
import { useScope } from '#/state/use-scope';
import { percent } from '#/text/format';
import { rulesText } from '#/text/rules';
import { viewNames } from '#/text/views';
import styles from './Rules.module.css';

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

/** Lines on the screen; the copy holds all. */
const SHOWN = 200;

function RuleTable({ answer }: { readonly answer: RulesAnswer }) {
  const { selectRow, set } = useChoices.getState();
  const open = (row: number) => {
    selectRow(row);
    set({ tab: 'anchors' });
  };
  return (
    <div className={styles.body}>
      <div className={styles.actions}>
        <CopyButton text={csvOf(tableOfRules(answer))} label={rulesText.copy} />
      </div>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={rulesText.list}>
        <table className={styles.table}>
          <thead>
            <tr>
              {[rulesText.rule, rulesText.predicted, rulesText.rows, rulesText.precision, rulesText.coverage].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {answer.rules.slice(0, SHOWN).map((rule) => (
              <tr key={`${rule.predicted} ${rule.text}`}>
                <td>
                  <button type="button" className={styles.rule} onClick={() => open(rule.exampleRow)}>
                    {rule.text}
                  </button>
                  {!rule.success && <span className={styles.quiet}> {rulesText.unsure}</span>}
                </td>
                <td>{rule.predicted}</td>
                <td className={styles.number}>{rule.rows}</td>
                <td className={styles.number}>
                  {percent(rule.precision)} <span className={styles.quiet}>{rulesText.between(rule.precisionLow, rule.precisionHigh)}</span>
                </td>
                <td className={styles.number}>{percent(rule.coverage)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {answer.rules.length > SHOWN && <p className={styles.quiet}>{rulesText.more(answer.rules.length - SHOWN)}</p>}
    </div>
  );
}

function tableOfRules(answer: RulesAnswer): ChartTable {
  return tableOf(
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
      return [rule.text, rule.predicted, rule.rows, rule.precision, rule.precisionLow, rule.precisionHigh, rule.coverage][column] ?? null;
    },
  );
}
