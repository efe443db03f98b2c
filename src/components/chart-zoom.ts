import { useEffect, useRef, type RefObject } from 'react';
import type { Geometry } from '#/components/chart-geometry';

/** Visible range of both axes, in data units. */
export interface Extent {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface Zoom {
  readonly zoomed: boolean;
  /** Null: everything. */
  readonly onExtent: (extent: Extent | null) => void;
}

/** A turn of the wheel of 100 px makes the visible range about a fifth smaller or larger. */
const STEP = 0.0022;

/** The range that fills the plot when everything is scaled by `factor` around a place and then moved; in pixels, so logs and dates work too. */
export function zoomedExtent(
  geometry: Geometry,
  at: { readonly x: number; readonly y: number },
  factor: number,
  moved = { x: 0, y: 0 },
): Extent {
  const x = (pixel: number): number => geometry.xAt(at.x + (pixel - at.x) * factor - moved.x);
  const y = (pixel: number): number => geometry.yAt(at.y + (pixel - at.y) * factor - moved.y);
  return { x: [x(geometry.left), x(geometry.right)], y: [y(geometry.bottom), y(geometry.top)] };
}

/** Wheel zooms at the pointer, dragging moves, a double click shows everything again. Nothing happens without `zoom`. */
export function useZoom(
  box: RefObject<HTMLDivElement | null>,
  geometry: Geometry | null,
  zoom: Zoom | undefined,
  onDrag: (dragging: boolean) => void,
): void {
  const latest = useRef({ geometry, zoom, onDrag });
  useEffect(() => {
    latest.current = { geometry, zoom, onDrag };
  });
  const active = geometry !== null && zoom !== undefined;
  useEffect(() => {
    const element = box.current;
    if (element === null || !active) return;
    // A drag is measured against the picture it started on, which moves under it.
    let start: { readonly x: number; readonly y: number; readonly geometry: Geometry } | null = null;
    let dragged = false;
    const place = (event: MouseEvent): { readonly x: number; readonly y: number } => {
      const frame = element.getBoundingClientRect();
      return { x: event.clientX - frame.left, y: event.clientY - frame.top };
    };
    const wheel = (event: WheelEvent): void => {
      const { geometry: now, zoom: to } = latest.current;
      const at = place(event);
      if (now === null || at.x < now.left || at.x > now.right || at.y < now.top || at.y > now.bottom) return;
      event.preventDefault();
      to?.onExtent(zoomedExtent(now, at, Math.exp(event.deltaY * STEP)));
    };
    const down = (event: PointerEvent): void => {
      const { geometry: now, zoom: to } = latest.current;
      if (event.button !== 0 || event.pointerType === 'touch' || to?.zoomed !== true || now === null) return;
      start = { ...place(event), geometry: now };
      dragged = false;
    };
    const move = (event: PointerEvent): void => {
      if (start === null) return;
      const at = place(event);
      const moved = { x: at.x - start.x, y: at.y - start.y };
      if (!dragged && Math.hypot(moved.x, moved.y) < 4) return;
      if (!dragged) {
        dragged = true;
        latest.current.onDrag(true);
        element.setPointerCapture(event.pointerId);
      }
      latest.current.zoom?.onExtent(zoomedExtent(start.geometry, start, 1, moved));
    };
    const up = (): void => {
      start = null;
      // The click that ends a drag opens nothing.
      if (dragged) setTimeout(() => latest.current.onDrag(false));
    };
    const double = (): void => latest.current.zoom?.onExtent(null);
    element.addEventListener('wheel', wheel, { passive: false });
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('dblclick', double);
    return () => {
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('dblclick', double);
    };
  }, [box, active]);
}
