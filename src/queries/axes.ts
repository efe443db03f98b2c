import type { AxisInfo, AxisRef } from '#/queries/axis';
import type { Scope } from '#/queries/scope';

export interface AxesParams {
  readonly scope: Scope;
}

export interface AxisDefaults {
  readonly x: AxisRef;
  readonly y: AxisRef | null;
  readonly colour: AxisRef | null;
}

export interface AxesAnswer {
  /** Columns, index, true, predicted, probability per class, error: whatever the study has. */
  readonly axes: readonly AxisInfo[];
  /** `Importance: f` for each feature of the scope's explanation; [] without local values. */
  readonly importances: readonly AxisInfo[];
  /** Data Exploration: X = index or top feature, Y = top feature, colour = predicted. */
  readonly dataDefaults: AxisDefaults;
  /** Dependence plot of the top feature, coloured by its strongest interaction partner; null without local values or data. */
  readonly exploreDefaults: AxisDefaults | null;
}
