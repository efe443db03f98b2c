import { useState } from 'react';
import { Button } from '#/components/Button';
import { EllipsisText } from '#/components/EllipsisText';
import { editsBetween } from '#/domain/encoded-cell';
import { keepPoint } from '#/domain/points';
import { useChoices } from '#/state/choices';
import { useEditedPoint } from '#/features/perturbation/edited-point';
import { useApply } from '#/state/use-apply';
import type { ActiveScope } from '#/state/use-scope';
import { whatIfText } from '#/text/what-if';
import styles from './Perturbation.module.css';

interface KeptPointsProps {
  readonly active: ActiveScope;
  readonly row: number;
  readonly encoded: Float64Array;
  readonly values: Float64Array;
  /** Stored outputs of `values`; null while they are on their way. */
  readonly prediction: Float64Array | null;
  readonly changed: boolean;
}

/** Edited rows kept under a name: listed, shown as stars in scatter charts, edited again, removed. */
export function KeptPoints({ active, row, encoded, values, prediction, changed }: KeptPointsProps) {
  const points = active.study.points;
  const apply = useApply(whatIfText.keepFailed);
  const set = useChoices((state) => state.set);
  const edited = useEditedPoint();
  const editing = points.find((point) => point.id === edited.id && point.baseRow === row) ?? null;
  const [name, setName] = useState<string | null>(null);
  const shownName = name ?? editing?.name ?? whatIfText.defaultName(row, points.filter((point) => point.baseRow === row).length + 1);
  const keep = () => {
    if (prediction === null) return;
    apply(
      keepPoint(
        editing?.id ?? null,
        points.map((point) => point.id),
        { name: shownName, baseRow: row, values: Float64Array.from(values), prediction: Float64Array.from(prediction) },
      ),
    );
    edited.set(null);
    setName(null);
  };
  const edit = (id: string) => {
    const point = points.find((one) => one.id === id);
    if (point === undefined) return;
    edited.set(id);
    setName(null);
    // Another base row brings its own encoded values: the edits are then worked out there.
    if (point.baseRow === row) set({ edits: editsBetween(encoded, point.values) });
    else
      set({
        row: point.baseRow,
        tab: 'what-if',
        edits: Object.fromEntries(Array.from(point.values, (value, f) => [String(f), Number.isNaN(value) ? null : value])),
      });
  };
  if (!changed && points.length === 0) return null;
  return (
    <section className={styles.points} aria-label={whatIfText.points}>
      {(changed || editing !== null) && (
        <div className={styles.keep}>
          <input
            className={styles.text}
            aria-label={whatIfText.pointName}
            value={shownName}
            maxLength={120}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button look="primary" disabled={prediction === null || shownName.trim() === ''} onClick={keep}>
            {editing === null ? whatIfText.keep : whatIfText.keepChanges}
          </Button>
          {editing !== null && <Button onClick={() => edited.set(null)}>{whatIfText.cancelEdit}</Button>}
        </div>
      )}
      {points.length > 0 && (
        <>
          <h3>{whatIfText.points}</h3>
          <ul>
            {points.map((point) => (
              <li key={point.id} className={styles.point} data-editing={point.id === editing?.id}>
                <span aria-hidden="true">★</span>
                <EllipsisText text={point.name} />
                <Button look="quiet" aria-label={`${whatIfText.edit} ${point.name}`} onClick={() => edit(point.id)}>
                  {whatIfText.edit}
                </Button>
                <Button
                  look="quiet"
                  aria-label={`${whatIfText.remove} ${point.name}`}
                  onClick={() => apply({ kind: 'remove point', id: point.id })}
                >
                  {whatIfText.remove}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
