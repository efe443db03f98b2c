/** An explanation of engineered columns met with the pipeline that made them: the raw features behind the columns, and their data. */
import type { FeatureMap } from '#/domain/feature-map';
import type { FeatureSchema } from '#/domain/model';
import type { Explanation } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import type { Table } from '#/domain/table';
import { bindSlots } from '#/formats/bind-slots';
import type { CardSlot, FoundFeatureMap, ParsedModel } from '#/formats/draft';
import { emptySlots, isText, plainName } from '#/formats/model-slots';
import { attachModel } from '#/formats/pair-explanation';
import { resolveModelAndTable } from '#/formats/resolve-draft';
import { readFeatureMap } from '#/onnx/read-feature-map';

/** What the pipeline adds to a study of its engineered columns. */
export interface RawBehind {
  readonly study: Study;
  readonly found: FoundFeatureMap;
  /** Its rows are in the study now. */
  readonly table: Table | null;
}

/**
 * Looks whether the columns of an explanation are those that a pipeline makes of other features. With a table of these features and of
 * the explained rows, its columns and the model join the study; the engineered ones keep their values under the role `engineered`.
 * @returns null when the pipeline is another one, or changes nothing
 */
export function findRawBehind(study: Study, model: ParsedModel, tables: readonly Table[]): RawBehind | null {
  const [explanation] = study.explanations;
  if (explanation === undefined || model.kind !== 'onnx' || explanation.featureSpace === 'layer' || explanation.featureSpace === 'grouped')
    return null;
  const fitting = tables.flatMap((table) => {
    const { blocked, slots } = resolveModelAndTable(model, table);
    return blocked === null ? [{ table, slots }] : [];
  });
  const known = fitting.find(({ table }) => joins(study, table)) ?? fitting[0];
  const map = mapOf(model, known?.table ?? null, known?.slots ?? emptySlots(model.signature, 0, model.featureNames));
  const matched = map === null ? null : matchColumns(map, explanation);
  if (map === null || matched === null) return null;
  const engineered: Study = {
    ...study,
    explanations: study.explanations.map((one) => ({ ...one, featureSpace: 'engineered' })),
    table: {
      ...study.table,
      columns: study.table.columns.map((column) => (column.role === 'feature' ? { ...column, role: 'engineered' } : column)),
    },
  };
  const found: FoundFeatureMap = { map, from: model.name, matched };
  const joined = known !== undefined && joins(study, known.table) ? joinTable(engineered, known.table, known.slots) : null;
  if (joined === null || known === undefined) return { study: engineered, found, table: null };
  return { study: attachModel(joined, model).study ?? joined, found, table: known.table };
}

function joins(study: Study, table: Table): boolean {
  return study.table.nRows === table.nRows || (study.table.columns.length === 0 && study.table.nRows === 0);
}

/** Raw columns after the engineered ones, which give way where both have a name. */
function joinTable(study: Study, table: Table, slots: readonly CardSlot[]): Study {
  const used = new Set(slots.map(({ column }) => column));
  const target = study.target?.column ?? null;
  const names = new Set(table.columns.map(({ name }) => name));
  const before = study.table.columns.map((column) =>
    names.has(column.name) ? { ...column, name: `${column.name} (engineered)` } : column,
  );
  const added = table.columns.map((column, i) => ({
    ...column,
    role: used.has(i)
      ? ('feature' as const)
      : column.role === 'feature' || (column.role === 'target' && target !== null)
        ? ('ignored' as const)
        : column.role,
  }));
  return { ...study, table: { ...study.table, nRows: table.nRows, columns: [...before, ...added] } };
}

function mapOf(model: ParsedModel, table: Table | null, slots: readonly CardSlot[]): FeatureMap | null {
  const filled = table === null ? slots.map((slot, i) => ({ ...slot, column: i })) : slots;
  const columns = table?.columns ?? slots.map(slotColumn);
  const { features, bindings } = bindSlots(filled, columns);
  const map = readFeatureMap(model.bytes, features, bindings, model.signature);
  return 'reason' in map ? null : map;
}

/** A column without rows that stands for what fills a slot. */
function slotColumn({ name, input, slot, type }: CardSlot): Table['columns'][number] {
  const role = 'feature';
  const called = name ?? (slot === 0 ? input : `${input} ${slot + 1}`);
  return isText(type)
    ? { kind: 'categorical', name: called, role, codes: new Int32Array(0), labels: [] }
    : { kind: 'numeric', name: called, role, values: new Float64Array(0), integer: false };
}

/** By name where both have the same names; by position only where each column's name holds its feature's, or no column has a name. */
function matchColumns(map: FeatureMap, { features }: Explanation): FoundFeatureMap['matched'] | null {
  const { engineeredNames, rawNames } = map;
  if (engineeredNames.length !== features.length) return null;
  const names = features.map(({ name }) => name);
  if (engineeredNames.every((name, j) => name === names[j]) && isIdentity(map, features)) return null;
  const own = new Set(names);
  if (own.size === names.length && engineeredNames.every((name) => own.has(name))) return 'name';
  const holds = names.every((name, j) => {
    const words = `_${plainName(name)}_`;
    const raws = map.raws.subarray(map.starts[j], map.starts[j + 1]);
    return raws.length === 0 || Array.from(raws).some((raw) => words.includes(`_${plainName(rawNames[raw]!)}_`));
  });
  const numbered = names.every((name, j) => new RegExp(`^(feature|column|f|x)?[ _]?(${j}|${j + 1})$`, 'i').test(name));
  return holds || numbered ? 'position' : null;
}

/** Every column is a feature as it is. */
function isIdentity(map: FeatureMap, features: readonly FeatureSchema[]): boolean {
  return map.rawNames.length === features.length && map.rawNames.every((name, j) => name === features[j]!.name);
}
