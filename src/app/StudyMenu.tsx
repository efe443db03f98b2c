import { Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { StudyDetailsDialog } from '#/app/StudyDetailsDialog';
import { downloadBytes, fileNameOf } from '#/components/download';
import { EllipsisText } from '#/components/EllipsisText';
import { toPlainError } from '#/base/errors';
import type { StudySummary } from '#/domain/summary';
import { useClient } from '#/state/client-context';
import { beginWork } from '#/state/idle';
import { useOpener } from '#/state/opener-context';
import { useSession } from '#/state/session';
import { shellText } from '#/text/shell';
import styles from './StudyMenu.module.css';

export function StudyMenu({ study }: { readonly study: StudySummary }) {
  const client = useClient();
  const opener = useOpener();
  const card = useSession((state) => state.card);
  const [details, setDetails] = useState(false);
  const { set, notify } = useSession.getState();
  const save = () => {
    const end = beginWork('save');
    client
      .save()
      .then((bytes) => downloadBytes(bytes, `${fileNameOf(study.name)}.limpid`))
      .catch((error: unknown) => notify({ tone: 'error', text: shellText.study.saveFailed, error: toPlainError(error) }))
      .finally(end);
  };
  return (
    <>
      <Menu position="bottom-start" width={220} transitionProps={{ duration: 0 }}>
        <Menu.Target>
          <button type="button" className={styles.button} aria-label={shellText.study.menu(study.name)}>
            <EllipsisText text={study.name} />
            <IconChevronDown size={14} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDetails(true)}>{shellText.study.details}</Menu.Item>
          <Menu.Item onClick={save}>{shellText.study.save}</Menu.Item>
          {card !== null && <Menu.Item onClick={() => set({ cardOpen: true })}>{shellText.study.card}</Menu.Item>}
          <Menu.Divider />
          <Menu.Item onClick={() => void opener.closeStudy()}>{shellText.study.close}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {details && <StudyDetailsDialog study={study} onClose={() => setDetails(false)} />}
    </>
  );
}
