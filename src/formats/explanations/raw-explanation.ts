import type { Finding } from '#/domain/study';
import type { NumberArray } from '#/formats/json-shape';

/** What the readers of dashboards and saved explanations give to `buildStudy`: contents as found, nothing decided. */
export interface RawExplanation {
  /** File or folder as the user knows it. */
  readonly file: string;
  /** Tool that wrote it: `interpret-community`, `raiwidgets`. */
  readonly tool: string;
  /** As the tool names it: `shap_tree`, `mimic.lightgbm`, `pfi`. */
  readonly method: string | null;
  readonly claimedTask: 'classification' | 'regression' | null;
  readonly featureSpace: 'raw' | 'engineered';
  readonly featureNames: readonly string[] | null;
  readonly classNames: readonly string[] | null;
  /** Labels of a column whose cells are positions in them. */
  readonly categoricalMap: ReadonlyMap<number, readonly string[]>;
  /** [nRows][nFeatures], cells as in the file. */
  readonly cells: readonly (readonly unknown[])[] | null;
  readonly trueY: readonly unknown[] | null;
  readonly predictedY: readonly unknown[] | null;
  /** [nRows, nClasses] */
  readonly probabilityY: NumberArray | null;
  /** [nRows, nFeatures], or three axes in any order. */
  readonly local: NumberArray | null;
  readonly base: readonly number[] | null;
  readonly global: RawGlobal | null;
  readonly findings: readonly Finding[];
}

export interface RawGlobal {
  /** [nFeatures] */
  readonly overall: readonly number[] | null;
  readonly perClass: NumberArray | null;
  /** Which axis the format promises to be the classes; only a tie break where both fit. */
  readonly classAxis: 0 | 1;
  /** Names that the scores belong to, where the file sorts or cuts them. */
  readonly names: readonly string[] | null;
}

export function finding(severity: Finding['severity'], code: string, message: string, fix?: string, at?: string): Finding {
  return { severity, code, message, ...(fix === undefined ? {} : { fix }), ...(at === undefined ? {} : { place: { at } }) };
}
