import { EllipsisText } from '#/components/EllipsisText';
import type { AnchorRule } from '#/domain/anchor-rule';
import { HelpHint } from '#/panels/HelpHint';
import type { AnchorMeasureAnswer } from '#/queries/anchor-measure';
import { useChoices } from '#/state/choices';
import { anchorsText } from '#/text/anchors';
import { percent } from '#/text/format';
import { formatNumber } from '#/text/numbers';
import styles from './Anchors.module.css';

interface MeasuredProps {
  readonly answer: AnchorMeasureAnswer;
  /** The rule of the search; null for a rule of one's own. */
  readonly rule: AnchorRule | null;
}

/** The rule counted on the loaded rows, beside what the search said, and the rows that contradict it. */
export function Measured({ answer, rule }: MeasuredProps) {
  const selectRow = useChoices((state) => state.selectRow);
  const { precision, coverage, counterExamples } = answer;
  return (
    <>
      <section className={styles.measured} aria-label={anchorsText.measured}>
        <h3 className={styles.heading}>
          {anchorsText.measured}
          <HelpHint term={anchorsText.measured}>{anchorsText.measuredHint}</HelpHint>
        </h3>
        <dl className={styles.facts}>
          <Fact
            name={anchorsText.precision}
            value={precision.value}
            interval={[precision.low, precision.high]}
            note={anchorsText.of(precision.hits, precision.total)}
          />
          <Fact
            name={anchorsText.coverage}
            value={coverage.value}
            interval={[coverage.low, coverage.high]}
            note={anchorsText.of(coverage.hits, coverage.total)}
          />
          {rule !== null && (
            <Fact
              name={`${anchorsText.precision}, ${anchorsText.search}`}
              value={rule.precision}
              interval={[rule.precisionLow, rule.precisionHigh]}
              note={anchorsText.evaluations(rule.evaluations)}
            />
          )}
        </dl>
      </section>
      <section className={styles.measured} aria-label={anchorsText.counterExamples}>
        <h3 className={styles.heading}>{anchorsText.counterExamples}</h3>
        {counterExamples.length === 0 ? (
          <p className={styles.quiet}>{coverage.hits === 0 ? anchorsText.noRows : anchorsText.noCounterExamples}</p>
        ) : (
          <ul className={styles.examples}>
            {counterExamples.map((one) => (
              <li key={one.row} className={styles.example}>
                <button type="button" className={styles.title} onClick={() => selectRow(one.row)}>
                  <EllipsisText text={one.title} />
                </button>
                <span className={styles.quiet}>
                  {one.predicted}
                  {!Number.isNaN(one.confidence) && ` ${formatNumber(one.confidence)}`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: number;
  readonly interval: readonly [number, number];
  readonly note: string;
}

/** A share as a number and as a bar with its interval. */
function Fact({ name, value, interval: [low, high], note }: FactProps) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>
        <strong>{Number.isNaN(value) ? '–' : percent(value)}</strong>{' '}
        <span className={styles.quiet}>{anchorsText.interval(low, high)}</span>
        <span className={styles.scale} aria-hidden="true">
          <span className={styles.filled} style={{ inlineSize: `${Number.isNaN(value) ? 0 : 100 * value}%` }} />
          <span className={styles.whisker} style={{ insetInlineStart: `${100 * low}%`, inlineSize: `${100 * (high - low)}%` }} />
        </span>
        <span className={styles.quiet}>{note}</span>
      </dd>
    </div>
  );
}
