import { useState, type SyntheticEvent } from 'react';
import { Button } from '#/components/Button';
import { Dialog } from '#/components/Dialog';
import { TextArea, TextField } from '#/components/TextField';
import type { StudySummary } from '#/domain/summary';
import { useApply } from '#/state/use-apply';
import { shellText } from '#/text/shell';
import styles from './StudyMenu.module.css';

interface StudyDetailsDialogProps {
  readonly study: StudySummary;
  readonly onClose: () => void;
}

export function StudyDetailsDialog({ study, onClose }: StudyDetailsDialogProps) {
  const apply = useApply(shellText.study.changeFailed);
  const [name, setName] = useState(study.name);
  const [notes, setNotes] = useState(study.notes);
  const keep = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && name !== study.name) apply({ kind: 'rename', name: name.trim() });
    if (notes !== study.notes) apply({ kind: 'set notes', notes });
    onClose();
  };
  return (
    <Dialog
      title={study.name}
      width={480}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{shellText.study.cancel}</Button>
          <Button look="primary" type="submit" form="study-details">
            {shellText.study.keep}
          </Button>
        </>
      }
    >
      <form id="study-details" className={styles.fields} onSubmit={keep}>
        <TextField label={shellText.study.name} value={name} onChange={setName} maxLength={200} autoComplete="off" />
        <TextArea label={shellText.study.notes} hint={shellText.study.notesHint} value={notes} onChange={setNotes} />
      </form>
    </Dialog>
  );
}
