import { CopyButton } from '#/components/CopyButton';
import { componentsText } from '#/text/components';
import styles from './CodeBlock.module.css';

/** Lines to copy, as text. */
export function CodeBlock({ code }: { readonly code: string }) {
  return (
    <div className={styles.block}>
      {/* A scrolling region must be reachable by keyboard. */}
      <pre className={styles.code} tabIndex={0} role="group" aria-label={componentsText.code}>
        <code>{code}</code>
      </pre>
      <div className={styles.copy}>
        <CopyButton text={code} />
      </div>
    </div>
  );
}
