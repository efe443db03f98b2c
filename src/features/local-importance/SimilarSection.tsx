import { Button } from '#/components/Button';
import { HelpHint } from '#/panels/HelpHint';
import { SimilarRows } from '#/panels/SimilarRows';
import { useChoices } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import { localText } from '#/text/local-importance';
import styles from './LocalImportance.module.css';

/** Beside the selected row itself. */
const MAX_COMPARED = 2;

interface SimilarSectionProps {
  readonly row: number;
  readonly encoded: Float64Array | null;
}

/** Rows most like the selected one: click to open, or compare up to three. */
export function SimilarSection({ row, encoded }: SimilarSectionProps) {
  const options = useChoices((state) => state.choices.local);
  const set = useChoices((state) => state.set);
  const query = useAsk(
    'neighbours',
    ['table', 'model', 'predictions', 'explanations'],
    encoded === null ? null : { values: encoded, count: 5, exceptRow: row },
  );
  const compared = options.compare ?? [];
  if (encoded === null || query.data === undefined || query.data.rows.length === 0) return null;
  const toggle = (other: number) => {
    const compare = compared.includes(other) ? compared.filter((one) => one !== other) : [...compared, other].slice(-MAX_COMPARED);
    set({ local: { ...options, compare } });
  };
  return (
    <section className={styles.similar} aria-label={localText.similar}>
      <h3 className={styles.heading}>
        {localText.similar}
        <HelpHint term={localText.similar}>{localText.similarHint}</HelpHint>
      </h3>
      <SimilarRows
        rows={query.data.rows}
        aside={(one) => (
          <Button
            look="quiet"
            aria-pressed={compared.includes(one.row)}
            aria-label={localText.compareOne(one.title)}
            onClick={() => toggle(one.row)}
          >
            {compared.includes(one.row) ? localText.compareStop : localText.compare}
          </Button>
        )}
      />
    </section>
  );
}
