import { toPlainError } from '#/base/errors';
import type { Explanation } from '#/domain/explanation';
import type { FeatureSchema } from '#/domain/model';
import type { Finding, Study } from '#/domain/study';
import { freeExplanationId } from '#/engine/free-id';
import { deriveExplanation } from '#/explainers/feature-map/derive-explanation';
import { describeFeature } from '#/formats/bind-slots';
import type { FoundFeatureMap } from '#/formats/draft';

/**
 * A study that was just read, with a raw explanation behind each engineered one where a feature map was found in the same drop. What
 * cannot be told apart (columns of several raw features) stays engineered, and a finding says so.
 */
export function withRawExplanations(study: Study, found: FoundFeatureMap | undefined): Study {
  if (found === undefined) return study;
  const explanations: Explanation[] = [];
  const findings: Finding[] = [];
  for (const explanation of study.explanations) {
    explanations.push(explanation);
    if (explanation.featureSpace !== 'engineered') continue;
    try {
      const derived = deriveExplanation(explanation, {
        id: freeExplanationId(study.explanations, `${explanation.id}-raw`),
        name: `${explanation.name} (raw)`,
        by: { map: found.map },
        schemaOf: (name) => rawColumn(study, name),
      });
      const parameters = { ...derived.provenance.parameters, 'feature map': found.from, 'columns matched by': found.matched };
      explanations.push({ ...derived, provenance: { ...derived.provenance, parameters } });
      findings.push(addedFinding(explanation, derived, found));
    } catch (error) {
      findings.push({
        severity: 'warning',
        code: 'raw-not-derived',
        message: `No explanation of raw features was made of ${explanation.name}: ${toPlainError(error).message}`,
        fix: 'Group its columns by hand instead.',
      });
    }
  }
  return { ...study, explanations, findings: [...study.findings, ...findings] };
}

function rawColumn({ table }: Study, name: string): FeatureSchema | null {
  const index = table.columns.findIndex((column) => column.name === name && column.role !== 'engineered');
  const column = table.columns[index];
  return column === undefined ? null : describeFeature(column, index);
}

function addedFinding(from: Explanation, raw: Explanation, { from: file, matched }: FoundFeatureMap): Finding {
  return {
    severity: 'info',
    code: 'raw-derived',
    message: `${file} makes the ${from.features.length} columns of ${from.name} of ${raw.features.length} raw features: a raw explanation with their summed values was added, the engineered one stays. Columns were matched by ${matched}.`,
    ...(matched === 'position' ? { fix: 'Check that the explanation has its columns in the order of the pipeline.' } : {}),
  };
}
