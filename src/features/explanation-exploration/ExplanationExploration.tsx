import { askState } from '#/panels/ask-state';
import { PlotPanel } from '#/panels/PlotPanel';
import { StateNotice } from '#/panels/StateNotice';
import { ViewFrame } from '#/panels/ViewFrame';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { useScope } from '#/state/use-scope';
import { localText } from '#/text/local-importance';
import { plotText } from '#/text/plot';
import { viewNames } from '#/text/views';

/** Importances against values: by default the dependence plot of the top feature, coloured by its partner. */
export function ExplanationExploration() {
  const active = useScope();
  const options = useChoices((state) => state.choices.explore);
  const set = useChoices((state) => state.set);
  const hasLocal = active?.explanation?.hasLocal === true;
  const axes = useAsk(
    'axes',
    ['table', 'model', 'predictions', 'explanations', 'meta'],
    active !== null && hasLocal ? { scope: active.scope } : null,
  );
  if (active === null) return null;
  const answer = hasLocal ? axes.data : undefined;
  if (answer !== undefined && answer.importances.length > 0) {
    const all = [...answer.axes, ...answer.importances];
    const first = answer.importances[0];
    const defaults = answer.exploreDefaults ?? (first === undefined ? answer.dataDefaults : { x: first.ref, y: null, colour: null });
    return (
      <PlotPanel
        title={viewNames.explore}
        active={active}
        options={options}
        onOptions={(explore) => set({ explore })}
        axes={all}
        defaults={defaults}
      />
    );
  }
  const waiting = hasLocal && axes.data === undefined ? askState(viewNames.explore, axes) : null;
  const reason = hasLocal ? plotText.noImportances : `${localText.noLocal} ${localText.noLocalHint}`;
  return (
    <ViewFrame title={viewNames.explore}>
      <StateNotice state={waiting ?? { kind: 'notApplicable', reason }} />
    </ViewFrame>
  );
}
