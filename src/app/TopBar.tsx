import { IconAdjustmentsHorizontal, IconArrowBackUp, IconArrowForwardUp, IconSparkles } from '@tabler/icons-react';
import { useState } from 'react';
import { ContextControls } from '#/app/ContextControls';
import { ShareButton } from '#/app/ShareButton';
import { StudyMenu } from '#/app/StudyMenu';
import { step } from '#/app/use-shortcuts';
import { Button, IconButton } from '#/components/Button';
import { Dialog } from '#/components/Dialog';
import { Mark } from '#/components/Mark';
import { ThemeToggle } from '#/panels/ThemeToggle';
import { useClient } from '#/state/client-context';
import { useSession } from '#/state/session';
import type { ActiveScope } from '#/state/use-scope';
import { shellText } from '#/text/shell';
import styles from './TopBar.module.css';

interface TopBarProps {
  readonly active: ActiveScope;
  readonly phone: boolean;
}

/** The study, the context that every view shares, and what acts on the whole study. */
export function TopBar({ active, phone }: TopBarProps) {
  return (
    <header className={styles.bar}>
      <a className={styles.brand} href="#" aria-label={shellText.home} title={shellText.home}>
        <Mark />
        <span className={styles.brandName}>{shellText.name}</span>
      </a>
      <StudyMenu study={active.study} />
      <div className={styles.context}>{phone ? <ContextSheet active={active} /> : <ContextControls active={active} />}</div>
      <div className={styles.actions}>
        <History compact={phone} />
        {active.study.model !== null && <ExplainButton phone={phone} />}
        <ShareButton phone={phone} />
        <ThemeToggle />
      </div>
    </header>
  );
}

/** @param compact - only what can be done now */
function History({ compact }: { readonly compact: boolean }) {
  const client = useClient();
  const history = useSession((state) => state.history);
  return (
    <>
      {(!compact || history.undo !== null) && (
        <IconButton label={shellText.undo(history.undo)} disabled={history.undo === null} onClick={() => void step(client, 'undo')}>
          <IconArrowBackUp size={18} />
        </IconButton>
      )}
      {(!compact || history.redo !== null) && (
        <IconButton label={shellText.redo(history.redo)} disabled={history.redo === null} onClick={() => void step(client, 'redo')}>
          <IconArrowForwardUp size={18} />
        </IconButton>
      )}
    </>
  );
}

function ExplainButton({ phone }: { readonly phone: boolean }) {
  const set = useSession((state) => state.set);
  const open = () => set({ explainOpen: true });
  if (phone) {
    return (
      <IconButton label={shellText.explain} onClick={open}>
        <IconSparkles size={18} />
      </IconButton>
    );
  }
  return (
    <Button onClick={open}>
      <IconSparkles size={16} />
      {shellText.explain}
    </Button>
  );
}

/** Narrow screens: one button, one sheet. */
function ContextSheet({ active }: { readonly active: ActiveScope }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton label={shellText.context} onClick={() => setOpen(true)}>
        <IconAdjustmentsHorizontal size={18} />
      </IconButton>
      {open && (
        <Dialog
          title={shellText.contextTitle}
          onClose={() => setOpen(false)}
          footer={
            <Button look="primary" onClick={() => setOpen(false)}>
              {shellText.done}
            </Button>
          }
        >
          <ContextControls active={active} stacked onRow={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}
