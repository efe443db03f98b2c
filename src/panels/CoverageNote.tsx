import type { Coverage } from '#/queries/scope';
import { panelsText } from '#/text/panels';
import styles from './CoverageNote.module.css';

interface CoverageNoteProps {
  readonly coverage: Coverage;
  /** More is being computed. */
  readonly partial?: boolean;
}

/** From how many rows a number comes. */
export function CoverageNote({ coverage, partial = false }: CoverageNoteProps) {
  const text = panelsText.coverage(coverage.used, coverage.total);
  return (
    <span
      className={`${styles.note ?? ''} ${partial ? (styles.partial ?? '') : ''}`}
      title={partial ? panelsText.partial(coverage.used, coverage.total) : undefined}
    >
      ({text})
    </span>
  );
}
