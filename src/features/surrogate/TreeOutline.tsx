import type { SurrogateAnswer } from '#/queries/surrogate';
import { useAsk } from '#/state/use-ask';
import { formatNumber } from '#/text/numbers';
import { splitText } from '#/text/splits';
import { surrogateText } from '#/text/surrogate';
import styles from './Surrogate.module.css';

interface TreeOutlineProps {
  readonly answer: SurrogateAnswer;
  readonly outputs: readonly string[];
}

/** A tree as nested lists: a question, its yes side, its no side; the bar is the share of rows. */
export function TreeOutline({ answer, outputs }: TreeOutlineProps) {
  const profiles = useAsk('profiles', ['table', 'model', 'explanations'], {});
  const labels = new Map((profiles.data?.profiles ?? []).map(({ schema }) => [schema.name, schema.labels]));
  const children = answer.nodes.map((_, at) => answer.nodes.flatMap((node, child) => (node.parent === at ? [child] : [])));
  const branch = (at: number) => {
    const node = answer.nodes[at];
    if (node === undefined) return null;
    const below = children[at] ?? [];
    const parent = answer.nodes[node.parent];
    const test = parent?.test ?? null;
    const title = test === null ? null : node.yes ? splitText(test, labels.get(test.name) ?? []) : surrogateText.otherwise;
    return (
      <li key={at}>
        <div className={styles.node}>
          {title !== null && <span className={styles.test}>{title}</span>}
          <span className={styles.share}>
            <span className={styles.bar} style={{ inlineSize: `${Number.isNaN(node.share) ? 0 : 100 * node.share}px` }} />
            {surrogateText.share(node.share)}
          </span>
          <span className={styles.leaf}>
            {surrogateText.leaf(valuesText(node.values, outputs, answer.unit))}
            {node.hidden > 0 && <span className={styles.quiet}> · {surrogateText.hidden(node.hidden)}</span>}
          </span>
        </div>
        {below.length > 0 && <ul>{below.map(branch)}</ul>}
      </li>
    );
  };
  return <ul className={styles.outline}>{branch(0)}</ul>;
}

function valuesText(values: readonly number[], outputs: readonly string[], unit: string): string {
  const [first] = values;
  if (first !== undefined && values.length === 1) return `${formatNumber(first)} ${unit}`;
  const largest = Math.max(...values);
  const best = values.indexOf(largest);
  return `${outputs[best] ?? String(best)} ${formatNumber(largest)} ${unit}`;
}
