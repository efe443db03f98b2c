import { Popover } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { Button, IconButton } from '#/components/Button';
import { CopyButton, copyText } from '#/components/CopyButton';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import { writeHash } from '#/state/url';
import { shellText } from '#/text/shell';
import type { StudySource } from '#/workers/contract';
import styles from './ShareButton.module.css';

const { share } = shellText;

/** Copies a link to this picture, and says what the receiver needs. */
export function ShareButton({ phone }: { readonly phone: boolean }) {
  const source = useSession((state) => state.source);
  const choices = useChoices((state) => state.choices);
  const [state, setState] = useState<'closed' | 'copied' | 'refused'>('closed');
  const linkId = useId();
  if (source === null) return null;
  const link = `${location.origin}${location.pathname}${writeHash(source, choices)}`;
  const copy = () => {
    if (state === 'closed') void copyText(link).then((done) => setState(done ? 'copied' : 'refused'));
    else setState('closed');
  };
  return (
    <Popover
      opened={state !== 'closed'}
      onChange={(open) => !open && setState('closed')}
      width={340}
      position="bottom-end"
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        {phone ? (
          <IconButton label={share.button} onClick={copy}>
            <IconLink size={18} />
          </IconButton>
        ) : (
          <Button onClick={copy}>
            <IconLink size={16} />
            {share.button}
          </Button>
        )}
      </Popover.Target>
      <Popover.Dropdown>
        <div className={styles.words} role="status">
          <strong>{state === 'refused' ? share.refused : share.copied}</strong>
          <p>{explain(source)}</p>
        </div>
        <div className={styles.link}>
          <label htmlFor={linkId} className="visually-hidden">
            {share.link}
          </label>
          <input id={linkId} readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
          <CopyButton text={link} label={share.copy} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function explain(source: StudySource): string {
  switch (source.kind) {
    case 'sample':
    case 'url':
      return share.site;
    case 'file':
      return share.file(source.name);
    case 'stored':
      return share.stored;
    default:
      return source satisfies never;
  }
}
