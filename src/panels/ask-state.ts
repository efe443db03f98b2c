import { isLimpidError } from '#/base/errors';
import { failedState, type ViewState } from '#/panels/StateNotice';

interface AskResult {
  readonly data: unknown;
  readonly error: unknown;
  readonly isPending: boolean;
  refetch(): unknown;
}

/** The state to show instead of a chart: loading, failed; null when there is an answer. A superseded question is no failure. */
export function askState(view: string, query: AskResult): ViewState | null {
  if (query.data !== undefined) return null;
  if (query.error !== null && query.error !== undefined && !isLimpidError(query.error, 'Aborted'))
    return failedState(view, query.error, () => void query.refetch());
  return { kind: 'loading' };
}
