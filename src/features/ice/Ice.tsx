import { useMemo } from 'react';
import { applyEdits } from '#/domain/encoded-cell';
import { classForRow, classLabels, isClassifier } from '#/domain/outputs';
import { IceLines } from '#/features/ice/IceLines';
import { IceSurfacePanel } from '#/features/ice/IceSurfacePanel';
import type { IceScope } from '#/features/ice/ice-scope';
import { sortByImportance } from '#/features/ice/feature-order';
import { askState } from '#/panels/ask-state';
import { StateNotice } from '#/panels/StateNotice';
import type { FeatureProfile } from '#/queries/profiles';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { localText } from '#/text/local-importance';
import { iceText } from '#/text/ice';
import { viewNames } from '#/text/views';

/** How the prediction of the selected row changes over one feature, or two. */
export function Ice() {
  const active = useScope();
  const row = useChoices((state) => state.choices.row);
  const hasModel = active?.study.model != null;
  const wanted = row !== null && hasModel;
  const details = useAsk('row-details', ['table', 'predictions', 'model'], wanted ? { row } : null);
  const profiles = useAsk('profiles', ['table', 'model', 'explanations'], hasModel ? {} : null);
  const hasLocal = active?.explanation?.hasLocal === true;
  const local = useAsk(
    'local-importance',
    ['table', 'predictions', 'explanations', 'meta'],
    wanted && hasLocal ? { scope: active.scope, row } : null,
  );
  if (active === null || row === null) return null;
  if (!hasModel) return <StateNotice state={{ kind: 'notApplicable', reason: `${iceText.noModel} ${iceText.noModelHint}` }} />;
  const waiting = askState(viewNames.ice, details) ?? askState(viewNames.ice, profiles);
  if (waiting !== null) return <StateNotice state={waiting} />;
  if (details.data === undefined || profiles.data === undefined || details.data.row !== row)
    return <StateNotice state={{ kind: 'loading' }} />;
  const { encoded } = details.data;
  if (encoded === null || profiles.data.profiles.length === 0)
    return <StateNotice state={{ kind: 'notApplicable', reason: `${iceText.noData} ${iceText.noDataHint}` }} />;
  const important = local.data?.kind === 'explained' && local.data.row === row ? local.data.features : [];
  const ordered = sortByImportance(profiles.data.profiles, important, active.explanation?.featureColumns ?? []);
  return (
    <RowIce
      active={active}
      row={row}
      encoded={encoded}
      profiles={profiles.data.profiles}
      ordered={ordered}
      predictedClass={details.data.predictedClass}
      unit={details.data.scoreUnit}
    />
  );
}

interface RowIceProps {
  readonly active: ActiveScope;
  readonly row: number;
  readonly encoded: Float64Array;
  readonly profiles: readonly FeatureProfile[];
  readonly ordered: readonly { readonly feature: number; readonly hint: string }[];
  readonly predictedClass: number;
  readonly unit: string;
}

function RowIce({ active, row, encoded, profiles, ordered, predictedClass, unit }: RowIceProps) {
  const options = useChoices((state) => state.choices.ice);
  const edits = useChoices((state) => state.choices.edits);
  const { outputs, predictionSpace } = active.study;
  const edited = useMemo(() => applyEdits(encoded, edits), [encoded, edits]);
  const isEdited = edited.some((value, f) => !Object.is(value, encoded[f]));
  const profile = profiles[options.feature ?? ordered[0]?.feature ?? 0] ?? profiles[0];
  const second = options.second == null ? undefined : profiles[options.second];
  if (profile === undefined) return null;
  const classIndex = classForRow(outputs, active.scope.output, predictedClass);
  const scope: IceScope = {
    row,
    classIndex,
    outputLabel: classLabels(outputs)[classIndex] ?? outputs.targetName,
    unit,
    space: predictionSpace ?? (isClassifier(outputs) ? 'probability' : 'value'),
  };
  const note = active.scope.output.kind === 'mean-abs' ? localText.fellBack : null;
  const shared = { outputs, scope, encoded, profiles, ordered, profile, note };
  if (second !== undefined && second.feature !== profile.feature)
    return <IceSurfacePanel key={row} {...shared} second={second} values={isEdited ? edited : encoded} />;
  return <IceLines key={row} {...shared} edited={isEdited ? edited : null} />;
}
