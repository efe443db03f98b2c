import { explainText } from '#/text/explain';
import { MAX_BYTES, type Cost } from './explain-form';
import styles from './explain.module.css';

/** Time and memory before anything runs. */
export function CostLine({ cost }: { readonly cost: Cost | null }) {
  if (cost === null) return <span className={styles.cost} />;
  const tooLarge = cost.bytes > MAX_BYTES;
  return (
    <span className={styles.cost} role="status" data-large={tooLarge}>
      {explainText.estimate(cost.rows, cost.atMost, cost.seconds, cost.bytes)} {tooLarge && explainText.tooLarge}
    </span>
  );
}
