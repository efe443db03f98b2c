/** A model file of a tree library after reading, and how it becomes a tree model over a study's features. */
import type { FeatureSchema, InputBinding, ModelAsset, ModelSignature } from '#/domain/model';
import { storedOutputCount, type Outputs, type PredictionSpace } from '#/domain/outputs';
import type { Finding } from '#/domain/study';
import type { ColumnStep, ModelLink, NativeImportance, SumSpace, TreeEnsemble, TreeModel } from '#/domain/tree-model';
import { codesOfLabels, type CategoryCodes } from '#/formats/models/category-codes';
import type { BuiltColumn } from '#/formats/models/tree-builder';

export type TreeFileKind = Exclude<ModelAsset['kind'], 'onnx'>;

/** What any reader of a tree library gives. A slot is a feature of the file, in the order of its matrix. */
export interface TreeFile {
  readonly kind: TreeFileKind;
  readonly nSlots: number;
  /** By slot; null when the file has none. */
  readonly names: readonly string[] | null;
  /** By slot: how categories are numbered; null for numbers and where the file does not say. */
  readonly categories: readonly (CategoryCodes | null)[];
  /** What a label without a code becomes: NaN (missing), or -1 where the library has no missing categories. */
  readonly unknownCode: number;
  readonly ensemble: TreeEnsemble;
  /** By ensemble feature. */
  readonly columns: readonly BuiltColumn[];
  readonly link: ModelLink;
  readonly sumSpace: SumSpace;
  readonly task: ModelSignature['task'];
  /** As the file names them, else 0, 1, …; [] for regression. */
  readonly classLabels: readonly string[];
  readonly space: PredictionSpace;
  /** The file does not say whether its one number is a value or the log-odds of class 1. */
  readonly taskOpen: boolean;
  /** By slot. */
  readonly importances: readonly NativeImportance[];
  readonly findings: readonly Finding[];
}

/**
 * Sums of a classifier as outputs are stored: of two classes only the second is, so a softmax over two sums becomes the
 * log-odds of their difference, and of two one-against-all sums the second stays.
 */
export function storedOutputs(
  ensemble: TreeEnsemble,
  link: ModelLink,
  sumSpace: SumSpace,
): { readonly ensemble: TreeEnsemble; readonly link: ModelLink; readonly sumSpace: SumSpace } {
  if (ensemble.nOutputs !== 2) return { ensemble, link, sumSpace };
  const zero = link === 'softmax' ? 1 : 0;
  const leafValues = new Float64Array(ensemble.leafValues.length / 2);
  for (let i = 0; i < leafValues.length; i++) leafValues[i] = ensemble.leafValues[2 * i + 1]! - zero * ensemble.leafValues[2 * i]!;
  const base = Float64Array.of(ensemble.base[1]! - zero * ensemble.base[0]!);
  const merged = { ...ensemble, leafValues, base, nOutputs: 1 };
  return link === 'softmax' ? { ensemble: merged, link: 'logit', sumSpace: 'log-odds' } : { ensemble: merged, link, sumSpace };
}

/** The one matrix input of a tree file. */
export const MATRIX = 'features';

export function signatureOf(file: TreeFile): ModelSignature {
  return {
    inputs: [{ name: MATRIX, type: file.ensemble.float32 ? 'float' : 'double', width: file.nSlots, rank: 2 }],
    outputs: {
      label: null,
      scores: 'predictions',
      scoreWidth: file.ensemble.nOutputs,
      classLabels: file.classLabels,
      space: file.space,
    },
    task: file.task,
  };
}

/** Labels of a feature by code, where it has codes. */
function labelsOf(feature: FeatureSchema): readonly string[] | null {
  if (feature.kind === 'categorical') return feature.labels;
  return feature.kind === 'boolean' ? ['False', 'True'] : null;
}

/** From a table's code to the model's; null where the number is passed on as it is. */
function lookupStep(file: TreeFile, slot: number, feature: FeatureSchema): ColumnStep | null {
  const codes = file.categories[slot] ?? null;
  const labels = labelsOf(feature);
  if (codes === null || labels === null) return null;
  const [missing, ...found] = codesOfLabels(codes, [feature.missingText, ...labels]);
  return { kind: 'lookup', values: Float64Array.from(found, (code) => code ?? file.unknownCode), other: missing ?? file.unknownCode };
}

/**
 * The tree model over a study's features.
 * @param outputs - must be of the file's task, or binary for a file whose task is open
 * @returns the model, or one plain sentence why the study does not fit the file
 */
export function bindTreeFile(
  file: TreeFile,
  features: readonly FeatureSchema[],
  bindings: readonly InputBinding[],
  outputs: Outputs,
): TreeModel | { readonly reason: string } {
  const bound = bindings.find((binding) => binding.input === MATRIX)?.features ?? [];
  if (bound.length !== file.nSlots || bound.some((feature) => feature >= features.length)) {
    return { reason: `The model reads ${file.nSlots} values a row, and ${bound.length} were given.` };
  }
  if (storedOutputCount(outputs) !== file.ensemble.nOutputs) {
    return { reason: `The model gives ${file.ensemble.nOutputs} numbers a row, the study has ${storedOutputCount(outputs)} outputs.` };
  }
  const sources = file.columns.map(({ slot, zeroIsMissing }) => {
    const feature = bound[slot]!;
    const lookup = lookupStep(file, slot, features[feature]!);
    const zero: ColumnStep = { kind: 'impute', replaced: 0, value: NaN };
    return { feature, steps: [...(lookup === null ? [] : [lookup]), ...(zeroIsMissing ? [zero] : [])] };
  });
  const importances = file.importances.map(({ meaning, values }) => {
    const byFeature = new Float64Array(features.length);
    bound.forEach((feature, slot) => (byFeature[feature]! += values[slot]!));
    return { meaning, values: byFeature };
  });
  const isLogit = file.taskOpen && outputs.task === 'binary';
  return { ensemble: file.ensemble, sources, link: file.link, sumSpace: isLogit ? 'log-odds' : file.sumSpace, importances };
}
