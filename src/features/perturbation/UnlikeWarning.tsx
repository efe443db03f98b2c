import { SimilarRows } from '#/panels/SimilarRows';
import { useAsk } from '#/state/use-ask';
import { formatNumber } from '#/text/numbers';
import { whatIfText } from '#/text/what-if';
import styles from './Perturbation.module.css';

/** Says so when the edited values are unlike every row of the data. */
export function UnlikeWarning({ values }: { readonly values: Float64Array }) {
  const query = useAsk('neighbours', ['table', 'model', 'predictions', 'explanations'], { values, count: 3, exceptRow: -1 });
  const answer = query.data;
  const nearest = answer?.rows[0];
  if (answer?.unlike !== true || nearest === undefined) return null;
  return (
    <section className={styles.unlike} role="status">
      <h3>{whatIfText.unlike}</h3>
      <p>{whatIfText.unlikeText(formatNumber(nearest.distance), formatNumber(answer.usualDistance))}</p>
      <h4 className={styles.quiet}>{whatIfText.nearest}</h4>
      <SimilarRows rows={answer.rows} />
    </section>
  );
}
