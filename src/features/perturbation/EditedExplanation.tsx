import { useState } from 'react';
import { toPlainError, type PlainError } from '#/base/errors';
import { Button } from '#/components/Button';
import { ErrorNotice } from '#/components/ErrorNotice';
import { FreshExplanation } from '#/panels/FreshExplanation';
import { useClient } from '#/state/client-context';
import { beginWork } from '#/state/idle';
import type { ActiveScope } from '#/state/use-scope';
import type { InteractiveExplanation } from '#/workers/contract';
import { whatIfText } from '#/text/what-if';
import styles from './Perturbation.module.css';

interface EditedExplanationProps {
  readonly active: ActiveScope;
  readonly row: number;
  readonly title: string;
  readonly values: Float64Array;
  /** Whether any value differs from the row's own. */
  readonly changed: boolean;
  readonly predictedClass: number;
}

interface Explained {
  readonly values: Float64Array;
  readonly result: InteractiveExplanation;
}

/** Local values of the edited row, on demand; they say when the values have changed since. */
export function EditedExplanation({ active, row, title, values, changed, predictedClass }: EditedExplanationProps) {
  const client = useClient();
  const [explained, setExplained] = useState<Explained | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<PlainError | null>(null);
  const explain = () => {
    const end = beginWork('explain edited row');
    setBusy(true);
    client.interactive
      .explain(values)
      .then((result) => {
        setExplained({ values, result });
        setError(null);
      })
      .catch((failure: unknown) => setError(toPlainError(failure)))
      .finally(() => {
        setBusy(false);
        end();
      });
  };
  const stale = explained?.values.some((value, i) => !Object.is(value, values[i])) === true;
  // The row as it is has its explanation in Local Importance.
  if (!changed && explained === null) return null;
  return (
    <section className={styles.explain}>
      {(explained === null || stale) && (
        <div>
          <Button disabled={busy} onClick={explain}>
            {busy ? whatIfText.explaining : stale ? whatIfText.explainAgain : whatIfText.explain}
          </Button>
        </div>
      )}
      {error !== null && <ErrorNotice title={whatIfText.explainFailed} error={error} />}
      {explained !== null && (
        <>
          {stale && <p className={styles.quiet}>{whatIfText.stale}</p>}
          <FreshExplanation
            active={active}
            row={row}
            title={title}
            values={explained.values}
            predictedClass={predictedClass}
            result={explained.result}
          />
        </>
      )}
    </section>
  );
}
