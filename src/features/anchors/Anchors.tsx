import { NumberField } from '#/components/NumberField';
import { Button } from '#/components/Button';
import type { AnchorRule } from '#/domain/anchor-rule';
import { ruleText } from '#/domain/anchor-rule';
import { classLabels } from '#/domain/outputs';
import { PaneFrame } from '#/panels/PaneFrame';
import { askState } from '#/panels/ask-state';
import { failedState, StateNotice } from '#/panels/StateNotice';
import { useInteractive } from '#/panels/use-interactive';
import type { AnchorMeasureAnswer } from '#/queries/anchor-measure';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { anchorsText } from '#/text/anchors';
import { viewNames } from '#/text/views';
import { Measured } from './Measured';
import { RuleEditor } from './RuleEditor';
import { readRule, storeRule } from './rule-choice';
import styles from './Anchors.module.css';

const THRESHOLD = 0.95;

/** A rule that keeps the row's predicted class, found by search and adjustable by hand. */
export function Anchors() {
  const active = useScope();
  const row = useChoices((state) => state.choices.row);
  const details = useAsk('row-details', ['table', 'predictions', 'model'], row === null ? null : { row });
  if (active === null || row === null) return null;
  const encoded = details.data?.row === row ? details.data.encoded : null;
  if (encoded === null)
    return <StateNotice state={askState(viewNames.anchors, details) ?? { kind: 'loading', label: anchorsText.finding }} />;
  return <RowAnchor active={active} row={row} encoded={encoded} key={row} />;
}

interface RowAnchorProps {
  readonly active: ActiveScope;
  readonly row: number;
  readonly encoded: Float64Array;
}

function RowAnchor({ active, row, encoded }: RowAnchorProps) {
  const options = useChoices((state) => state.choices.anchors);
  const set = useChoices((state) => state.set);
  const threshold = options.threshold ?? THRESHOLD;
  const found = useInteractive('anchor', [[...encoded], threshold], (client) => client.interactive.anchor(encoded, threshold), true);
  const rule = found.data;
  const predicates = options.rule === undefined ? rule?.predicates : readRule(options.rule);
  const measure = useAsk(
    'anchor-measure',
    ['table', 'model', 'predictions', 'explanations', 'meta'],
    predicates === undefined ? null : { row, predicates, scope: { ...active.scope, explanation: null } },
  );
  if (found.isError) return <StateNotice state={failedState(viewNames.anchors, found.error, () => void found.refetch())} />;
  if (rule === undefined || predicates === undefined) return <StateNotice state={{ kind: 'loading', label: anchorsText.finding }} />;
  const answer = measure.data;
  const state = askState(viewNames.anchors, measure);
  const labels = classLabels(active.study.outputs);
  return (
    <PaneFrame
      sentence={answer === undefined ? undefined : sentenceOf(rule, answer, labels, options.rule !== undefined, predicates)}
      controls={
        <NumberField
          label={anchorsText.threshold}
          value={threshold}
          min={0.5}
          max={0.999}
          step={0.01}
          onChange={(next) => set({ anchors: { threshold: next } })}
        />
      }
    >
      {state !== null && <StateNotice state={state} />}
      {answer !== undefined && (
        <div className={styles.body} aria-busy={measure.isFetching}>
          <RuleEditor
            answer={answer}
            predicates={predicates}
            onChange={(next) => set({ anchors: { ...options, rule: storeRule(next) } })}
          />
          {options.rule !== undefined && (
            <div>
              <Button look="quiet" onClick={() => set({ anchors: { threshold } })}>
                {anchorsText.back}
              </Button>
            </div>
          )}
          <Measured answer={answer} rule={options.rule === undefined ? rule : null} />
        </div>
      )}
    </PaneFrame>
  );
}

function sentenceOf(
  rule: AnchorRule,
  answer: AnchorMeasureAnswer,
  labels: readonly string[],
  own: boolean,
  predicates: AnchorRule['predicates'],
): string {
  const text = ruleText(answer.features, predicates);
  if (own) return anchorsText.own(text);
  const label = labels[rule.predictedClass] ?? '';
  if (!rule.success) return anchorsText.failed(text, rule.precision);
  return predicates.length === 0 ? anchorsText.always(label) : anchorsText.sentence(text, label, rule.precision);
}
