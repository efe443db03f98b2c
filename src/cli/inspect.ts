import { toPlainError, type PlainError } from '#/base/errors';
import type { ModelAsset } from '#/domain/model';
import type { Finding, Study } from '#/domain/study';
import { explainableModel } from '#/engine/explain-plan';
import { factsOf, installModel } from '#/engine/install-model';
import { explainers, recommend } from '#/explainers/catalogue';
import type { ExplainableModel } from '#/explainers/explainer';
import type { DroppedFile, ImportCard, ImportDraft, ImportItem } from '#/formats/draft';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';
import { placeholderTable } from '#/formats/placeholder-table';

/** What files are, and what can be done with the model among them. */
export interface Inspection {
  readonly files: readonly ImportItem[];
  readonly kind: ImportCard['kind'];
  readonly findings: readonly Finding[];
  /** Why the files do not make a study, null when they do. */
  readonly blocked: string | null;
  readonly table: { readonly name: string; readonly rows: number; readonly columns: ImportCard['columns'] } | null;
  readonly explanations: readonly { readonly name: string; readonly method: string; readonly rows: number; readonly units: string }[];
  readonly model: InspectedModel | null;
}

export interface InspectedModel {
  readonly name: string;
  readonly kind: string;
  readonly signature: ModelAsset['signature'];
  readonly features: readonly string[];
  /** What the runtime or the readers say of its structure; an error where the model does not run. */
  readonly structure: ModelStructure | PlainError;
}

interface ModelStructure {
  readonly trees: ExplainableModel['trees'];
  readonly linear: ExplainableModel['linear'];
  readonly gradients: ExplainableModel['gradients'];
  readonly explainers: readonly { readonly id: string; readonly label: string; readonly unavailable: string | null }[];
  readonly auto: { readonly explainer: string; readonly reason: string };
}

/** Reads files as a drop on the page would, and installs the model among them. A model without table is met with a table of blanks. */
export async function inspectFiles(files: readonly DroppedFile[]): Promise<Inspection> {
  const draft = await readDrop(files);
  const card = makeCard(draft);
  const study = studyOf(draft, card);
  const table = draft.table ?? draft.study?.table ?? null;
  return {
    files: draft.items,
    kind: card.kind,
    findings: card.findings,
    blocked: card.blocked,
    table: table === null ? null : { name: table.name, rows: table.nRows, columns: card.columns },
    explanations: (draft.study?.explanations ?? []).map(({ name, method, completed, space }) => ({
      name,
      method,
      rows: completed,
      units: space,
    })),
    model: study?.model ? await inspectModel(study.model) : null,
  };
}

/** Null where nothing but a table or nothing at all could be read. */
function studyOf(draft: ImportDraft, card: ImportCard): Study | null {
  if (draft.study !== null) return draft.study;
  if (draft.model === null) return null;
  const met = draft.table !== null && card.blocked === null;
  const paired = met ? draft : { ...draft, table: placeholderTable(draft.model) };
  const own = makeCard(paired);
  return own.blocked === null ? completeDraft(paired, own.choices) : null;
}

async function inspectModel(model: ModelAsset): Promise<InspectedModel> {
  const { name, kind, signature } = model;
  return { name, kind, signature, features: model.features.map((feature) => feature.name), structure: await structureOf(model) };
}

async function structureOf(model: ModelAsset): Promise<ModelStructure | PlainError> {
  try {
    const installed = await installModel(model, {});
    try {
      const described = explainableModel(model, factsOf(installed, 0));
      return {
        trees: described.trees,
        linear: described.linear,
        gradients: described.gradients,
        explainers: explainers.map((explainer) => ({
          id: explainer.id,
          label: explainer.label,
          unavailable: explainer.unavailable(described),
        })),
        auto: recommend(described),
      };
    } finally {
      await installed.predictor.dispose();
    }
  } catch (error) {
    return toPlainError(error);
  }
}
