import { useEffect, useRef, useState } from 'react';
import { toPlainError } from '#/base/errors';
import type { ImportCard, ImportChoices } from '#/formats/draft';
import { useClient } from '#/state/client-context';
import { beginWork } from '#/state/idle';
import { useSession } from '#/state/session';
import { importText } from '#/text/import-card';

/** Typing pauses this long before the engine is asked to look again. */
const PAUSE_MS = 150;

interface EditableCard {
  /** What is shown: the person's choices at once, the engine's judgement of them as soon as it is known. */
  readonly choices: ImportChoices;
  readonly pending: boolean;
  readonly change: (patch: Partial<ImportChoices>) => void;
}

/** The card's choices; each change is sent to the engine, whose answer replaces the card. The latest change wins. */
export function useCard(draft: string, card: ImportCard): EditableCard {
  const client = useClient();
  const [edited, setEdited] = useState<ImportChoices | null>(null);
  const attempt = useRef(0);
  useEffect(() => {
    if (edited === null) return;
    const mine = ++attempt.current;
    const end = beginWork('revise the import card');
    const revise = async () => {
      try {
        const revised = await client.reviseCard(draft, edited);
        const { opening, set } = useSession.getState();
        if (mine !== attempt.current || opening.kind !== 'card' || opening.draft !== draft) return;
        set({ opening: { ...opening, card: revised } });
        setEdited(null);
      } catch (error) {
        useSession.getState().notify({ tone: 'error', text: importText.revising, error: toPlainError(error) });
        if (mine === attempt.current) setEdited(null);
      } finally {
        end();
      }
    };
    const timer = setTimeout(() => void revise(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [client, draft, edited]);
  const choices = edited ?? card.choices;
  return { choices, pending: edited !== null, change: (patch) => setEdited({ ...choices, ...rematched(card, choices, patch), ...patch }) };
}

/**
 * Another target: columns that were only guessed around the old one are guessed again, and the old target may be a feature.
 * Slots that the person chose stay.
 */
function rematched(card: ImportCard, choices: ImportChoices, patch: Partial<ImportChoices>): Partial<ImportChoices> {
  if (patch.target === undefined || patch.target === choices.target) return {};
  if (card.slots.some(({ how }) => how === 'chosen')) return {};
  return { slots: [], roles: choices.roles.map((role, column) => (column === choices.target && role === 'target' ? 'feature' : role)) };
}
