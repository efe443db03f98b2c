import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect } from 'react';
import { DropDialog } from '#/app/DropDialog';
import { IdleSignal } from '#/app/IdleSignal';
import { Notices } from '#/app/Notices';
import { Opening } from '#/app/Opening';
import { Waiting } from '#/app/Waiting';
import { toPlainError } from '#/base/errors';
import { Button } from '#/components/Button';
import { ErrorBoundary } from '#/components/ErrorBoundary';
import { ErrorNotice } from '#/components/ErrorNotice';
import type { Picked } from '#/components/picked-files';
import { useWindowDrop } from '#/components/use-window-drop';
import { Landing } from '#/features/landing/Landing';
import { ClientContext } from '#/state/client-context';
import type { StudyOpener } from '#/state/open-study';
import { OpenerContext } from '#/state/opener-context';
import { useSession } from '#/state/session';
import { appText } from '#/text/app';
import type { LimpidClient } from '#/workers/client';
import styles from './App.module.css';

const loadStudy = () => import('#/app/StudyShell');
const StudyShell = lazy(async () => ({ default: (await loadStudy()).StudyShell }));
const ImportCardView = lazy(async () => ({ default: (await import('#/features/import-card/ImportCardView')).ImportCardView }));

interface AppProps {
  readonly client: LimpidClient;
  readonly opener: StudyOpener;
  readonly queries: QueryClient;
}

export function App({ client, opener, queries }: AppProps) {
  return (
    <QueryClientProvider client={queries}>
      <ClientContext value={client}>
        <OpenerContext value={opener}>
          <IdleSignal />
          <ErrorBoundary fallback={(error, reset) => <PageFailed error={error} reset={reset} />}>
            <Suspense fallback={<Waiting />}>
              <Screen />
            </Suspense>
          </ErrorBoundary>
          <Drops opener={opener} />
          <Notices />
        </OpenerContext>
      </ClientContext>
    </QueryClientProvider>
  );
}

function Screen() {
  const opening = useSession((state) => state.opening);
  const showsStudy = useSession((state) => state.study !== null && !state.atLanding);
  const studyName = useSession((state) => state.study?.name ?? null);
  useEffect(() => {
    document.title = showsStudy && studyName !== null ? appText.title(studyName) : appText.name;
  }, [showsStudy, studyName]);
  useEffect(() => {
    // The shell is on its way while the file is being read.
    if (opening.kind === 'opening') void loadStudy();
  }, [opening.kind]);
  if (opening.kind === 'opening') return <Opening phase={opening} />;
  if (opening.kind === 'card') return <ImportCardView draft={opening.draft} card={opening.card} />;
  return showsStudy ? <StudyShell /> : <Landing />;
}

function Drops({ opener }: { readonly opener: StudyOpener }) {
  const offer = useCallback((files: readonly Picked[]) => opener.offer(files), [opener]);
  const over = useWindowDrop(offer);
  const pending = useSession((state) => state.pendingDrop);
  return (
    <>
      {over && (
        <div className={styles.over} aria-hidden="true">
          {appText.dropHere}
        </div>
      )}
      {pending !== null && <DropDialog files={pending} />}
    </>
  );
}

function PageFailed({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return (
    <main className={styles.failed}>
      <ErrorNotice title={appText.pageFailed} error={toPlainError(error)} actions={<Button onClick={reset}>{appText.tryAgain}</Button>} />
    </main>
  );
}
