import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import type { Marks, Tip } from '#/charts/chart';
import { useZoom, zoomedExtent, type Zoom } from '#/components/chart-zoom';
import { exposedPoints, type Geometry, type PlacedMarks } from '#/components/chart-geometry';
import { chartText } from '#/text/charts';
import styles from './ChartOverlay.module.css';

interface ChartOverlayProps {
  readonly marks: Marks;
  /** Null until the first drawing. */
  readonly placed: PlacedMarks | null;
  readonly geometry: Geometry | null;
  readonly width: number;
  readonly height: number;
  readonly sentence: string;
  readonly attributes: Readonly<Record<`data-${string}`, string>>;
  readonly selectedRow: number | null;
  readonly onOpenRow: ((row: number) => void) | undefined;
  readonly onOpenFeature: ((feature: number) => void) | undefined;
  readonly zoom: Zoom | undefined;
  readonly children: ReactNode;
}

/** More rings than this would hide the chart. */
const MAX_RINGS = 60;

/** Hover, click and the arrow keys over marks and raster alike; rings around the selected row and the mark in focus. */
export function ChartOverlay({
  marks,
  placed,
  geometry,
  width,
  height,
  sentence,
  attributes,
  selectedRow,
  onOpenRow,
  onOpenFeature,
  zoom,
  children,
}: ChartOverlayProps) {
  const box = useRef<HTMLDivElement>(null);
  const hint = useId();
  const [pointed, setPointed] = useState(-1);
  /** Position in the walking order, -1 while the chart has no focus. */
  const [walked, setWalked] = useState(-1);
  const [dragging, setDragging] = useState(false);
  useZoom(box, geometry, zoom, setDragging);
  useExposedPoints(box, marks, placed);

  const opens = (marks.action === 'row' && onOpenRow !== undefined) || (marks.action === 'feature' && onOpenFeature !== undefined);
  const open = (mark: number) => {
    if (marks.action === 'row') {
      const row = marks.rows[mark] ?? -1;
      if (row >= 0) onOpenRow?.(row);
    } else if (marks.action === 'feature') {
      const feature = marks.features?.[mark] ?? -1;
      if (feature >= 0) onOpenFeature?.(feature);
    }
  };

  const markAt = (event: PointerEvent<HTMLDivElement> | React.MouseEvent<HTMLDivElement>): number => {
    const frame = box.current?.getBoundingClientRect();
    if (placed === null || frame === undefined) return -1;
    return placed.nearest(event.clientX - frame.left, event.clientY - frame.top);
  };

  const keyDown = (event: KeyboardEvent) => {
    if (placed === null || marks.n === 0) return;
    const next = step(event.key, walked, marks, placed);
    if (next !== null) {
      event.preventDefault();
      setWalked(next);
      setPointed(-1);
    } else if (zoom !== undefined && geometry !== null && ['+', '-', '0'].includes(event.key)) {
      event.preventDefault();
      const middle = { x: (geometry.left + geometry.right) / 2, y: (geometry.top + geometry.bottom) / 2 };
      zoom.onExtent(event.key === '0' ? null : zoomedExtent(geometry, middle, event.key === '+' ? 0.7 : 1 / 0.7));
    } else if (event.key === 'Enter' && walked >= 0) {
      event.preventDefault();
      open(placed.order[walked] ?? -1);
    } else if (event.key === 'Escape' && walked >= 0) {
      setWalked(-1);
    }
  };

  const n = placed?.x.length ?? 0;
  const focused = placed !== null && walked >= 0 && walked < n ? (placed.order[walked] ?? -1) : -1;
  const shown = pointed >= 0 && pointed < n ? pointed : focused;
  const tip = shown >= 0 ? marks.tip(shown) : null;
  const action =
    opens && tip !== null
      ? marks.action === 'feature'
        ? chartText.openFeature
        : (marks.rows[shown] ?? -1) >= 0
          ? chartText.openRow
          : null
      : null;
  return (
    <div className={styles.frame}>
      <div
        ref={box}
        {...attributes}
        className={`${styles.box ?? ''} ${opens && pointed >= 0 ? (styles.clickable ?? '') : ''}`}
        style={{ height }}
        role="img"
        aria-label={sentence}
        aria-describedby={hint}
        tabIndex={marks.n > 0 ? 0 : -1}
        onPointerMove={(event) => setPointed(dragging ? -1 : markAt(event))}
        onPointerLeave={() => setPointed(-1)}
        onClick={(event) => {
          if (!dragging) open(markAt(event));
        }}
        onKeyDown={keyDown}
        onBlur={() => setWalked(-1)}
      >
        {children}
        {placed !== null && geometry !== null && (
          <svg className={styles.rings} width={width} height={height} aria-hidden="true">
            <SelectedRings marks={marks} placed={placed} row={selectedRow} />
            {shown >= 0 && <Ring placed={placed} mark={shown} className={focused === shown && pointed < 0 ? styles.focus : styles.hover} />}
          </svg>
        )}
      </div>
      {tip !== null && placed !== null && (
        <TipBox tip={tip} action={action} x={placed.x[shown] ?? 0} y={placed.y[shown] ?? 0} width={width} height={height} />
      )}
      <span id={hint} className="visually-hidden">
        {opens ? chartText.keys : chartText.keysPlain} {zoom !== undefined && chartText.keysZoom}
      </span>
      <span className="visually-hidden" aria-live="polite">
        {focused >= 0 && tip !== null ? [tip.title, ...tip.lines.map((line) => `${line.name}: ${line.value}`)].join(', ') : ''}
      </span>
    </div>
  );
}

/** Shorter than the quiet time after which the page calls itself idle (app/IdleSignal). */
const EXPOSE_MS = 30;

/** `data-points` for scripts and tests, once the picture rests: a zoom of many frames does not pay for each. */
function useExposedPoints(box: RefObject<HTMLDivElement | null>, marks: Marks, placed: PlacedMarks | null): void {
  useEffect(() => {
    if (placed === null) return;
    const timer = setTimeout(() => {
      box.current?.setAttribute('data-points', JSON.stringify(exposedPoints(marks, placed)));
    }, EXPOSE_MS);
    return () => clearTimeout(timer);
  }, [box, marks, placed]);
}

/** Where a key leads in the walking order; null when it is none of ours. */
function step(key: string, walked: number, marks: Marks, placed: PlacedMarks): number | null {
  const last = placed.order.length - 1;
  const page = Math.max(2, Math.round(last / 20));
  const clamp = (position: number): number => Math.max(0, Math.min(last, position));
  switch (key) {
    case 'ArrowRight':
      return clamp(walked + 1);
    case 'ArrowLeft':
      return clamp(walked - 1);
    case 'ArrowDown':
      return marks.lanes === null ? clamp(walked + page) : otherLane(walked, 1, marks.lanes, placed);
    case 'ArrowUp':
      return marks.lanes === null ? clamp(walked - page) : otherLane(walked, -1, marks.lanes, placed);
    case 'PageDown':
      return clamp(walked + page);
    case 'PageUp':
      return clamp(walked - page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** The mark of the next lane that is nearest along the lane. */
function otherLane(walked: number, direction: 1 | -1, lanes: Int32Array, { order, x }: PlacedMarks): number {
  if (walked < 0) return 0;
  const here = order[walked] ?? 0;
  const lane = lanes[here] ?? 0;
  let position = walked;
  while (position >= 0 && position < order.length && (lanes[order[position] ?? 0] ?? 0) === lane) position += direction;
  const target = lanes[order[position] ?? -1];
  if (target === undefined) return walked;
  let best = position;
  for (let p = position; p >= 0 && p < order.length && lanes[order[p] ?? 0] === target; p += direction) {
    if (Math.abs((x[order[p] ?? 0] ?? 0) - (x[here] ?? 0)) < Math.abs((x[order[best] ?? 0] ?? 0) - (x[here] ?? 0))) best = p;
  }
  return best;
}

function SelectedRings({ marks, placed, row }: { readonly marks: Marks; readonly placed: PlacedMarks; readonly row: number | null }) {
  // Boxes and bars stand for many rows, a curve for one: neither is ringed.
  if (row === null || marks.action !== 'row' || marks.halfX !== null || marks.facts !== undefined) return null;
  const rings: number[] = [];
  for (let i = 0; i < marks.n && rings.length < MAX_RINGS; i++) if (marks.rows[i] === row) rings.push(i);
  return rings.map((mark) => <Ring key={mark} placed={placed} mark={mark} className={styles.selected} />);
}

function Ring({
  placed,
  mark,
  className,
}: {
  readonly placed: PlacedMarks;
  readonly mark: number;
  readonly className: string | undefined;
}) {
  const x = placed.x[mark] ?? NaN;
  const y = placed.y[mark] ?? NaN;
  const halfX = placed.halfX[mark] ?? 0;
  const halfY = placed.halfY[mark] ?? 0;
  if (Number.isNaN(x) || Number.isNaN(y)) return null;
  if (halfX === 0 && halfY === 0) return <circle className={className} cx={x} cy={y} r={6.5} />;
  return <rect className={className} x={x - halfX - 1.5} y={y - halfY - 1.5} width={2 * halfX + 3} height={2 * halfY + 3} rx={2} />;
}

interface TipBoxProps {
  readonly tip: Tip;
  readonly action: string | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Beside the mark, on the side with more room, always inside the chart. */
function TipBox({ tip, action, x, y, width, height }: TipBoxProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const w = element.offsetWidth;
    const h = element.offsetHeight;
    const left = x + 14 + w <= width ? x + 14 : Math.max(0, x - 14 - w);
    const top = Math.max(0, Math.min(height - h, y - h / 2));
    element.style.transform = `translate(${String(Math.round(left))}px, ${String(Math.round(top))}px)`;
  });
  return (
    <div ref={ref} className={styles.tip} aria-hidden="true">
      <div className={styles.tipTitle}>{tip.title}</div>
      {tip.lines.map((line, i) => (
        <div key={i} className={styles.tipLine}>
          <span>{line.name}</span>
          <b>{line.value}</b>
        </div>
      ))}
      {action !== null && <div className={styles.tipAction}>{action}</div>}
    </div>
  );
}
