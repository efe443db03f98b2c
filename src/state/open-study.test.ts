import { beforeEach, describe, expect, it } from 'vitest';
import type { StudySummary } from '#/domain/summary';
import type { ImportCard } from '#/formats/draft';
import { DEFAULT_CHOICES, useChoices } from '#/state/choices';
import { StudyOpener } from '#/state/open-study';
import { useSession, type PickedFile } from '#/state/session';
import { openingText } from '#/text/opening';
import type { LimpidClient } from '#/workers/client';
import type { OpenOutcome } from '#/workers/contract';

const file = (path: string): PickedFile => ({ path, file: new Blob([path]) });
const opened = (name: string, hash: string): OpenOutcome => ({
  kind: 'opened',
  summary: { id: name, name } as StudySummary,
  source: { kind: 'file', name, hash },
  card: null,
});
const card = (draft: string): OpenOutcome => ({
  kind: 'card',
  draft,
  card: { name: draft } as ImportCard,
  source: { kind: 'file', name: draft, hash: draft },
});

function openerWith(parts: Partial<LimpidClient>): StudyOpener {
  const client = { recent: () => Promise.resolve([]), discardCard: () => Promise.resolve(), ...parts };
  return new StudyOpener(client as LimpidClient, openingText);
}

describe('StudyOpener', () => {
  beforeEach(() => {
    useSession.setState(useSession.getInitialState(), true);
    useChoices.setState(useChoices.getInitialState(), true);
  });

  it('opens files and leaves the landing page', async () => {
    await openerWith({ openFiles: () => Promise.resolve(opened('a', '1')) }).files([file('a.limpid')]);
    expect(useSession.getState()).toMatchObject({ study: { id: 'a' }, atLanding: false, opening: { kind: 'idle' } });
  });

  it('names all files that a link will need', async () => {
    await openerWith({ openFiles: () => Promise.resolve(opened('a', '1')) }).files([file('m.onnx'), file('t.csv')]);
    expect(useSession.getState().source).toEqual({ kind: 'file', name: 'm.onnx + t.csv', hash: '1' });
  });

  it('lets the latest attempt win, whatever arrives last', async () => {
    let finishFirst: (outcome: OpenOutcome) => void = () => undefined;
    const outcomes = [new Promise<OpenOutcome>((resolve) => (finishFirst = resolve)), Promise.resolve(opened('second', '2'))];
    const opener = openerWith({ openFiles: () => outcomes.shift() ?? Promise.reject(new Error('no more')) });
    const first = opener.files([file('first')]);
    await opener.files([file('second')]);
    finishFirst(opened('first', '1'));
    await first;
    expect(useSession.getState().study?.id).toBe('second');
  });

  it('keeps the open study when another drop fails', async () => {
    const outcomes = [Promise.resolve(opened('a', '1')), Promise.reject(new Error('broken'))];
    const opener = openerWith({ openFiles: () => outcomes.shift() ?? Promise.reject(new Error('no more')) });
    await opener.files([file('a')]);
    await opener.files([file('b')]);
    expect(useSession.getState()).toMatchObject({ study: { id: 'a' }, opening: { kind: 'idle' } });
    expect(useSession.getState().notices[0]?.text).toBe(openingText.failed('b'));
  });

  it('asks before files replace the study on the screen', async () => {
    const opener = openerWith({ openFiles: () => Promise.resolve(opened('a', '1')) });
    await opener.files([file('a')]);
    opener.offer([file('b')]);
    expect(useSession.getState().pendingDrop?.map(({ path }) => path)).toEqual(['b']);
  });

  it('adds files to an open import card', async () => {
    const drops: string[][] = [];
    const opener = openerWith({
      openFiles: (files) => {
        drops.push(files.map(({ path }) => path));
        return Promise.resolve(drops.length === 1 ? card('draft') : opened('pair', '3'));
      },
    });
    await opener.files([file('model.onnx')]);
    opener.offer([file('table.csv')]);
    await expect.poll(() => useSession.getState().study?.id).toBe('pair');
    expect(drops).toEqual([['model.onnx'], ['model.onnx', 'table.csv']]);
  });

  it("lands on a link's choices once its file is there, and says so when it is another file", async () => {
    const choices = { ...DEFAULT_CHOICES, view: 'global', row: 7 };
    const opener = openerWith({ openFiles: (files) => Promise.resolve(opened(files[0]?.path ?? '', files[0]?.path ?? '')) });
    await opener.source({ kind: 'file', name: 'right', hash: 'right' }, choices);
    expect(useSession.getState().awaited?.name).toBe('right');
    await opener.files([file('wrong')]);
    expect(useChoices.getState().choices).toEqual({ ...DEFAULT_CHOICES, view: 'global' });
    expect(useSession.getState().notices).toHaveLength(1);
    await opener.source({ kind: 'file', name: 'right', hash: 'right' }, choices);
    await opener.files([file('right')]);
    expect(useChoices.getState().choices).toEqual(choices);
    expect(useSession.getState()).toMatchObject({ awaited: null, source: { hash: 'right' } });
  });
});
