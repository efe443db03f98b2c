import type { OverviewAnswer } from '#/queries/overview';
import { overviewText } from '#/text/overview';
import { Section } from './Section';
import styles from './overview.module.css';

export function Scores({ scores }: { readonly scores: OverviewAnswer['scores'] }) {
  const rows = scores[0]?.nRows;
  return (
    <Section title={overviewText.scores} {...(rows === undefined ? {} : { note: overviewText.scoreRows(rows) })}>
      {scores.length === 0 ? (
        <p>{overviewText.noScores}</p>
      ) : (
        <dl className={styles.scores}>
          {scores.map((score) => (
            <div key={score.name}>
              <dt>{score.name}</dt>
              <dd>{overviewText.score(score.value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}
