import { useDeferredValue, useMemo } from 'react';
import { applyEdits } from '#/domain/encoded-cell';
import { isClassifier, predictedClassOf } from '#/domain/outputs';
import { EditedExplanation } from '#/features/perturbation/EditedExplanation';
import { FeatureInputs } from '#/features/perturbation/FeatureInputs';
import { KeptPoints } from '#/features/perturbation/KeptPoints';
import { PredictionCard } from '#/features/perturbation/PredictionCard';
import { UnlikeWarning } from '#/features/perturbation/UnlikeWarning';
import { askState } from '#/panels/ask-state';
import { StateNotice } from '#/panels/StateNotice';
import { useLivePrediction } from '#/panels/use-interactive';
import type { FeatureProfile } from '#/queries/profiles';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { rowName } from '#/text/coverage';
import { viewNames } from '#/text/views';
import { whatIfText } from '#/text/what-if';
import styles from './Perturbation.module.css';

/** What-if: change any value of the selected row, the prediction follows. */
export function Perturbation() {
  const active = useScope();
  const row = useChoices((state) => state.choices.row);
  const hasModel = active?.study.model != null;
  const details = useAsk('row-details', ['table', 'predictions', 'model'], row === null || !hasModel ? null : { row });
  const profiles = useAsk('profiles', ['table', 'model', 'explanations'], hasModel ? {} : null);
  if (active === null || row === null) return null;
  if (!hasModel) return <StateNotice state={{ kind: 'notApplicable', reason: `${whatIfText.noModel} ${whatIfText.noModelHint}` }} />;
  const waiting = askState(viewNames.whatIf, details) ?? askState(viewNames.whatIf, profiles);
  if (waiting !== null) return <StateNotice state={waiting} />;
  if (details.data === undefined || profiles.data === undefined || details.data.row !== row)
    return <StateNotice state={{ kind: 'loading' }} />;
  const { encoded, title } = details.data;
  if (encoded === null) return <StateNotice state={{ kind: 'notApplicable', reason: `${whatIfText.noData} ${whatIfText.noDataHint}` }} />;
  return (
    <WhatIf
      key={row}
      active={active}
      row={row}
      title={title}
      encoded={encoded}
      profiles={profiles.data.profiles}
      unit={details.data.scoreUnit}
    />
  );
}

interface WhatIfProps {
  readonly active: ActiveScope;
  readonly row: number;
  readonly title: string;
  readonly encoded: Float64Array;
  readonly profiles: readonly FeatureProfile[];
  readonly unit: string;
}

function WhatIf({ active, row, title, encoded, profiles, unit }: WhatIfProps) {
  const edits = useChoices((state) => state.choices.edits);
  const { outputs } = active.study;
  const space = active.study.predictionSpace ?? (isClassifier(outputs) ? 'probability' : 'value');
  const values = useMemo(() => applyEdits(encoded, edits), [encoded, edits]);
  // The row as it is and as edited, in one call: the difference never mixes two models or two moments.
  const both = useMemo(() => Float64Array.of(...encoded, ...values), [encoded, values]);
  const live = useLivePrediction(both);
  const deferred = useDeferredValue(values);
  const changed = useMemo(() => Array.from(values.keys()).filter((f) => !Object.is(values[f], encoded[f])), [values, encoded]);
  const prediction = live.value?.prediction ?? null;
  const nOutputs = prediction === null ? 0 : prediction.length / 2;
  const base = prediction?.subarray(0, nOutputs) ?? null;
  const now = prediction?.subarray(nOutputs) ?? null;
  const baseClass = base === null ? -1 : predictedClassOf(outputs, space, base);
  const fresh = live.value?.values.every((value, i) => Object.is(value, both[i])) === true;
  return (
    <div className={styles.root}>
      <PredictionCard
        active={active}
        space={space}
        unit={unit}
        base={base}
        now={now}
        baseClass={baseClass}
        fresh={fresh}
        error={live.error}
        changed={changed.map((f) => profiles[f]?.schema.name ?? '')}
      />
      {changed.length > 0 && <UnlikeWarning values={deferred} />}
      <KeptPoints
        active={active}
        row={row}
        encoded={encoded}
        values={values}
        prediction={fresh ? now : null}
        changed={changed.length > 0}
      />
      <EditedExplanation
        active={active}
        row={row}
        title={title === '' ? rowName(row) : title}
        values={values}
        changed={changed.length > 0}
        predictedClass={baseClass}
      />
      <FeatureInputs profiles={profiles} encoded={encoded} edits={edits} />
    </div>
  );
}
