import { Suspense } from 'react';
import { views } from '#/app/views';
import { Waiting } from '#/app/Waiting';
import { ErrorBoundary } from '#/components/ErrorBoundary';
import { failedState, StateNotice } from '#/panels/StateNotice';
import { ViewFrame } from '#/panels/ViewFrame';
import { useChoices } from '#/state/choices';
import type { ActiveScope } from '#/state/use-scope';

/** The chosen view. One that fails says so and leaves the rest of the page alive; one that does not apply says why. */
export function ViewHost({ active }: { readonly active: ActiveScope }) {
  const chosen = useChoices((state) => state.choices.view);
  const view = views.find(({ id }) => id === chosen) ?? views[0];
  if (view === undefined) return null;
  const reason = view.needs(active.study, active.explanation);
  if (reason !== null) {
    return (
      <ViewFrame title={view.name}>
        <StateNotice state={{ kind: 'notApplicable', reason }} />
      </ViewFrame>
    );
  }
  const View = view.component;
  return (
    <ErrorBoundary
      key={`${active.study.id} ${view.id}`}
      fallback={(error, reset) => (
        <ViewFrame title={view.name}>
          <StateNotice state={failedState(view.name, error, reset)} />
        </ViewFrame>
      )}
    >
      <Suspense
        fallback={
          <ViewFrame title={view.name} status="loading">
            <Waiting />
          </ViewFrame>
        }
      >
        <View />
      </Suspense>
    </ErrorBoundary>
  );
}
