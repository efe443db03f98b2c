import type { PlainError } from '#/base/errors';
import type { FeatureMap } from '#/domain/feature-map';
import type { InputType, ModelAsset, ModelSignature } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import type { Finding, Study } from '#/domain/study';
import type { ColumnRole, Table } from '#/domain/table';
import type { CategoryCodes } from '#/formats/models/category-codes';

/** A file as dropped or unpacked; `path` keeps folders (`study/features.json`). */
export interface DroppedFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One line of the import card: what a file is and what became of it. */
export interface ImportItem {
  readonly path: string;
  readonly bytes: number;
  /** `interpret-community explanation`, `CSV table`, `ONNX model`, `XGBoost model (UBJSON)`, `Python pickle`, `not recognised`. */
  readonly recognisedAs: string;
  /** `part`: belongs to a folder explanation listed elsewhere. */
  readonly status: 'opens' | 'part' | 'unsupported' | 'broken' | 'ignored';
  /** Why it does not open, with place, hint and Python lines. */
  readonly error: PlainError | null;
}

/** A model file read but not yet met with a table. */
export interface ParsedModel {
  readonly name: string;
  readonly kind: ModelAsset['kind'];
  /** ONNX: ZipMap removed; else the file as it came. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly signature: ModelSignature;
  /** The graph leaves open whether its one number is a value (as `signature` says) or the logit of class 1. */
  readonly taskOpen: boolean;
  /** Names of the slots in order, where the file's metadata hold them; null otherwise. */
  readonly featureNames: readonly string[] | null;
  /** By slot, how a tree library's file numbers categories; null (all or one) where it does not say or reads numbers. */
  readonly categories: readonly (CategoryCodes | null)[] | null;
  readonly findings: readonly Finding[];
}

/** One slot of a model input and the column that fills it. */
export interface CardSlot {
  readonly input: string;
  readonly slot: number;
  /** What the file calls it; null where only its input has a name. */
  readonly name: string | null;
  readonly type: InputType;
  /** Table column, null when nothing fits: the user must choose. */
  readonly column: number | null;
  readonly how: 'name' | 'similar name' | 'position' | 'chosen' | 'none';
}

export interface CardColumn {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical' | 'boolean' | 'datetime';
  readonly role: ColumnRole;
  readonly missing: number;
  readonly nUnique: number;
  /** First distinct values as text, at most 4. */
  readonly examples: readonly string[];
}

/** What the user may change before a model and a table become a study. */
export interface ImportChoices {
  readonly name: string;
  /**
   * What the model predicts. Null until the user says so: the model's own task, or what the target speaks for where the
   * graph leaves it open. Only such a model listens (`ImportCard.taskOpen`), and only to `regression` and `binary`.
   */
  readonly task: 'regression' | 'binary' | 'multiclass' | null;
  /** Table column of the true values, null without. */
  readonly target: number | null;
  /** By table column. */
  readonly roles: readonly ColumnRole[];
  /** Table column by slot, in the order of `ImportCard.slots`. */
  readonly slots: readonly (number | null)[];
  /** Shown class names by class index; [] for regression. */
  readonly classNames: readonly string[];
}

/** Everything the import card shows; small. */
export interface ImportCard {
  readonly name: string;
  readonly kind: 'study' | 'explanation' | 'model and table' | 'model' | 'table' | 'nothing';
  readonly items: readonly ImportItem[];
  /** True: show the card and wait for choices. False: it can open at once. */
  readonly needsChoices: boolean;
  /** Why it cannot become a study as it stands (a slot without column, no table); null when it can. */
  readonly blocked: string | null;
  readonly outputs: Outputs | null;
  /** The model gives one plain number: together with a table, the user may say whether it is a value or a logit. */
  readonly taskOpen: boolean;
  readonly columns: readonly CardColumn[];
  readonly slots: readonly CardSlot[];
  readonly choices: ImportChoices;
  readonly findings: readonly Finding[];
}

/** Which raw features the columns of the draft's explanation are made of. */
export interface FoundFeatureMap {
  readonly map: FeatureMap;
  /** The file that says so. */
  readonly from: string;
  /** How columns of the map met those of the explanation. */
  readonly matched: 'name' | 'position';
}

/** A parsed drop: data heavy, lives in the parse worker and then in the study worker, never in the page. */
export interface ImportDraft {
  readonly items: readonly ImportItem[];
  /** A complete study (.limpid, dashboards, saved explanations), null otherwise. */
  readonly study: Study | null;
  readonly table: Table | null;
  readonly model: ParsedModel | null;
  readonly findings: readonly Finding[];
  /** The explanation of `study` is of engineered columns: a raw one can be made of it. */
  readonly featureMap?: FoundFeatureMap;
}
