import { Button } from '#/components/Button';
import { Dialog } from '#/components/Dialog';
import { FindingsList } from '#/panels/FindingsList';
import { useSession } from '#/state/session';
import { importText } from '#/text/import-card';
import { FileList } from './FileList';
import styles from './import-card.module.css';

/** What the last drop held: every file, also those that did not open. */
export function OpenedDialog() {
  const card = useSession((state) => state.card);
  const set = useSession((state) => state.set);
  const close = () => set({ cardOpen: false });
  if (card === null) return null;
  return (
    <Dialog title={importText.opened} width={760} onClose={close} footer={<Button onClick={close}>{importText.close}</Button>}>
      <div className={styles.dialog}>
        <FileList items={card.items} />
        {card.findings.length > 0 && (
          <section aria-label={importText.findings}>
            <h3 className={styles.heading}>{importText.findings}</h3>
            <FindingsList findings={card.findings} />
          </section>
        )}
      </div>
    </Dialog>
  );
}
