import type { PlainError } from '#/base/errors';
import { classColour } from '#/charts/theme';
import { EllipsisText } from '#/components/EllipsisText';
import { ErrorNotice } from '#/components/ErrorNotice';
import { classForRow, classLabels, predictedClassOf, predictionOfClass, type PredictionSpace } from '#/domain/outputs';
import { useChartTheme } from '#/panels/use-chart-theme';
import type { ActiveScope } from '#/state/use-scope';
import { localText } from '#/text/local-importance';
import { formatFull, formatNumber, formatSigned } from '#/text/numbers';
import { describeWhatIf, whatIfText } from '#/text/what-if';
import styles from './Perturbation.module.css';

interface PredictionCardProps {
  readonly active: ActiveScope;
  readonly space: PredictionSpace;
  readonly unit: string;
  /** Stored outputs of the row as it is, and as edited; null before the first answer. */
  readonly base: Float64Array | null;
  readonly now: Float64Array | null;
  readonly baseClass: number;
  /** The numbers belong to the values on the screen. */
  readonly fresh: boolean;
  readonly error: PlainError | null;
  readonly changed: readonly string[];
}

/** Classes listed: all of a few, else the likeliest. */
const SHOWN = 5;

/** The prediction of the edited row for the class in view, what changed, and all classes. */
export function PredictionCard({ active, space, unit, base, now, baseClass, fresh, error, changed }: PredictionCardProps) {
  const { outputs } = active.study;
  const labels = classLabels(outputs);
  // The class of the row as it is stays in view while its values change.
  const shownClass = classForRow(outputs, active.scope.output, baseClass);
  const valueOf = (stored: Float64Array, k: number): number => (k < 0 ? (stored[0] ?? NaN) : predictionOfClass(outputs, space, stored, k));
  const value = now === null ? NaN : valueOf(now, shownClass);
  const before = base === null ? NaN : valueOf(base, shownClass);
  const delta = value - before;
  const label = labels[shownClass] ?? outputs.targetName;
  const nowClass = now === null ? -1 : predictedClassOf(outputs, space, now);
  return (
    <section className={styles.card} aria-label={whatIfText.prediction}>
      <p className={styles.sentence}>
        {now === null ? '' : describeWhatIf({ outputLabel: label, unit, base: before, now: value, changed })}
      </p>
      <div className={styles.figures} aria-busy={!fresh}>
        <output
          className={styles.figure}
          data-testid="what-if-prediction"
          data-value={String(value)}
          data-class={String(shownClass)}
          data-fresh={String(fresh)}
          title={formatFull(value)}
        >
          {now === null ? '…' : formatNumber(value)}
        </output>
        <span className={styles.unit}>
          <EllipsisText text={label} />
          <span>{unit}</span>
        </span>
        {now !== null && delta !== 0 && (
          <span className={styles.delta} data-sign={delta < 0 ? 'down' : 'up'}>
            <span aria-hidden="true">{delta < 0 ? '▼' : '▲'}</span> {formatSigned(delta)}
          </span>
        )}
      </div>
      {active.scope.output.kind === 'mean-abs' && <p className={styles.quiet}>{localText.fellBack}</p>}
      {error !== null && <ErrorNotice title={whatIfText.failed} error={error} />}
      {labels.length > 1 && now !== null && base !== null && (
        <ClassBars
          labels={labels}
          shownClass={shownClass}
          nowClass={nowClass}
          valueOf={(k) => valueOf(now, k)}
          baseOf={(k) => valueOf(base, k)}
          probability={space === 'probability'}
        />
      )}
    </section>
  );
}

interface ClassBarsProps {
  readonly labels: readonly string[];
  readonly shownClass: number;
  readonly nowClass: number;
  readonly valueOf: (classIndex: number) => number;
  readonly baseOf: (classIndex: number) => number;
  /** Bars are drawn for probabilities only: margins have no full length. */
  readonly probability: boolean;
}

function ClassBars({ labels, shownClass, nowClass, valueOf, baseOf, probability }: ClassBarsProps) {
  const theme = useChartTheme('pane');
  const byValue = labels.map((_, k) => k).sort((a, b) => valueOf(b) - valueOf(a) || a - b);
  const listed = new Set([shownClass, ...byValue.slice(0, labels.length <= SHOWN + 1 ? labels.length : SHOWN)]);
  const shown = labels.map((_, k) => k).filter((k) => listed.has(k));
  return (
    <ul className={styles.classes} aria-label={whatIfText.classes}>
      {shown.map((k) => (
        <li key={k} className={styles.class} data-predicted={k === nowClass}>
          <EllipsisText text={labels[k] ?? ''} />
          <span className={styles.track} aria-hidden="true">
            {probability && (
              <span
                className={styles.fill}
                style={{ width: `${String(Math.max(0, Math.min(1, valueOf(k))) * 100)}%`, background: classColour(k, theme) }}
              />
            )}
            {probability && <span className={styles.base} style={{ left: `${String(Math.max(0, Math.min(1, baseOf(k))) * 100)}%` }} />}
          </span>
          <span className={styles.classValue} title={formatFull(valueOf(k))}>
            {formatNumber(valueOf(k))}
          </span>
        </li>
      ))}
    </ul>
  );
}
