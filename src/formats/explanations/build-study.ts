/** From what a file holds to a study: sizes, class axis, labels, space and badge are decided here, each with a finding. */
import type { Explanation } from '#/domain/explanation';
import type { ExplanationId } from '#/domain/ids';
import type { FeatureSchema } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import type { Finding, Study } from '#/domain/study';
import { FIRST_REVISIONS } from '#/domain/study';
import type { Column, Table } from '#/domain/table';
import { describeFeature } from '#/formats/bind-slots';
import { cellsToColumns } from '#/formats/explanations/cells-to-columns';
import { settleClassNames } from '#/formats/explanations/class-labels';
import { buildGlobal } from '#/formats/explanations/global-values';
import { explainLocal } from '#/formats/explanations/local-values';
import { methodFacts } from '#/formats/explanations/method-facts';
import { settlePredictions, settleTarget } from '#/formats/explanations/predicted-values';
import type { RawExplanation } from '#/formats/explanations/raw-explanation';
import { finding } from '#/formats/explanations/raw-explanation';
import { chooseOrder } from '#/formats/explanations/choose-order';
import { settleSizes, toSlabs } from '#/formats/explanations/settle-sizes';
import { inconsistent } from '#/formats/format-errors';
import { baseName, makeStudyId } from '#/formats/study-id';
import { nameColumns } from '#/formats/tables/header-row';

/**
 * @throws LimpidError `InconsistentData` when nothing can be shown (no values, no data)
 */
export function buildStudy(raw: RawExplanation): Study {
  const findings: Finding[] = [...raw.findings];
  const order = chooseOrder(raw, findings);
  const found = raw.local === null ? null : toSlabs(raw.local, order);
  const sizes = settleSizes(raw, found === null ? null : { nRows: found.nRows, nFeatures: found.nFeatures, nSlabs: found.slabs.length });
  findings.push(...sizes.findings);
  const { nRows, nFeatures, nClasses } = sizes;
  if (nFeatures === 0)
    throw inconsistent('There are neither data nor values of features.', {
      file: raw.file,
      hint: 'Save the explanation again with its local or global values.',
    });

  const names = settleFeatureNames(raw, nFeatures, findings);
  const classes = nClasses === 0 ? { names: [], findings: [] } : settleClassNames(raw.classNames, nClasses, [raw.predictedY, raw.trueY]);
  findings.push(...classes.findings);
  const outputs = makeOutputs(classes.names);

  const predictions = settlePredictions(raw, outputs, nRows, findings);
  const target = settleTarget(raw, outputs, nRows, predictions, findings);
  const { table, features } = makeTable(raw, names, nRows, nFeatures, findings);
  const facts = methodFacts(raw.method);
  const slabs =
    found !== null && found.nRows === nRows && found.nFeatures === nFeatures && fitsClasses(found.slabs.length, nClasses)
      ? found.slabs
      : null;
  if (found !== null && slabs === null)
    findings.push(finding('error', 'local-left-out', 'The local values do not fit the other parts and are left out.'));
  const local = explainLocal({ slabs, base: raw.base, nRows, nFeatures, outputs, predictions, facts, findings });
  const globals =
    raw.global === null
      ? null
      : buildGlobal(raw.global, {
          names,
          nClasses,
          facts,
          slabs: slabs ?? [],
          averaged: raw.base !== null || (raw.method !== null && raw.predictedY !== null),
        });
  findings.push(...(globals?.findings ?? []));

  const explanation: Explanation = {
    id: 'imported' as ExplanationId,
    name: facts.name,
    method: facts.id,
    featureSpace: raw.featureSpace,
    features,
    space: local.space,
    nOutputs: outputs.task === 'multiclass' ? outputs.classLabels.length : 1,
    rows: local.blocks === null ? new Int32Array(0) : Int32Array.from({ length: nRows }, (_, i) => i),
    completed: local.blocks === null ? 0 : nRows,
    state: 'complete',
    local: local.blocks,
    standardErrors: null,
    baseValues: local.base,
    saved: globals?.saved ?? null,
    badge: local.badge,
    provenance: {
      explainer: raw.tool,
      semantics: raw.method ?? 'unknown',
      parameters: {},
      seed: null,
      backgroundHash: null,
      backgroundRows: null,
      evaluations: null,
      seconds: null,
      source: raw.file,
    },
  };
  const hasValues = explanation.local !== null || explanation.saved !== null;
  if (!hasValues)
    findings.push(finding('warning', 'no-values', 'The file holds no explanation that can be shown; its data and predictions are.'));
  const name = baseName(raw.file);
  return {
    id: makeStudyId(name, table, null),
    name,
    description: '',
    notes: '',
    table,
    target,
    outputs,
    model: null,
    predictions,
    explanations: hasValues ? [explanation] : [],
    points: [],
    findings: findings.map((item) => ({ ...item, place: { file: raw.file, ...item.place } })),
    revisions: FIRST_REVISIONS,
  };
}

/** Binary values may come as one slab or as two. */
function fitsClasses(nSlabs: number, nClasses: number): boolean {
  return nSlabs === Math.max(nClasses, 1) || (nClasses === 2 && nSlabs === 1);
}

function makeOutputs(classNames: readonly string[]): Outputs {
  if (classNames.length === 0) return { task: 'regression', targetName: 'target', unit: null };
  if (classNames.length === 2) return { task: 'binary', targetName: 'target', classLabels: [classNames[0]!, classNames[1]!] };
  return { task: 'multiclass', targetName: 'target', classLabels: classNames };
}

function settleFeatureNames(raw: RawExplanation, nFeatures: number, findings: Finding[]): readonly string[] {
  const given = raw.featureNames;
  if (given?.length === nFeatures) return given;
  const global = raw.global?.names;
  if (given === null && global?.length === nFeatures) return global;
  if (given === null) findings.push(finding('info', 'feature-names-missing', 'The file does not name its features, so they are numbered.'));
  return Array.from({ length: nFeatures }, (_, i) => `Feature ${i}`);
}

/** The file's order is kept; names that come twice or are empty are told apart for display. */
function makeTable(
  raw: RawExplanation,
  names: readonly string[],
  nRows: number,
  nFeatures: number,
  findings: Finding[],
): { readonly table: Table; readonly features: readonly FeatureSchema[] } {
  const { names: distinct, repeated } = distinguish(names);
  if (repeated.length > 0) {
    findings.push(
      finding(
        'warning',
        'repeated-names',
        `Features with the same or no name were told apart by a number: ${repeated.slice(0, 5).join(', ')}.`,
      ),
    );
  }
  const name = raw.file.split('/').at(-1) ?? raw.file;
  const usable = raw.cells?.length === nRows && raw.cells[0]?.length === nFeatures ? raw.cells : null;
  if (usable === null) {
    findings.push(
      finding(
        'info',
        'no-data',
        'The file does not hold the data that were explained, so views by feature value stay empty.',
        'Save the explanation together with its evaluation data.',
      ),
    );
    const features = distinct.map((feature): FeatureSchema => ({
      name: feature,
      kind: 'numeric',
      integer: false,
      labels: [],
      missingText: '',
      column: null,
    }));
    return { table: { name, nRows, columns: [] }, features };
  }
  const role = raw.featureSpace === 'engineered' ? 'engineered' : 'feature';
  const built = cellsToColumns(usable, distinct, raw.categoricalMap, role);
  findings.push(...built.findings);
  const columns: readonly Column[] = built.columns;
  return { table: { name, nRows, columns }, features: columns.map(describeFeature) };
}

function distinguish(names: readonly string[]): { readonly names: readonly string[]; readonly repeated: readonly string[] } {
  const plain = new Set(names).size === names.length && names.every((name) => name.trim() !== '');
  if (plain) return { names, repeated: [] };
  const { names: distinct } = nameColumns(names);
  return { names: distinct, repeated: distinct.filter((name, i) => name !== names[i]?.trim()) };
}
