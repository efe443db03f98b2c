import { IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { IconButton } from '#/components/Button';
import { useSession, type Notice } from '#/state/session';
import { appText } from '#/text/app';
import styles from './App.module.css';

const SHOWN_MS = 8000;

/** What a person should know: read aloud, gone after a while unless it is an error. */
export function Notices() {
  const notices = useSession((state) => state.notices);
  return (
    <div className={styles.notices} role="region" aria-label={appText.notices}>
      <div aria-live="polite">
        {notices.map((notice) => (
          <NoticeLine key={notice.id} notice={notice} />
        ))}
      </div>
    </div>
  );
}

function NoticeLine({ notice }: { readonly notice: Notice }) {
  const dismiss = useSession((state) => state.dismiss);
  const { id, tone } = notice;
  useEffect(() => {
    if (tone === 'error') return;
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, tone, dismiss]);
  return (
    <div className={styles.notice} data-tone={tone}>
      <div className={styles.noticeWords}>
        <p>{notice.text}</p>
        {notice.error !== null && <p>{notice.error.message}</p>}
        {notice.error?.hint !== undefined && <p className={styles.noticeHint}>{notice.error.hint}</p>}
      </div>
      <IconButton label={appText.dismiss} onClick={() => dismiss(id)}>
        <IconX size={16} />
      </IconButton>
    </div>
  );
}
