import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { PANE_MAX, PANE_MIN, usePane } from '#/state/pane';
import { shellText } from '#/text/shell';
import styles from './RowPane.module.css';

const STEP = 20;

/** The pane's left edge: drag it, or move it with the arrow keys. */
export function PaneResizer() {
  const width = usePane((state) => state.width);
  const resize = usePane((state) => state.resize);
  const start = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const press = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, width };
  };
  const drag = (event: PointerEvent) => {
    if (start.current !== null) resize(start.current.width + start.current.x - event.clientX);
  };
  const end = () => {
    start.current = null;
  };
  const key = (event: KeyboardEvent) => {
    const next = { ArrowLeft: width + STEP, ArrowRight: width - STEP, Home: PANE_MIN, End: PANE_MAX }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    resize(next);
  };
  return (
    <div
      className={styles.resizer}
      role="separator"
      aria-orientation="vertical"
      aria-label={shellText.pane.resize}
      aria-valuemin={PANE_MIN}
      aria-valuemax={PANE_MAX}
      aria-valuenow={width}
      tabIndex={0}
      onPointerDown={press}
      onPointerMove={drag}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={key}
    />
  );
}
