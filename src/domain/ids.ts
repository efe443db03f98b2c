import type { Brand } from '#/base/brand';

/** Position of a row in the study's table, 0-based. */
export type RowIndex = Brand<number, 'RowIndex'>;
/** Position of a feature inside one explanation or model (never a table column). */
export type FeatureIndex = Brand<number, 'FeatureIndex'>;
/** Position of a stored output (binary: only 0, which is class 1). */
export type OutputIndex = Brand<number, 'OutputIndex'>;
export type StudyId = Brand<string, 'StudyId'>;
export type ExplanationId = Brand<string, 'ExplanationId'>;
export type PointId = Brand<string, 'PointId'>;
export type JobId = Brand<string, 'JobId'>;
