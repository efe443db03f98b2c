import { IconArrowLeft } from '@tabler/icons-react';
import { Button, buttonClass } from '#/components/Button';
import { ErrorNotice } from '#/components/ErrorNotice';
import { FileButton } from '#/components/FileButtons';
import { Mark } from '#/components/Mark';
import { ThemeToggle } from '#/panels/ThemeToggle';
import { useChoices } from '#/state/choices';
import { useOpener } from '#/state/opener-context';
import { useSession } from '#/state/session';
import { writeHash } from '#/state/url';
import { landingText } from '#/text/landing';
import { openingText } from '#/text/opening';
import { RecentStudies } from './RecentStudies';
import { SampleGallery } from './SampleGallery';
import styles from './landing.module.css';

export function Landing() {
  return (
    <div className={styles.page}>
      <TopLine />
      <main className={styles.main}>
        <div className={styles.hero}>
          <h1 className={styles.title}>{landingText.title}</h1>
          <p className={styles.sentence}>{landingText.sentence}</p>
          <OpeningTrouble />
          <DropZone />
        </div>
        <div className={styles.studies}>
          <RecentStudies />
          <SampleGallery />
        </div>
        <Formats />
      </main>
    </div>
  );
}

function TopLine() {
  const study = useSession((state) => state.study);
  const source = useSession((state) => state.source);
  const choices = useChoices((state) => state.choices);
  return (
    <header className={styles.top}>
      <span className={styles.brand}>
        <Mark />
        {landingText.name}
      </span>
      {study !== null && (
        <a className={buttonClass()} href={writeHash(source, choices)}>
          <IconArrowLeft size={16} />
          {landingText.backTo(study.name)}
        </a>
      )}
      <span className={styles.push} />
      <ThemeToggle />
    </header>
  );
}

/** A link that waits for its file, or the last thing that did not open. */
function OpeningTrouble() {
  const awaited = useSession((state) => state.awaited);
  const opening = useSession((state) => state.opening);
  const set = useSession((state) => state.set);
  return (
    <>
      {awaited !== null && (
        <div className={styles.awaited} role="status">
          <strong>{landingText.awaited(awaited.name)}</strong>
          <p>{landingText.awaitedHint}</p>
        </div>
      )}
      {opening.kind === 'failed' && (
        <div className={styles.trouble}>
          <ErrorNotice
            title={openingText.failed(opening.label)}
            error={opening.error}
            actions={<Button onClick={() => set({ opening: { kind: 'idle' } })}>{landingText.dismiss}</Button>}
          />
        </div>
      )}
    </>
  );
}

function DropZone() {
  const opener = useOpener();
  return (
    <div className={styles.drop}>
      <p className={styles.dropTitle}>
        <span className={styles.withMouse}>{landingText.drop}</span>
        <span className={styles.withFinger}>{landingText.pick}</span>
      </p>
      <p className={styles.dropHint}>{landingText.dropHint}</p>
      <div className={styles.buttons}>
        <FileButton label={landingText.openFiles} look="primary" onFiles={(files) => opener.offer(files)} />
        <FileButton label={landingText.openFolder} folder onFiles={(files) => opener.offer(files)} />
      </div>
    </div>
  );
}

function Formats() {
  return (
    <section className={styles.formats} aria-label={landingText.opens}>
      <h2 className={styles.heading}>{landingText.opens}</h2>
      <dl>
        {landingText.formats.map(([what, how]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{how}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
