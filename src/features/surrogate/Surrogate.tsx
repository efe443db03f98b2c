import { useState } from 'react';
import { Button } from '#/components/Button';
import { NumberField } from '#/components/NumberField';
import { classLabels } from '#/domain/outputs';
import { askState } from '#/panels/ask-state';
import { StateNotice } from '#/panels/StateNotice';
import { ViewFrame } from '#/panels/ViewFrame';
import type { SurrogateAnswer } from '#/queries/surrogate';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { SURROGATE_NAMES, surrogateText } from '#/text/surrogate';
import { viewNames } from '#/text/views';
import { CoefficientTable } from './CoefficientTable';
import { TreeOutline } from './TreeOutline';
import styles from './Surrogate.module.css';

/** Below this a surrogate's explanation says little about the model. */
const CLOSE = 0.9;
const MAX_DEPTH = 12;
const FIRST_DEPTH = 3;

/** The simple model behind a mimic explanation, and how well it imitates. */
export function Surrogate() {
  const active = useScope();
  if (active === null) return null;
  if (active.explanation?.surrogate) return <Model active={active} key={active.explanation.id} />;
  return <NoSurrogate active={active} />;
}

function NoSurrogate({ active }: { readonly active: ActiveScope }) {
  const set = useChoices((state) => state.set);
  const other = active.study.explanations.find(({ surrogate }) => surrogate !== null);
  const train = () => useSession.getState().set({ explainOpen: true, explainPreset: { method: 'mimic' } });
  const action =
    other !== undefined ? (
      <Button look="primary" onClick={() => set({ explanation: other.id })}>
        {surrogateText.show(other.name)}
      </Button>
    ) : active.study.model !== null ? (
      <Button look="primary" onClick={train}>
        {surrogateText.train}
      </Button>
    ) : null;
  return (
    <ViewFrame title={viewNames.surrogate}>
      <StateNotice
        state={{ kind: 'empty', message: `${surrogateText.none} ${surrogateText.noneHint}`, ...(action === null ? {} : { action }) }}
      />
    </ViewFrame>
  );
}

function Model({ active }: { readonly active: ActiveScope }) {
  const [tree, setTree] = useState(1);
  const [depth, setDepth] = useState(FIRST_DEPTH);
  const query = useAsk('surrogate', ['explanations', 'meta'], { scope: active.scope, tree: tree - 1, depth });
  const answer = query.data;
  const state = askState(viewNames.surrogate, query);
  return (
    <ViewFrame
      title={viewNames.surrogate}
      sentence={answer === undefined ? undefined : sentenceOf(answer)}
      status={query.isFetching ? 'loading' : 'ready'}
      controls={
        answer !== undefined &&
        answer.nTrees > 0 && (
          <>
            {answer.nTrees > 1 && <NumberField label={surrogateText.tree} value={tree} min={1} max={answer.nTrees} onChange={setTree} />}
            <NumberField label={surrogateText.depth} value={depth} min={1} max={MAX_DEPTH} onChange={setDepth} />
          </>
        )
      }
    >
      {state !== null && <StateNotice state={state} />}
      {answer !== undefined && (
        <div className={styles.body}>
          {answer.nTrees > 0 ? (
            <>
              <h2>{surrogateText.treeLabel(Math.min(tree, answer.nTrees), answer.nTrees)}</h2>
              <TreeOutline answer={answer} outputs={outputNames(active)} />
            </>
          ) : (
            <CoefficientTable answer={answer} outputs={outputNames(active)} />
          )}
        </div>
      )}
    </ViewFrame>
  );
}

/** Names of the stored outputs: one for values and for two classes. */
function outputNames({ study }: ActiveScope): readonly string[] {
  const labels = classLabels(study.outputs);
  return labels.length > 2 ? labels : [labels[1] ?? study.outputs.targetName];
}

function sentenceOf({ kind, fidelity, trainedOn }: SurrogateAnswer): string {
  const sentence = surrogateText.sentence(SURROGATE_NAMES[kind], fidelity.metric, fidelity.value, fidelity.nRows, trainedOn);
  return fidelity.value < CLOSE ? `${sentence} ${surrogateText.weak}` : sentence;
}
