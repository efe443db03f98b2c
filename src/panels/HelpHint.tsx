import { Popover } from '@mantine/core';
import { panelsText } from '#/text/panels';
import styles from './HelpHint.module.css';

interface HelpHintProps {
  /** `global importance`, `base value` */
  readonly term: string;
  /** Two sentences. */
  readonly children: string;
  readonly formula?: string;
}

/** `?` beside a term: two sentences and the formula. */
export function HelpHint({ term, children, formula }: HelpHintProps) {
  return (
    <Popover width={344} position="bottom-start" shadow="md" transitionProps={{ duration: 0 }} trapFocus={false} returnFocus>
      <Popover.Target>
        <button type="button" className={styles.mark} aria-label={panelsText.help(term)} title={panelsText.help(term)}>
          ?
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={styles.words}>
          <p>{children}</p>
          {formula !== undefined && <code className={styles.formula}>{formula}</code>}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
