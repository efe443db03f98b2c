import type { Explanation } from '#/domain/explanation';
import { classLabels } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { columnsWithRole } from '#/domain/table';
import type { AxisInfo, AxisRef } from '#/queries/axis';
import type { Scope } from '#/queries/scope';
import { featureOrder } from './feature-totals';
import { interactionPartner } from './interaction-partner';
import { createMemo, NOTHING } from './memo';
import type { Question } from './question';
import { columnInfo, findAxis } from './resolve-axis';
import { findExplanation } from './resolve-scope';
import { shownMoments, showValues } from './shown-values';
import { featureColumn } from './table-columns';
import { additiveUnit } from './unit-label';

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
  /** Data Exploration: X = top feature, Y = second feature, colour = predicted; without explanation X = index, Y = first feature. */
  readonly dataDefaults: AxisDefaults;
  /** Dependence plot of the top feature, coloured by its strongest interaction partner; null without local values or data. */
  readonly exploreDefaults: AxisDefaults | null;
}

export const axesQuestion: Question<AxesParams, AxesAnswer> = {
  id: 'axes',
  reads: ['table', 'predictions', 'explanations'],
  answer(study, { scope }) {
    const explanation = findExplanation(study, scope);
    return {
      axes: listAxes(study, scope),
      importances: explanation === null ? [] : listImportances(study, explanation, scope),
      dataDefaults: chooseDataDefaults(study, explanation, scope),
      exploreDefaults: explanation === null ? null : chooseExploreDefaults(study, explanation, scope),
    };
  },
};

function listAxes(study: Study, scope: Scope): readonly AxisInfo[] {
  const refs: readonly AxisRef[] = [
    { kind: 'index' },
    { kind: 'true' },
    { kind: 'predicted' },
    ...classLabels(study.outputs).map((_, classIndex) => ({ kind: 'probability', classIndex }) as const),
    { kind: 'error' },
  ];
  const others = derivedAxes([study.table, study.outputs, study.target ?? NOTHING, study.predictions ?? NOTHING], '', () =>
    refs.flatMap((ref) => findAxis(study, scope, { ref })?.info ?? []),
  );
  return [...study.table.columns.map((_, column) => columnInfo(study, column)), ...others];
}

const derivedAxes = createMemo<readonly AxisInfo[]>();

function listImportances(study: Study, explanation: Explanation, scope: Scope): readonly AxisInfo[] {
  const shown = showValues(study, explanation, scope.output);
  if (shown === null) return [];
  const { min, max, counts } = shownMoments(study, shown);
  const unit = additiveUnit(explanation.space, study.outputs);
  return explanation.features.map((schema, feature) => ({
    ref: { kind: 'importance', feature },
    label: `Importance: ${schema.name}`,
    unit,
    kind: 'numeric',
    integer: false,
    labels: [],
    min: min[feature]!,
    max: max[feature]!,
    missing: shown.nRows - counts[feature]!,
  }));
}

/** Columns of the explained features, most important first; without explanation the feature columns in table order. */
function rankedColumns(study: Study, explanation: Explanation | null, scope: Scope): readonly number[] {
  const { table } = study;
  if (explanation !== null) {
    const ranked = Array.from(featureOrder(study, explanation, scope.output), (f) => explanation.features[f]!.column);
    const known = [...new Set(ranked.filter((column) => column !== null && table.columns[column] !== undefined))];
    if (known.length > 0) return known as number[];
  }
  const features = columnsWithRole(table, 'feature');
  return features.length > 0 ? features : table.columns.map((_, column) => column);
}

function chooseDataDefaults(study: Study, explanation: Explanation | null, scope: Scope): AxisDefaults {
  const columns = rankedColumns(study, explanation, scope).map((column) => ({ kind: 'column', column }) as const);
  const [first, second] = columns;
  const explained = explanation !== null && second !== undefined;
  return {
    x: explained ? first! : { kind: 'index' },
    y: (explained ? second : first) ?? null,
    colour: study.predictions === null ? null : { kind: 'predicted' },
  };
}

function chooseExploreDefaults(study: Study, explanation: Explanation, scope: Scope): AxisDefaults | null {
  const shown = showValues(study, explanation, scope.output);
  if (shown === null) return null;
  // Groups and engineered columns may have no column of their own: the first feature that has one is shown.
  const feature = featureOrder(study, explanation, scope.output).find((f) => featureColumn(study.table, explanation.features[f]!) !== null);
  if (feature === undefined) return null;
  const column = explanation.features[feature]!.column!;
  const partner = interactionPartner(study, shown, feature);
  const partnerColumn = partner < 0 ? null : explanation.features[partner]!.column;
  return {
    x: { kind: 'column', column },
    y: { kind: 'importance', feature },
    colour: partnerColumn === null ? null : { kind: 'column', column: partnerColumn },
  };
}
