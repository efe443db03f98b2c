import type { BackgroundChoice } from '#/domain/background-choice';
import type { RowFilter } from '#/domain/row-filter';
import type { ExplainerOffer, ExplainJob, ExplainPlan, GlobalOffer, Job, RowSelection } from '#/engine/job';
import type { ExplainPreset } from '#/state/session';
import type { Parameters, ParameterSpec } from '#/explainers/parameters';

export type MethodId = ExplainerOffer['id'] | GlobalOffer['id'];

/** A filter while it is being put together. */
export interface FilterForm {
  readonly column: number | null;
  readonly codes: readonly number[];
  readonly min: number;
  readonly max: number;
}

/** Everything that the dialog lets a person choose. */
export interface ExplainForm {
  /** Null: the recommended one. */
  readonly method: MethodId | null;
  readonly rows: 'fit' | 'all' | 'sample' | 'where' | 'row';
  readonly sampleRows: number;
  readonly rowFilter: FilterForm;
  readonly background: 'sample' | 'all' | 'k-means' | 'where' | 'row';
  readonly backgroundRows: number;
  readonly clusters: number;
  readonly backgroundFilter: FilterForm;
  /** Null: the explainer's first. */
  readonly outputSpace: ExplainJob['outputSpace'] | null;
  readonly seed: number;
  /** By method: what differs from the defaults. */
  readonly settings: Readonly<Record<string, Parameters>>;
}

const NO_FILTER: FilterForm = { column: null, codes: [], min: NaN, max: NaN };

const FIRST_FORM: ExplainForm = {
  method: null,
  rows: 'fit',
  sampleRows: 1000,
  rowFilter: NO_FILTER,
  background: 'sample',
  backgroundRows: 100,
  clusters: 10,
  backgroundFilter: NO_FILTER,
  outputSpace: null,
  seed: 0,
  settings: {},
};

/** The form a dialog starts with; "explain against" asks for the rows to compare with. */
export function firstForm(preset: ExplainPreset | null): ExplainForm {
  if (preset === null) return FIRST_FORM;
  return {
    ...FIRST_FORM,
    method: preset.method as MethodId,
    background: preset.against === true ? 'where' : 'sample',
    settings: { [preset.method]: preset.parameters ?? {} },
  };
}

const FIT_SECONDS = 20;
/** Even where they take longer. */
export const FIT_AT_LEAST = 20;
const PERMUTATION_ROWS = 5000;
/** Beyond this, fewer rows must be asked for (ARCHITECTURE, memory). */
export const MAX_BYTES = 512e6;

/** What a method is set to: its defaults, with what was changed. */
export function parametersOf(form: ExplainForm, method: MethodId, specs: readonly ParameterSpec[]): Parameters {
  const own = form.settings[method] ?? {};
  return Object.fromEntries(specs.map((spec) => [spec.id, own[spec.id] ?? spec.default]));
}

export function withParameter(form: ExplainForm, method: MethodId, id: string, value: string | number | boolean): ExplainForm {
  return { ...form, settings: { ...form.settings, [method]: { ...form.settings[method], [id]: value } } };
}

export function explainJobOf(form: ExplainForm, offer: ExplainerOffer, row: number | null): ExplainJob {
  return {
    kind: 'explain',
    explainer: offer.id,
    rows: rowsOf(form, row),
    background: offer.usesBackground ? backgroundOf(form, row) : { kind: 'sample', count: form.backgroundRows },
    outputSpace: form.outputSpace ?? offer.outputSpaces[0]?.space ?? 'raw',
    seed: form.seed,
    parameters: parametersOf(form, offer.id, offer.parameters),
  };
}

export function globalJobOf(form: ExplainForm, offer: GlobalOffer): Job {
  if (offer.id === 'native-importance') return { kind: 'native importance' };
  const { metric, repeats } = parametersOf(form, offer.id, offer.parameters);
  return {
    kind: 'permutation importance',
    metric: metric === undefined || metric === '' ? null : String(metric),
    repeats: Number(repeats),
    rows: form.rows === 'where' ? rowsOf(form, null) : { kind: 'all' },
    maxRows: PERMUTATION_ROWS,
    seed: form.seed,
  };
}

function rowsOf(form: ExplainForm, row: number | null): RowSelection {
  switch (form.rows) {
    case 'fit':
      return { kind: 'fit', seconds: FIT_SECONDS, atLeast: FIT_AT_LEAST };
    case 'all':
      return { kind: 'all' };
    case 'sample':
      return { kind: 'sample', count: form.sampleRows };
    case 'where': {
      const filter = filterOf(form.rowFilter);
      return filter === null ? { kind: 'all' } : { kind: 'where', filter };
    }
    case 'row':
      return { kind: 'rows', rows: [row ?? 0] };
    default:
      return form.rows satisfies never;
  }
}

function backgroundOf(form: ExplainForm, row: number | null): BackgroundChoice {
  switch (form.background) {
    case 'sample':
      return { kind: 'sample', count: form.backgroundRows };
    case 'all':
      return { kind: 'all' };
    case 'k-means':
      return { kind: 'k-means', count: form.clusters };
    case 'where': {
      const filter = filterOf(form.backgroundFilter);
      return filter === null ? { kind: 'sample', count: form.backgroundRows } : { kind: 'where', filter };
    }
    case 'row':
      return { kind: 'rows', rows: [row ?? 0] };
    default:
      return form.background satisfies never;
  }
}

/** Null while the filter is not complete. */
export function filterOf(filter: FilterForm): RowFilter | null {
  if (filter.column === null) return null;
  if (filter.codes.length > 0) return { kind: 'is', column: filter.column, codes: filter.codes };
  if (Number.isNaN(filter.min) || Number.isNaN(filter.max)) return null;
  return { kind: 'between', column: filter.column, min: filter.min, max: filter.max };
}

/** Whether everything that the chosen rows and background need is there. */
export function isComplete(form: ExplainForm, usesBackground: boolean): boolean {
  if (form.rows === 'where' && filterOf(form.rowFilter) === null) return false;
  return !(usesBackground && form.background === 'where' && filterOf(form.backgroundFilter) === null);
}

/** Background rows for the estimate; a filter's rows are not counted in the page. */
export function backgroundCount(form: ExplainForm, nRows: number): number {
  switch (form.background) {
    case 'sample':
      return Math.min(form.backgroundRows, nRows);
    case 'all':
    case 'where':
      return nRows;
    case 'k-means':
      return Math.min(form.clusters, nRows);
    case 'row':
      return 1;
    default:
      return form.background satisfies never;
  }
}

export interface Cost {
  readonly rows: number;
  /** The rows are at most so many. */
  readonly atMost: boolean;
  readonly seconds: number;
  readonly bytes: number;
}

/** What a run would cost, as the engine estimates it. */
export function costOf(form: ExplainForm, offer: ExplainerOffer, plan: ExplainPlan): Cost | null {
  const { estimate } = offer;
  if (estimate === null) return null;
  const rows = countRows(form, offer, plan);
  return {
    rows,
    atMost: form.rows === 'where',
    seconds: estimate.setupSeconds + (rows * estimate.secondsPerRow) / plan.lanes,
    bytes: rows * estimate.bytesPerRow,
  };
}

function countRows(form: ExplainForm, offer: ExplainerOffer, plan: ExplainPlan): number {
  switch (form.rows) {
    case 'fit':
      return offer.fitRows;
    case 'all':
    case 'where':
      return plan.nRows;
    case 'sample':
      return Math.min(form.sampleRows, plan.nRows);
    case 'row':
      return 1;
    default:
      return form.rows satisfies never;
  }
}
