import { Button } from '#/components/Button';
import { Dialog } from '#/components/Dialog';
import { useOpener } from '#/state/opener-context';
import { useSession, type PickedFile } from '#/state/session';
import { openingText } from '#/text/opening';

/** Files were dropped while a study is on the screen. */
export function DropDialog({ files }: { readonly files: readonly PickedFile[] }) {
  const opener = useOpener();
  const studyName = useSession((state) => state.study?.name ?? '');
  const set = useSession((state) => state.set);
  const cancel = () => set({ pendingDrop: null });
  return (
    <Dialog
      title={openingText.drop.title}
      width={460}
      onClose={cancel}
      footer={
        <>
          <Button onClick={cancel}>{openingText.drop.cancel}</Button>
          <Button look="primary" onClick={() => void opener.files(files)}>
            {openingText.drop.open}
          </Button>
        </>
      }
    >
      <p>{openingText.drop.body(openingText.files(files), studyName)}</p>
    </Dialog>
  );
}
