import { createTheme, MantineProvider } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, type CSSProperties } from 'react';
import '#/components/mantine';
import { JobsStrip } from '#/app/JobsStrip';
import { Rail } from '#/app/Rail';
import { RowPane } from '#/app/RowPane';
import { TopBar } from '#/app/TopBar';
import { useShortcuts } from '#/app/use-shortcuts';
import { ViewHost } from '#/app/ViewHost';
import { Waiting } from '#/app/Waiting';
import { useChoices } from '#/state/choices';
import { useColourScheme } from '#/state/colour-scheme';
import { usePane } from '#/state/pane';
import { useSession } from '#/state/session';
import { useScope } from '#/state/use-scope';
import { shellText } from '#/text/shell';
import styles from './StudyShell.module.css';

const ExplainDialog = lazy(async () => ({ default: (await import('#/features/explain/ExplainDialog')).ExplainDialog }));
const GroupDialog = lazy(async () => ({ default: (await import('#/features/group-columns/GroupDialog')).GroupDialog }));
const OpenedDialog = lazy(async () => ({ default: (await import('#/features/import-card/OpenedDialog')).OpenedDialog }));

/** Colours come from components/mantine-theme.css; no inline style element is made (content security policy). */
const theme = createTheme({ fontSmoothing: false, respectReducedMotion: true, cursorType: 'pointer' });

export const PHONE = '(max-width: 760px)';

/** What a person sees while a study is open. */
export function StudyShell() {
  const scheme = useColourScheme((state) => state.scheme);
  const phone = useMediaQuery(PHONE, false, { getInitialValueInEffect: false });
  const scope = useScope();
  const row = useChoices((state) => state.choices.row);
  const width = usePane((state) => state.width);
  const explainOpen = useSession((state) => state.explainOpen);
  const grouping = useSession((state) => state.grouping);
  const cardOpen = useSession((state) => state.cardOpen);
  useShortcuts();
  if (scope === null) return null;
  const paneOpen = row !== null && row < scope.study.nRows;
  return (
    <MantineProvider theme={theme} forceColorScheme={scheme} withGlobalClasses={false} withCssVariables={false}>
      <a className={styles.skip} href="#main" onClick={skipToMain}>
        {shellText.skip}
      </a>
      <div className={styles.shell} data-pane={paneOpen} style={{ '--pane': `${width}px` } as CSSProperties}>
        <TopBar active={scope} phone={phone} />
        <Rail active={scope} phone={phone} />
        <main id="main" className={styles.main} tabIndex={-1}>
          <ViewHost active={scope} />
        </main>
        {paneOpen && <RowPane active={scope} row={row} phone={phone} />}
        <JobsStrip />
      </div>
      <Suspense fallback={<Waiting />}>
        {explainOpen && <ExplainDialog />}
        {grouping !== null && <GroupDialog key={grouping} explanation={grouping} />}
        {cardOpen && <OpenedDialog />}
      </Suspense>
    </MantineProvider>
  );
}

/** The address holds the choices, so the link must not navigate. */
function skipToMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
