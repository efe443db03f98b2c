import { classLabels } from '#/domain/outputs';
import { FindingsList } from '#/panels/FindingsList';
import { failedState, StateNotice } from '#/panels/StateNotice';
import { ViewFrame } from '#/panels/ViewFrame';
import { useSession } from '#/state/session';
import { useAsk } from '#/state/use-ask';
import { useScope, type ActiveScope } from '#/state/use-scope';
import { overviewText } from '#/text/overview';
import { Button } from '#/components/Button';
import { ClassCounts } from './ClassCounts';
import { ColumnList } from './ColumnList';
import { ExplanationList } from './ExplanationList';
import { NextSteps } from './NextSteps';
import { PointList } from './PointList';
import { Scores } from './Scores';
import { Section } from './Section';
import styles from './overview.module.css';

/** Data, model, explanations; what is odd about them; what to do next. */
export function Overview() {
  const active = useScope();
  return active === null ? null : <StudyOverview active={active} />;
}

function StudyOverview({ active }: { readonly active: ActiveScope }) {
  const { study } = active;
  const answer = useAsk('overview', ['table', 'model', 'predictions', 'explanations', 'meta'], {});
  const features = study.columns.filter((column) => column.role === 'feature').length;
  const data = answer.data;
  return (
    <ViewFrame
      title={overviewText.title}
      sentence={overviewText.sentence(
        study.nRows,
        features,
        study.outputs.targetName,
        study.model?.name ?? null,
        study.explanations.length,
      )}
      status={answer.isPending || answer.isPlaceholderData ? 'loading' : 'ready'}
    >
      {answer.isError && <StateNotice state={failedState(overviewText.failed, answer.error, () => void answer.refetch())} />}
      {answer.isPending && <StateNotice state={{ kind: 'loading' }} />}
      {data !== undefined && (
        <div className={styles.room}>
          <div className={styles.columns}>
            <div className={styles.wide}>
              {study.description !== '' && <p className={styles.description}>{study.description}</p>}
              <Scores scores={data.scores} />
              {classLabels(study.outputs).length > 0 && data.classCounts.length > 0 && <ClassCounts counts={data.classCounts} />}
              {data.columns.length > 0 && <ColumnList answer={data} />}
            </div>
            <div className={styles.narrow}>
              <NextSteps active={active} />
              <ExplanationList active={active} />
              <Section title={overviewText.model}>
                <p className={styles.long}>
                  {study.model === null
                    ? overviewText.noModel
                    : overviewText.modelFacts(study.model.name, study.model.kind, study.model.featureNames.length, study.model.bytes)}
                </p>
              </Section>
              {study.points.length > 0 && <PointList points={study.points} />}
              <FilesThatDidNotOpen />
              {data.findings.length > 0 && (
                <Section title={overviewText.findings}>
                  <FindingsList findings={data.findings} />
                </Section>
              )}
              {study.notes !== '' && (
                <Section title={overviewText.notes}>
                  <p className={styles.notes}>{study.notes}</p>
                </Section>
              )}
            </div>
          </div>
        </div>
      )}
    </ViewFrame>
  );
}

function FilesThatDidNotOpen() {
  const items = useSession((state) => state.card?.items ?? null);
  const set = useSession((state) => state.set);
  const broken = (items ?? []).filter((item) => item.status === 'broken' || item.status === 'unsupported').length;
  if (items === null || broken === 0) return null;
  return (
    <Section title={overviewText.files(broken, items.length)}>
      <Button onClick={() => set({ cardOpen: true })}>{overviewText.filesShow}</Button>
    </Section>
  );
}
