import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { toPlainError } from '#/base/errors';
import { ErrorNotice } from '#/components/ErrorNotice';
import { DEFAULT_CHOICES } from '#/state/choices';
import { loadGallery, type Sample } from '#/state/gallery';
import { writeHash } from '#/state/url';
import { landingText } from '#/text/landing';
import { SamplePicture } from './SamplePicture';
import styles from './landing.module.css';

/** One click from a full study. Samples are links: they can be copied, and opened in another tab. */
export function SampleGallery() {
  const gallery = useQuery({ queryKey: ['gallery'], queryFn: loadGallery, staleTime: Infinity });
  const titleId = useId();
  return (
    <section aria-labelledby={titleId}>
      <h2 id={titleId} className={styles.heading}>
        {landingText.samples}
      </h2>
      {gallery.isError && <ErrorNotice title={landingText.samplesFailed} error={toPlainError(gallery.error)} />}
      <ul className={styles.samples}>
        {gallery.data?.map((sample) => (
          <SampleCard key={sample.id} sample={sample} />
        ))}
      </ul>
    </section>
  );
}

function SampleCard({ sample }: { readonly sample: Sample }) {
  const sentenceId = useId();
  return (
    <li className={styles.sample}>
      <SamplePicture features={sample.topFeatures.slice(0, 5)} />
      <a className={styles.sampleName} href={writeHash({ kind: 'sample', id: sample.id }, DEFAULT_CHOICES)} aria-describedby={sentenceId}>
        {sample.name}
      </a>
      <p id={sentenceId} className={styles.sampleSentence}>
        {sample.sentence}
      </p>
      <p className={styles.facts}>{landingText.sampleFacts(sample.rows, sample.features)}</p>
    </li>
  );
}
