import type { PointId } from '#/domain/ids';
import type { WhatIfPoint } from '#/domain/study';

/** A new id among the points that exist. */
export function freshPointId(taken: readonly string[]): PointId {
  let n = taken.length + 1;
  while (taken.includes(`point-${n}`)) n++;
  return `point-${n}` as PointId;
}

export type PointEdit =
  { readonly kind: 'add point'; readonly point: WhatIfPoint } | { readonly kind: 'change point'; readonly point: WhatIfPoint };

/**
 * The command that keeps values as a point: a change of the point being edited while it exists, else a new one. Points are
 * told apart by id, so that the first one can be changed like any other (VIEWS 3, defect 2).
 */
export function keepPoint(editing: string | null, taken: readonly string[], point: Omit<WhatIfPoint, 'id'>): PointEdit {
  if (editing !== null && taken.includes(editing)) return { kind: 'change point', point: { ...point, id: editing as PointId } };
  return { kind: 'add point', point: { ...point, id: freshPointId(taken) } };
}
