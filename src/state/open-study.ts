import { LimpidError, toPlainError, type PlainError } from '#/base/errors';
import type { ImportChoices } from '#/formats/draft';
import { DEFAULT_CHOICES, useChoices, type Choices } from '#/state/choices';
import { findSample, sampleUrl } from '#/state/gallery';
import { beginWork } from '#/state/idle';
import { rememberFile, studyOfFile } from '#/state/remembered-files';
import { useSession, type PickedFile } from '#/state/session';
import type { LimpidClient } from '#/workers/client';
import type { OpenOutcome, StudySource } from '#/workers/contract';

/** Words that opening needs; made in text/, passed in by app/, so that state/ holds none. */
export interface OpeningWords {
  readonly differentFile: (wanted: string) => string;
  readonly partly: (broken: number, total: number) => string;
  readonly storedGone: PlainError;
  readonly otherSite: (url: string) => PlainError;
  readonly sample: (id: string) => string;
  readonly studyName: string;
  readonly failed: (label: string) => string;
  readonly files: (files: readonly PickedFile[]) => string;
  readonly fileNames: (files: readonly PickedFile[]) => string;
}

/**
 * Every way into a study ends here: dropped files, samples, links, recent studies, an accepted import card.
 * The session says what is going on; a failure never loses the study that is open.
 */
export class StudyOpener {
  readonly #client: LimpidClient;
  readonly #words: OpeningWords;
  /** Handles only: the bytes stay where they are. */
  #picked: readonly PickedFile[] = [];
  /** Only the latest attempt may change the page. */
  #attempt = 0;

  constructor(client: LimpidClient, words: OpeningWords) {
    this.#client = client;
    this.#words = words;
  }

  /** Joins an import card that is open (a model waits for its table); asks first when a study is on the screen. */
  offer(files: readonly PickedFile[]): void {
    if (files.length === 0) return;
    const { study, atLanding, opening, set } = useSession.getState();
    if (opening.kind === 'card') void this.files(addFiles(this.#picked, files));
    else if (study !== null && !atLanding) set({ pendingDrop: files });
    else void this.files(files);
  }

  async files(files: readonly PickedFile[]): Promise<void> {
    const { awaited } = useSession.getState();
    useSession.getState().set({ pendingDrop: null });
    await this.discard();
    this.#picked = files;
    await this.#open(this.#words.files(files), async (onProgress) => {
      const opened = await this.#client.openFiles(files, onProgress);
      const outcome =
        opened.source.kind === 'file' ? { ...opened, source: { ...opened.source, name: this.#words.fileNames(files) } } : opened;
      return { outcome, choices: this.#choicesFor(outcome, awaited) };
    });
  }

  /** A link: sample, address on this site, stored study, or a file that must be asked for. */
  async source(source: StudySource, choices: Choices): Promise<void> {
    switch (source.kind) {
      case 'sample':
        await this.#open(this.#words.sample(source.id), async (onProgress) => {
          const sample = await findSample(source.id);
          return { outcome: await this.#client.openUrl(sampleUrl(sample), source, onProgress), choices };
        });
        return;
      case 'url':
        await this.#open(source.url, async (onProgress) => ({
          outcome: await this.#client.openUrl(sameSiteUrl(source.url, this.#words), source, onProgress),
          choices,
        }));
        return;
      case 'stored':
        await this.#open(this.#words.studyName, async () => ({ outcome: await this.#stored(source.id), choices }));
        return;
      case 'file':
        await this.#linkedFile(source, choices);
        return;
      default:
        source satisfies never;
    }
  }

  async accept(choices: ImportChoices): Promise<void> {
    const { opening } = useSession.getState();
    if (opening.kind !== 'card') return;
    await this.#open(choices.name, async () => {
      const outcome = { ...(await this.#client.acceptCard(opening.draft, choices)), source: opening.source };
      return { outcome, choices: this.#choicesFor(outcome, useSession.getState().awaited) };
    });
  }

  async discard(): Promise<void> {
    const { opening, set } = useSession.getState();
    set({ opening: { kind: 'idle' } });
    if (opening.kind === 'card') await this.#client.discardCard(opening.draft);
  }

  async closeStudy(): Promise<void> {
    this.#attempt++;
    useSession.getState().set({ study: null, source: null, card: null, atLanding: true, jobs: [], history: { undo: null, redo: null } });
    useChoices.getState().replace(DEFAULT_CHOICES);
    await this.#client.close();
  }

  async #open(
    label: string,
    work: (onProgress: (done: number, total: number) => void) => Promise<{ readonly outcome: OpenOutcome; readonly choices: Choices }>,
  ): Promise<void> {
    const attempt = ++this.#attempt;
    const latest = () => attempt === this.#attempt;
    const { set } = useSession.getState();
    set({ opening: { kind: 'opening', label, done: 0, total: 0 } });
    try {
      const { outcome, choices } = await work((done, total) => {
        if (latest() && useSession.getState().opening.kind === 'opening') set({ opening: { kind: 'opening', label, done, total } });
      });
      if (latest()) this.#settle(outcome, choices);
    } catch (error) {
      if (!latest()) return;
      const plain = toPlainError(error);
      const { study, atLanding, notify } = useSession.getState();
      const onScreen = study !== null && !atLanding;
      set({ opening: onScreen || plain.tag === 'Aborted' ? { kind: 'idle' } : { kind: 'failed', label, error: plain } });
      if (onScreen) notify({ tone: 'error', text: this.#words.failed(label), error: plain });
    }
  }

  #settle(outcome: OpenOutcome, choices: Choices): void {
    const { set, notify } = useSession.getState();
    if (outcome.kind === 'card') {
      set({ opening: { kind: 'card', draft: outcome.draft, card: outcome.card, source: outcome.source } });
      return;
    }
    if (outcome.source.kind === 'file') rememberFile(outcome.source.hash, outcome.summary.id);
    useChoices.getState().replace(choices);
    set({
      study: outcome.summary,
      source: outcome.source,
      card: outcome.card,
      opening: { kind: 'idle' },
      history: { undo: null, redo: null },
      atLanding: false,
      awaited: null,
    });
    const items = outcome.card?.items ?? [];
    const broken = items.filter((item) => item.status === 'broken' || item.status === 'unsupported').length;
    if (broken > 0) notify({ tone: 'warning', text: this.#words.partly(broken, items.length), error: null });
  }

  /** A link's choices belong to its file; another file gets only the view. */
  #choicesFor(outcome: OpenOutcome, awaited: { readonly name: string; readonly hash: string; readonly choices: Choices } | null): Choices {
    if (awaited === null || outcome.kind === 'card') return DEFAULT_CHOICES;
    if (outcome.source.kind === 'file' && outcome.source.hash === awaited.hash) return awaited.choices;
    useSession.getState().notify({ tone: 'warning', text: this.#words.differentFile(awaited.name), error: null });
    return { ...DEFAULT_CHOICES, view: awaited.choices.view };
  }

  /** A file that this browser kept opens at once; any other must be asked for. */
  async #linkedFile(source: Extract<StudySource, { readonly kind: 'file' }>, choices: Choices): Promise<void> {
    const end = beginWork('look for the file of a link');
    const kept = studyOfFile(source.hash);
    const recent = kept === null ? undefined : (await this.#client.recent()).find(({ id }) => id === kept);
    if (recent === undefined) {
      useSession.getState().set({ awaited: { name: source.name, hash: source.hash, choices }, atLanding: true, opening: { kind: 'idle' } });
    } else {
      await this.#open(source.name, async () => ({ outcome: { ...(await this.#stored(recent.id)), source }, choices }));
    }
    end();
  }

  async #stored(id: string): Promise<OpenOutcome> {
    try {
      return await this.#client.openStored(id);
    } catch (error) {
      if (toPlainError(error).tag === 'NotFound') throw new LimpidError(this.#words.storedGone, error);
      throw error;
    }
  }
}

/** @throws LimpidError `BadRequest` for addresses on other sites: nothing is fetched from elsewhere. */
function sameSiteUrl(url: string, words: OpeningWords): string {
  const resolved = URL.canParse(url, document.baseURI) ? new URL(url, document.baseURI) : null;
  if (resolved?.origin !== location.origin) {
    throw new LimpidError(words.otherSite(url));
  }
  return resolved.href;
}

/** A file dropped again replaces the first one. */
function addFiles(before: readonly PickedFile[], added: readonly PickedFile[]): readonly PickedFile[] {
  const again = new Set(added.map((file) => file.path));
  return [...before.filter((file) => !again.has(file.path)), ...added];
}
