import type { ComponentType } from 'react';
import type { ExplanationSummary, StudySummary } from '#/domain/summary';

/** One view of the rail. `needs` says why it does not apply (and what to open), null when it does. */
export interface ViewDefinition {
  readonly id: string;
  /** VIEWS 1: `Data Exploration`; also the view's heading. */
  readonly name: string;
  /** Where there is no room (bottom bar). */
  readonly shortName: string;
  readonly icon: ComponentType<{ readonly size?: number | string }>;
  needs(study: StudySummary, explanation: ExplanationSummary | null): string | null;
  readonly component: ComponentType;
}
