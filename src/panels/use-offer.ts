import { useQuery } from '@tanstack/react-query';
import type { ExplainerOffer } from '#/engine/job';
import { useClient } from '#/state/client-context';
import { useSession } from '#/state/session';

const BACKGROUND_ROWS = 100;

/** What the catalogue says of a method for the open model; null while that is not known, or without a model. */
export function useOffer(method: ExplainerOffer['id']): ExplainerOffer | null {
  const client = useClient();
  const study = useSession((state) => state.study);
  const plan = useQuery({
    queryKey: ['explain-plan', study?.id, study?.revisions.model, study?.revisions.table, BACKGROUND_ROWS, null, {}],
    queryFn: () => client.explainPlan({ backgroundRows: BACKGROUND_ROWS, method: null, parameters: {} }),
    enabled: study !== null && study.model !== null,
    staleTime: Infinity,
    structuralSharing: false,
  });
  return plan.data?.offers.find(({ id }) => id === method) ?? null;
}
