import { describe, expect, it } from 'vitest';
import { StudySession } from '#/engine/study-session';
import { buildStudy } from '#/testing/build-study';

const study = buildStudy(`
  age | sex | phi:age | phi:sex=f | phi:sex=m
  30 | f | 1 | 0.5 | -2
  40 | m | -1 | 0.25 | 3
`);
const id = study.explanations[0]!.id;
const command = { kind: 'group features', id, groups: [{ name: 'sex', features: [1, 2] }] } as const;

describe('group features', () => {
  it('puts a second explanation behind the first, and takes it away again', () => {
    const session = new StudySession(study);
    session.apply(command);
    const [source, derived] = session.study.explanations;
    expect(source).toBe(study.explanations[0]);
    expect(derived).toMatchObject({ featureSpace: 'grouped', name: `${source!.name} (grouped)` });
    expect(derived!.features.map(({ name, kind, column }) => ({ name, kind, column }))).toEqual([
      { name: 'age', kind: 'numeric', column: 0 },
      { name: 'sex', kind: 'categorical', column: 1 },
    ]);
    expect(session.history.undo).toBe('group sex');
    expect(session.study.revisions.explanations).toBeGreaterThan(study.revisions.explanations);
    session.undo();
    expect(session.study.explanations).toEqual(study.explanations);
    session.redo();
    expect(session.study.explanations[1]).toEqual(derived);
  });

  it('gives each its own id', () => {
    const session = new StudySession(study);
    session.apply(command);
    session.apply({ ...command, groups: [{ name: 'all', features: [0, 1, 2] }] });
    const ids = session.study.explanations.map((one) => one.id);
    expect(new Set(ids).size).toBe(3);
  });

  it('changes nothing when it is refused', () => {
    const session = new StudySession(study);
    expect(() => session.apply({ ...command, id: 'none' })).toThrow('There is no explanation none.');
    expect(() => session.apply({ ...command, groups: [] })).toThrow('There is no group.');
    expect(session.study).toBe(study);
  });
});
