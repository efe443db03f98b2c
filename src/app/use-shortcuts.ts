import { useEffect } from 'react';
import { toPlainError } from '#/base/errors';
import { useChoices } from '#/state/choices';
import { useClient } from '#/state/client-context';
import { useSession } from '#/state/session';
import { shellText } from '#/text/shell';
import type { LimpidClient } from '#/workers/client';

/** Ctrl+Z, Ctrl+Shift+Z, Ctrl+Y, and Esc for the row pane. */
export function useShortcuts(): void {
  const client = useClient();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if (event.key === 'Escape') {
        if (!somethingIsOpen()) useChoices.getState().selectRow(null);
        return;
      }
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isTextField(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      void step(client, key === 'y' || event.shiftKey ? 'redo' : 'undo');
    };
    // Before lists and popovers close themselves on Esc: they must still count as open.
    window.addEventListener('keydown', press, { capture: true });
    return () => window.removeEventListener('keydown', press, { capture: true });
  }, [client]);
}

export async function step(client: LimpidClient, direction: 'undo' | 'redo'): Promise<void> {
  const { history, notify } = useSession.getState();
  if (history[direction] === null) return;
  try {
    await client[direction]();
  } catch (error) {
    notify({ tone: 'error', text: shellText.study.changeFailed, error: toPlainError(error) });
  }
}

function somethingIsOpen(): boolean {
  return document.querySelector('dialog[open], [aria-expanded="true"]') !== null;
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['range', 'checkbox', 'radio', 'button', 'file'].includes(target.type))
  );
}
