import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { IconButton } from '#/components/Button';
import { EllipsisText } from '#/components/EllipsisText';
import { DEFAULT_CHOICES } from '#/state/choices';
import { useClient } from '#/state/client-context';
import { writeHash } from '#/state/url';
import { landingText } from '#/text/landing';
import styles from './landing.module.css';

/** What this browser keeps. Absent when it keeps nothing. */
export function RecentStudies() {
  const client = useClient();
  const queries = useQueryClient();
  const titleId = useId();
  const recent = useQuery({ queryKey: ['recent'], queryFn: () => client.recent(), staleTime: 0 });
  const forget = useMutation({
    mutationFn: (id: string) => client.forget(id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['recent'] }),
  });
  if (recent.data === undefined || recent.data.length === 0) return null;
  return (
    <section aria-labelledby={titleId}>
      <h2 id={titleId} className={styles.heading}>
        {landingText.recent}
      </h2>
      <ul className={styles.recents}>
        {recent.data.map((study) => (
          <li key={study.id} className={styles.recent}>
            <a href={writeHash({ kind: 'stored', id: study.id }, DEFAULT_CHOICES)}>
              <EllipsisText text={study.name} />
            </a>
            <span className={styles.facts}>{landingText.recentFacts(study.nRows, study.explanations, study.savedAt)}</span>
            <IconButton label={landingText.forget(study.name)} onClick={() => forget.mutate(study.id)}>
              <IconX size={16} />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
