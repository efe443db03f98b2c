import { askState } from '#/panels/ask-state';
import { PlotPanel } from '#/panels/PlotPanel';
import { StateNotice } from '#/panels/StateNotice';
import { ViewFrame } from '#/panels/ViewFrame';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { useScope } from '#/state/use-scope';
import { plotText } from '#/text/plot';
import { viewNames } from '#/text/views';

/** The data itself: features, true and predicted values against each other. */
export function DataExploration() {
  const active = useScope();
  const options = useChoices((state) => state.choices.data);
  const set = useChoices((state) => state.set);
  const hasRows = active !== null && active.study.nRows > 0;
  const axes = useAsk('axes', ['table', 'model', 'predictions', 'explanations', 'meta'], hasRows ? { scope: active.scope } : null);
  if (active === null) return null;
  if (hasRows && axes.data !== undefined && axes.data.axes.length > 0) {
    return (
      <PlotPanel
        title={viewNames.data}
        active={active}
        options={options}
        onOptions={(data) => set({ data })}
        axes={axes.data.axes}
        defaults={axes.data.dataDefaults}
      />
    );
  }
  const waiting = hasRows && axes.data === undefined ? askState(viewNames.data, axes) : null;
  return (
    <ViewFrame title={viewNames.data}>
      <StateNotice state={waiting ?? { kind: 'notApplicable', reason: `${plotText.noData} ${plotText.noDataHint}` }} />
    </ViewFrame>
  );
}
