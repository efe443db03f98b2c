import { lazy, type ComponentType } from 'react';
import {
  DataIcon,
  ExploreIcon,
  GlobalIcon,
  InteractionsIcon,
  LayersIcon,
  OverviewIcon,
  RulesIcon,
  SummaryIcon,
  SurrogateIcon,
} from '#/app/view-icons';
import { isClassifier } from '#/domain/outputs';
import type { ViewDefinition } from '#/state/view';
import { shellText } from '#/text/shell';
import { viewsText } from '#/text/views';

/** A component of a feature, loaded when it is first shown. */
function later<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }));
}

const { needs } = shellText;

/** The rail, top to bottom. Adding a view is one entry here and one folder in features/. */
export const views: readonly ViewDefinition[] = [
  {
    id: 'overview',
    ...viewsText.overview,
    icon: OverviewIcon,
    needs: () => null,
    component: later(() => import('#/features/overview/Overview'), 'Overview'),
  },
  {
    id: 'data',
    ...viewsText.data,
    icon: DataIcon,
    needs: (study) => (study.nRows > 0 && study.columns.length > 0 ? null : needs.noRows),
    component: later(() => import('#/features/data-exploration/DataExploration'), 'DataExploration'),
  },
  {
    id: 'global',
    ...viewsText.global,
    icon: GlobalIcon,
    needs: (study, explanation) => (explanation !== null ? null : noExplanation(study.model !== null)),
    component: later(() => import('#/features/global-importance/GlobalImportance'), 'GlobalImportance'),
  },
  {
    id: 'explore',
    ...viewsText.explore,
    icon: ExploreIcon,
    needs: (study, explanation) => needsLocal(study.model !== null, explanation),
    component: later(() => import('#/features/explanation-exploration/ExplanationExploration'), 'ExplanationExploration'),
  },
  {
    id: 'summary',
    ...viewsText.summary,
    icon: SummaryIcon,
    needs: (study, explanation) => needsLocal(study.model !== null, explanation),
    component: later(() => import('#/features/summary-importance/SummaryImportance'), 'SummaryImportance'),
  },
  {
    id: 'interactions',
    ...viewsText.interactions,
    icon: InteractionsIcon,
    needs: (study) =>
      study.model !== null || study.explanations.some(({ hasInteractions }) => hasInteractions) ? null : needs.noInteractions,
    component: later(() => import('#/features/interactions/Interactions'), 'Interactions'),
  },
  {
    id: 'rules',
    ...viewsText.rules,
    icon: RulesIcon,
    needs: (study) => {
      if (!isClassifier(study.outputs)) return needs.noRules;
      return study.model !== null || study.explanations.some(({ hasRules }) => hasRules) ? null : needs.noModel;
    },
    component: later(() => import('#/features/rules/Rules'), 'Rules'),
  },
  {
    id: 'layers',
    ...viewsText.layers,
    icon: LayersIcon,
    needs: (study) => (study.model !== null || study.explanations.some(({ layer }) => layer !== null) ? null : needs.noLayers),
    component: later(() => import('#/features/layers/Layers'), 'Layers'),
  },
  {
    id: 'surrogate',
    ...viewsText.surrogate,
    icon: SurrogateIcon,
    needs: (study) => (study.model !== null || study.explanations.some(({ surrogate }) => surrogate !== null) ? null : needs.noSurrogate),
    component: later(() => import('#/features/surrogate/Surrogate'), 'Surrogate'),
  },
];

export const rowViews = {
  local: later(() => import('#/features/local-importance/LocalImportance'), 'LocalImportance'),
  'what-if': later(() => import('#/features/perturbation/Perturbation'), 'Perturbation'),
  ice: later(() => import('#/features/ice/Ice'), 'Ice'),
  anchors: later(() => import('#/features/anchors/Anchors'), 'Anchors'),
};

function noExplanation(hasModel: boolean): string {
  return hasModel ? needs.noExplanationModel : needs.noExplanation;
}

/** Why a view of local values does not apply. */
export function needsLocal(hasModel: boolean, explanation: { readonly hasLocal: boolean } | null): string | null {
  if (explanation === null) return noExplanation(hasModel);
  if (explanation.hasLocal) return null;
  return hasModel ? needs.globalOnlyModel : needs.globalOnly;
}
