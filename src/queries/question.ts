import type { Revisions, Study } from '#/domain/study';

/**
 * A question: study + parameters -> small answer. Synchronous, pure (it may memoise derived arrays in
 * module-level WeakMaps keyed by immutable parts of the study), and safe to cache by the revisions it reads.
 */
export interface Question<Params, Answer> {
  readonly id: string;
  /** Parts whose revision is in the cache key. */
  readonly reads: readonly (keyof Revisions)[];
  /** @throws LimpidError `NotFound` | `BadRequest` */
  answer(study: Study, params: Params): Answer;
}
