import type { FeatureGroup } from '#/domain/feature-map';
import type { ColumnRole } from '#/domain/table';
import type { WhatIfPoint } from '#/domain/study';

/** The only way to change a study. Each has an inverse, so that everything can be undone. */
export type Command =
  | { readonly kind: 'rename'; readonly name: string }
  | { readonly kind: 'set notes'; readonly notes: string }
  | { readonly kind: 'set class names'; readonly names: readonly string[] }
  | { readonly kind: 'set role'; readonly column: number; readonly role: ColumnRole }
  | { readonly kind: 'add point'; readonly point: WhatIfPoint }
  | { readonly kind: 'change point'; readonly point: WhatIfPoint }
  | { readonly kind: 'remove point'; readonly id: string }
  | { readonly kind: 'rename explanation'; readonly id: string; readonly name: string }
  | { readonly kind: 'remove explanation'; readonly id: string }
  /** A second explanation over sums of features; `id` names the one that stays as it is. */
  | { readonly kind: 'group features'; readonly id: string; readonly groups: readonly FeatureGroup[] };
