import type { PlainError } from '#/base/errors';
import { EllipsisText } from '#/components/EllipsisText';
import { ErrorNotice } from '#/components/ErrorNotice';
import type { ImportItem } from '#/formats/draft';
import { importText } from '#/text/import-card';
import styles from './import-card.module.css';

/** Each file, what it was recognised as, and why it does not open. */
export function FileList({ items }: { readonly items: readonly ImportItem[] }) {
  return (
    <ul className={styles.files}>
      {items.map((item, i) => (
        <li key={`${item.path} ${i}`} className={styles.file} data-status={item.status}>
          <div className={styles.fileLine}>
            <span className={styles.fileName}>
              <EllipsisText text={item.path} />
            </span>
            <span className={styles.fileKind}>{item.recognisedAs}</span>
            <span className={styles.fileSize}>{importText.size(item.bytes)}</span>
            <span className={styles.fileStatus}>{importText.status[item.status]}</span>
          </div>
          {item.error !== null && (
            <ErrorNotice error={withoutFile(item.error, item.path)} tone={item.status === 'broken' ? 'error' : 'calm'} />
          )}
        </li>
      ))}
    </ul>
  );
}

/** The line above names the file already. */
function withoutFile(error: PlainError, path: string): PlainError {
  if (error.place?.file !== path) return error;
  const { place, ...rest } = error;
  return place.at === undefined ? rest : { ...rest, place: { at: place.at } };
}
