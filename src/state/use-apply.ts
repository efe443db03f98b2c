import { useCallback } from 'react';
import { toPlainError } from '#/base/errors';
import type { Command } from '#/engine/command';
import { useClient } from '#/state/client-context';
import { beginWork } from '#/state/idle';
import { useSession } from '#/state/session';

/**
 * Applies a command; the changed study arrives as an event. A refusal becomes a notice.
 * @param failed - words of the notice
 */
export function useApply(failed: string): (command: Command) => void {
  const client = useClient();
  return useCallback(
    (command) => {
      const end = beginWork(command.kind);
      client
        .apply(command)
        .catch((error: unknown) => useSession.getState().notify({ tone: 'error', text: failed, error: toPlainError(error) }))
        .finally(end);
    },
    [client, failed],
  );
}
