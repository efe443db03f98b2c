import { create } from 'zustand';
import type { PlainError } from '#/base/errors';
import type { StudySummary } from '#/domain/summary';
import type { Parameters } from '#/explainers/parameters';
import type { History, JobStatus } from '#/engine/job';
import type { ImportCard } from '#/formats/draft';
import type { Choices } from '#/state/choices';
import type { StudySource } from '#/workers/contract';

/** What is going on: which study is open, what is being opened, which jobs run. Filled by app/ from engine events. */
export type OpenPhase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'opening'; readonly label: string; readonly done: number; readonly total: number }
  | { readonly kind: 'card'; readonly draft: string; readonly card: ImportCard; readonly source: StudySource }
  | { readonly kind: 'failed'; readonly label: string; readonly error: PlainError };

/** A file as the browser hands it over; `path` keeps folders. */
export interface PickedFile {
  readonly path: string;
  readonly file: Blob;
}

/** A link that names a file which is not on this site: the landing page asks for it. */
export interface AwaitedFile {
  readonly name: string;
  readonly hash: string;
  readonly choices: Choices;
}

export interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly error: PlainError | null;
}

/** A method to start with; `against`: other background rows are what the person came for. */
export interface ExplainPreset {
  readonly method: string;
  readonly parameters?: Parameters;
  readonly against?: boolean;
}

interface SessionStore {
  readonly study: StudySummary | null;
  readonly source: StudySource | null;
  /** Findings and items of the last drop, for "what was opened". */
  readonly card: ImportCard | null;
  readonly opening: OpenPhase;
  readonly history: History;
  readonly jobs: readonly JobStatus[];
  readonly notices: readonly Notice[];
  readonly explainOpen: boolean;
  /** What the dialog starts with; null: the recommended method. */
  readonly explainPreset: ExplainPreset | null;
  /** The explanation whose columns are being grouped. */
  readonly grouping: string | null;
  /** The list of what the last drop held is shown. */
  readonly cardOpen: boolean;
  /** The landing page is shown although a study is open: the way back is one click. */
  readonly atLanding: boolean;
  readonly awaited: AwaitedFile | null;
  /** Dropped while a study was open: the page asks what to do with them. */
  readonly pendingDrop: readonly PickedFile[] | null;
  readonly set: (patch: Partial<Omit<SessionStore, 'set' | 'notify' | 'dismiss'>>) => void;
  readonly notify: (notice: Omit<Notice, 'id'>) => void;
  readonly dismiss: (id: number) => void;
}

export const useSession = create<SessionStore>()((set) => ({
  study: null,
  source: null,
  card: null,
  opening: { kind: 'idle' },
  history: { undo: null, redo: null },
  jobs: [],
  notices: [],
  explainOpen: false,
  explainPreset: null,
  grouping: null,
  cardOpen: false,
  atLanding: true,
  awaited: null,
  pendingDrop: null,
  set: (patch) => set(patch),
  notify: (notice) => set((state) => ({ notices: [...state.notices, { ...notice, id: (state.notices.at(-1)?.id ?? 0) + 1 }].slice(-5) })),
  dismiss: (id) => set((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) })),
}));
