import { IconX } from '@tabler/icons-react';
import { Suspense } from 'react';
import { PaneResizer } from '#/app/PaneResizer';
import { FindRow, RowFinder } from '#/app/RowFinder';
import { needsLocal, rowViews } from '#/app/views';
import { Waiting } from '#/app/Waiting';
import { IconButton } from '#/components/Button';
import { EllipsisText } from '#/components/EllipsisText';
import { ErrorBoundary } from '#/components/ErrorBoundary';
import { Tabs } from '#/components/Tabs';
import { failedState, StateNotice } from '#/panels/StateNotice';
import { isClassifier } from '#/domain/outputs';
import type { RowDetailsAnswer } from '#/queries/row-details';
import { useChoices, type PaneTab } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import type { ActiveScope } from '#/state/use-scope';
import { rowName } from '#/text/coverage';
import { formatNumber } from '#/text/numbers';
import { shellText } from '#/text/shell';
import styles from './RowPane.module.css';

const { pane } = shellText;
const TABS = (['local', 'what-if', 'ice', 'anchors'] as const).map((id) => ({ id, label: pane.tabs[id] }));

interface RowPaneProps {
  readonly active: ActiveScope;
  readonly row: number;
  /** A sheet over the whole screen. */
  readonly phone: boolean;
}

/** The selected row: who it is, what was predicted, and its three views. */
export function RowPane({ active, row, phone }: RowPaneProps) {
  const tab = useChoices((state) => state.choices.tab);
  const { set, selectRow } = useChoices.getState();
  const details = useAsk('row-details', ['table', 'predictions', 'model'], { row });
  const reason = notApplicable(tab, active);
  const View = rowViews[tab];
  return (
    <aside className={styles.pane} aria-label={pane.label}>
      {!phone && <PaneResizer />}
      <header className={styles.head}>
        <h2 className={styles.title}>
          <EllipsisText text={details.data?.row === row ? details.data.title : rowName(row)} />
        </h2>
        <FindRow nRows={active.study.nRows} onRow={selectRow} />
        <IconButton label={shellText.closeRow} onClick={() => selectRow(null)}>
          <IconX size={18} />
        </IconButton>
      </header>
      {details.data !== undefined && <Facts details={details.data} />}
      {details.isError && <StateNotice state={failedState(pane.label, details.error, () => void details.refetch())} />}
      <RowFinder study={active.study} row={row} />
      <Tabs label={pane.tabsLabel} name="row" tabs={TABS} active={tab} onChange={(id) => set({ tab: id })} />
      <div id="row-panel" className={styles.body} role="tabpanel" aria-labelledby={`row-tab-${tab}`} tabIndex={-1}>
        {reason !== null ? (
          <StateNotice state={{ kind: 'notApplicable', reason }} />
        ) : (
          <ErrorBoundary
            key={`${active.study.id} ${tab}`}
            fallback={(error, reset) => <StateNotice state={failedState(pane.tabs[tab], error, reset)} />}
          >
            <Suspense fallback={<Waiting />}>
              <View />
            </Suspense>
          </ErrorBoundary>
        )}
      </div>
    </aside>
  );
}

function Facts({ details }: { readonly details: RowDetailsAnswer }) {
  const score = details.scores?.[Math.max(0, details.predictedClass)];
  const wrong = details.predictedClass >= 0 && details.error === 1;
  return (
    <dl className={styles.facts}>
      <div>
        <dt>{pane.predicted}</dt>
        <dd>
          {details.predictedClass >= 0 && details.predictedLabel !== null && <EllipsisText text={details.predictedLabel} />}
          {score !== undefined && <span className={styles.score}>{formatNumber(score)}</span>}
          {details.predictedLabel === null && score === undefined && pane.unknown}
        </dd>
      </div>
      <div>
        <dt>{pane.true}</dt>
        <dd className={wrong ? styles.wrong : undefined}>
          {details.trueLabel === null ? pane.unknown : <EllipsisText text={details.trueLabel} />}
        </dd>
      </div>
    </dl>
  );
}

function notApplicable(tab: PaneTab, { study, explanation }: ActiveScope): string | null {
  switch (tab) {
    case 'local':
      return study.model === null ? needsLocal(false, explanation) : null;
    case 'what-if':
    case 'ice':
      return study.model === null ? shellText.needs.noModel : null;
    case 'anchors':
      if (study.model === null) return shellText.needs.noModel;
      return isClassifier(study.outputs) ? null : shellText.needs.noRules;
    default:
      return tab satisfies never;
  }
}
