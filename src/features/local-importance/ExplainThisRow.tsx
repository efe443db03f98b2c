import { useMemo, useState } from 'react';
import { toPlainError, type PlainError } from '#/base/errors';
import { Button } from '#/components/Button';
import { ErrorNotice } from '#/components/ErrorNotice';
import { FreshExplanation } from '#/panels/FreshExplanation';
import { StateNotice } from '#/panels/StateNotice';
import { useClient } from '#/state/client-context';
import { beginWork } from '#/state/idle';
import { useAsk } from '#/state/use-ask';
import type { ActiveScope } from '#/state/use-scope';
import type { InteractiveExplanation } from '#/workers/contract';
import { localText } from '#/text/local-importance';
import { viewNames } from '#/text/views';

interface ExplainThisRowProps {
  readonly active: ActiveScope;
  readonly row: number;
  readonly title: string;
}

type Phase =
  | { readonly kind: 'ready' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly result: InteractiveExplanation }
  | { readonly kind: 'failed'; readonly error: PlainError };

/** A row outside the explanation: says so, and explains it on demand. */
export function ExplainThisRow({ active, row, title }: ExplainThisRowProps) {
  const client = useClient();
  const [phase, setPhase] = useState<Phase>({ kind: 'ready' });
  const details = useAsk('row-details', ['table', 'predictions', 'model'], { row });
  const encoded = useMemo(() => (details.data?.row === row ? details.data.encoded : null), [details.data, row]);
  const hasModel = active.study.model !== null && encoded !== null;
  const explain = () => {
    if (encoded === null) return;
    const end = beginWork('explain row');
    setPhase({ kind: 'running' });
    client.interactive
      .explain(encoded)
      .then((result) => setPhase({ kind: 'done', result }))
      .catch((error: unknown) => setPhase({ kind: 'failed', error: toPlainError(error) }))
      .finally(end);
  };
  if (phase.kind === 'done' && encoded !== null) {
    return (
      <FreshExplanation
        active={active}
        row={row}
        title={title}
        values={encoded}
        predictedClass={details.data?.predictedClass ?? -1}
        result={phase.result}
      />
    );
  }
  if (phase.kind === 'running') return <StateNotice state={{ kind: 'loading', label: localText.explaining }} />;
  return (
    <>
      {phase.kind === 'failed' && <ErrorNotice title={viewNames.local} error={phase.error} />}
      <StateNotice
        state={{
          kind: 'empty',
          message: `${localText.notExplained(title)} ${hasModel ? localText.notExplainedHint : localText.notExplainedNoModel}`,
          ...(hasModel
            ? {
                action: (
                  <Button look="primary" onClick={explain}>
                    {localText.explainRow}
                  </Button>
                ),
              }
            : {}),
        }}
      />
    </>
  );
}
