import styles from './EllipsisText.module.css';

/** Names that differ only at the end (`…_2019`, `…_2020`) stay apart: the last characters are never cut. */
const TAIL = 7;
const LONG = 18;

interface EllipsisTextProps {
  readonly text: string;
  readonly className?: string | undefined;
}

/** A name from a file, as text, cut in the middle where there is no room; whole in the tool-tip and for screen readers. */
export function EllipsisText({ text, className }: EllipsisTextProps) {
  const characters = Array.from(text);
  if (characters.length <= LONG) {
    return (
      <span className={`${styles.text} ${className ?? ''}`} title={text}>
        <span className={styles.head}>{text}</span>
      </span>
    );
  }
  return (
    <span className={`${styles.text} ${className ?? ''}`} title={text}>
      {/* Read aloud, and found, in one piece. */}
      <span className="visually-hidden">{text}</span>
      <span className={styles.head} aria-hidden="true">
        {characters.slice(0, -TAIL).join('')}
      </span>
      <span className={styles.tail} aria-hidden="true">
        {characters.slice(-TAIL).join('')}
      </span>
    </span>
  );
}
