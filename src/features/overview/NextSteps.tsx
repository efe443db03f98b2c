import { useChoices, type Choices } from '#/state/choices';
import { useClient } from '#/state/client-context';
import { useSession } from '#/state/session';
import { writeHash } from '#/state/url';
import type { ActiveScope } from '#/state/use-scope';
import { overviewText } from '#/text/overview';
import { Section } from './Section';
import styles from './overview.module.css';

const { nextSteps } = overviewText;

/** The handful of things that lead on from here, for this study. */
export function NextSteps({ active }: { readonly active: ActiveScope }) {
  const { study, explanation } = active;
  const client = useClient();
  const { set, selectRow } = useChoices.getState();
  const openExplain = () => useSession.getState().set({ explainOpen: true });
  const lookAtRow = () => {
    const order = study.hasTarget && study.hasPredictions ? 'most wrong' : 'index';
    set({ rowOrder: order, tab: 'local' });
    void client.ask('row-order', { kind: 'at', order, position: 0 }).then((answer) => selectRow(answer.rows[0] ?? 0));
  };
  return (
    <Section title={overviewText.next}>
      <ul className={styles.next}>
        {explanation === null && study.model !== null && <StepButton words={nextSteps.explain} onClick={openExplain} />}
        {explanation !== null && <StepLink words={nextSteps.global} patch={{ view: 'global' }} />}
        {explanation?.hasLocal === true && <StepLink words={nextSteps.explore} patch={{ view: 'explore' }} />}
        {explanation?.hasLocal === true && <StepLink words={nextSteps.summary} patch={{ view: 'summary' }} />}
        {explanation === null && study.nRows > 0 && <StepLink words={nextSteps.data} patch={{ view: 'data' }} />}
        {study.nRows > 0 && (
          <StepButton words={study.hasTarget && study.hasPredictions ? nextSteps.wrong : nextSteps.row} onClick={lookAtRow} />
        )}
      </ul>
    </Section>
  );
}

type Words = readonly [string, string];

function StepLink({ words, patch }: { readonly words: Words; readonly patch: Partial<Choices> }) {
  const choices = useChoices((state) => state.choices);
  const source = useSession((state) => state.source);
  return (
    <li>
      <a className={styles.step} href={writeHash(source, { ...choices, ...patch })}>
        <StepWords words={words} />
      </a>
    </li>
  );
}

function StepButton({ words, onClick }: { readonly words: Words; readonly onClick: () => void }) {
  return (
    <li>
      <button type="button" className={styles.step} onClick={onClick}>
        <StepWords words={words} />
      </button>
    </li>
  );
}

function StepWords({ words: [what, why] }: { readonly words: Words }) {
  return (
    <>
      <span className={styles.what}>{what}</span>
      <span className={styles.why}>{why}</span>
    </>
  );
}
