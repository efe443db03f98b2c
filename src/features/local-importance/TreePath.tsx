import { useState } from 'react';
import { NativeSelect } from '#/components/NativeSelect';
import { storedOutputForRow, type OutputChoice } from '#/domain/outputs';
import { failedState, StateNotice } from '#/panels/StateNotice';
import { useInteractive } from '#/panels/use-interactive';
import type { FeatureSchema } from '#/domain/model';
import { useAsk } from '#/state/use-ask';
import type { ActiveScope } from '#/state/use-scope';
import type { DecisionPath } from '#/domain/decision-path';
import { formatNumber } from '#/text/numbers';
import { splitText } from '#/text/splits';
import { treePathText } from '#/text/tree-path';
import styles from './TreePath.module.css';

interface TreePathProps {
  readonly active: ActiveScope;
  readonly encoded: Float64Array;
  readonly predictedClass: number;
}

/** Trees listed for choice: those that move this row most. */
const LISTED = 50;

/** The row's way through one tree of the model, split by split; folded until it is asked for. */
export function TreePath({ active, encoded, predictedClass }: TreePathProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className={styles.section} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{treePathText.title}</summary>
      {open && <OpenPath active={active} encoded={encoded} predictedClass={predictedClass} />}
    </details>
  );
}

function OpenPath({ active, encoded, predictedClass }: TreePathProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const first = useInteractive('tree-path', [[...encoded], 0], (client) => client.interactive.treePath(encoded, 0), true);
  const { output, sign } = storedOutputForRow(active.study.outputs, rowOutput(active.scope.output), predictedClass);
  const order = first.data === undefined ? [] : strongestFirst(first.data, output);
  const tree = chosen ?? order[0] ?? 0;
  const path = useInteractive(
    'tree-path',
    [[...encoded], tree],
    (client) => client.interactive.treePath(encoded, tree),
    first.data !== undefined,
  );
  const profiles = useAsk('profiles', ['table', 'model', 'explanations'], {});
  if (first.isError) return <StateNotice state={failedState(treePathText.title, first.error, () => void first.refetch())} />;
  const answer = path.data;
  if (answer === undefined || first.data === undefined) return <StateNotice state={{ kind: 'loading', label: treePathText.loading }} />;
  const schemas = profiles.data?.profiles.map(({ schema }) => schema) ?? [];
  const nOutputs = answer.leaf.length;
  const unit = active.explanation?.space ?? '';
  const { contributions } = first.data;
  return (
    <div className={styles.path}>
      <p className={styles.help}>{treePathText.help}</p>
      <NativeSelect
        label={treePathText.tree}
        options={order.slice(0, LISTED).map((one) => ({
          value: String(one),
          label: treePathText.treeOption(one, sign * (contributions[one * nOutputs + output] ?? NaN), unit),
        }))}
        value={String(tree)}
        onChange={(value) => setChosen(Number(value))}
      />
      {answer.steps.length === 0 && <p>{treePathText.noSplit}</p>}
      <ol className={styles.steps}>
        {answer.steps.map((step, i) => {
          const schema = schemas[step.feature];
          const name = step.name ?? schema?.name ?? String(step.feature);
          return (
            <li key={i}>
              <span>{splitText({ ...step, name }, schema?.labels ?? [])}</span>
              <span className={styles.answer} data-yes={step.yes}>
                {step.yes ? treePathText.yes : treePathText.no}
                <span className={styles.value}>{valueText(step.value, step.name === null ? schema : undefined)}</span>
              </span>
            </li>
          );
        })}
      </ol>
      <p>{treePathText.ends(sign * (answer.leaf[output] ?? NaN), unit, answer.leafCover)}</p>
    </div>
  );
}

/** Mean |value| has no leaf of its own: the predicted class is followed. */
function rowOutput(output: OutputChoice): OutputChoice {
  return output.kind === 'mean-abs' ? { kind: 'predicted' } : output;
}

function strongestFirst(path: DecisionPath, output: number): number[] {
  const nOutputs = path.leaf.length;
  const size = (tree: number): number => Math.abs(path.contributions[tree * nOutputs + output] ?? 0);
  return Array.from({ length: path.nTrees }, (_, tree) => tree).sort((a, b) => size(b) - size(a) || a - b);
}

function valueText(value: number, schema: FeatureSchema | undefined): string {
  if (Number.isNaN(value)) return treePathText.missing;
  return schema?.kind === 'categorical' ? (schema.labels[value] ?? formatNumber(value)) : formatNumber(value);
}
