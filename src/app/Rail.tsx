import { Tooltip } from '@mantine/core';
import { useEffect, useRef, type MouseEvent } from 'react';
import { views } from '#/app/views';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import { writeHash } from '#/state/url';
import type { ActiveScope } from '#/state/use-scope';
import type { ViewDefinition } from '#/state/view';
import { shellText } from '#/text/shell';
import styles from './Rail.module.css';

interface RailProps {
  readonly active: ActiveScope;
  /** The rail lies at the bottom, with short names. */
  readonly phone: boolean;
}

export function Rail({ active, phone }: RailProps) {
  return (
    <nav className={styles.rail} aria-label={shellText.views}>
      <ul className={styles.list}>
        {views.map((view) => (
          <li key={view.id}>
            <RailItem view={view} reason={view.needs(active.study, active.explanation)} phone={phone} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface RailItemProps {
  readonly view: ViewDefinition;
  /** Why the view does not apply. */
  readonly reason: string | null;
  readonly phone: boolean;
}

/** A link, also where the view does not apply: it then stays, says why, and leads nowhere. */
function RailItem({ view, reason, phone }: RailItemProps) {
  const choices = useChoices((state) => state.choices);
  const source = useSession((state) => state.source);
  const current = choices.view === view.id;
  const link = useRef<HTMLAnchorElement>(null);
  // On a phone the bar may be longer than the screen.
  useEffect(() => {
    if (current && phone) link.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [current, phone]);
  const Icon = view.icon;
  const content = (
    <>
      <Icon />
      <span>{phone ? view.shortName : view.name}</span>
    </>
  );
  if (reason === null) {
    return (
      <a
        ref={link}
        className={styles.item}
        href={writeHash(source, { ...choices, view: view.id })}
        aria-current={current ? 'page' : undefined}
        aria-label={phone ? view.name : undefined}
        onClick={(event) => openHere(event, view.id)}
      >
        {content}
      </a>
    );
  }
  return (
    <Tooltip
      label={reason}
      multiline
      w={260}
      position={phone ? 'top' : 'right'}
      events={{ hover: true, focus: true, touch: true }}
      transitionProps={{ duration: 0 }}
    >
      <a
        className={styles.item}
        role="link"
        tabIndex={0}
        aria-disabled="true"
        aria-current={current ? 'page' : undefined}
        aria-label={phone ? view.name : undefined}
        aria-description={reason}
      >
        {content}
      </a>
    </Tooltip>
  );
}

/**
 * A plain click changes the choice at once: an answer of a job that arrives before the browser tells of the new address would
 * write the old one back. Clicks that open a tab or a window stay the browser's.
 */
function openHere(event: MouseEvent, view: string): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  useChoices.getState().set({ view });
}
