import type { Brand } from '#/base/brand';

export type StudyId = Brand<string, 'StudyId'>;
export type ExplanationId = Brand<string, 'ExplanationId'>;
export type PointId = Brand<string, 'PointId'>;
