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
  const cut = characters.length > LONG ? characters.length - TAIL : characters.length;
  return (
    <span className={`${styles.text} ${className ?? ''}`} title={text}>
      <span className={styles.head}>{characters.slice(0, cut).join('')}</span>
      {cut < characters.length && <span className={styles.tail}>{characters.slice(cut).join('')}</span>}
    </span>
  );
}
