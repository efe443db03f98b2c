import type { AdditiveSpace } from '#/domain/units';
import type { EncodedRows } from '#/domain/model';
import type { ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { chunkRowsFor, openGradients, withoutMissing } from './gradient-offer';

/**
 * Methods that are a function of one gradient a row: `finish` turns the gradients of one output into its values, in place.
 * @param unit - of the values, from the unit of the output
 */
export async function preparePlain(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  unit: (output: AdditiveSpace) => AdditiveSpace,
  why: string,
  finish: (gradients: Float64Array, rows: EncodedRows) => void,
): Promise<PreparedExplainer> {
  const { predictor, space } = await openGradients(spec, environment);
  return {
    baseValues: new Float64Array(predictor.nOutputs).fill(NaN),
    space: unit(space.space),
    exact: true,
    additivity: { notAdditive: why },
    chunkRows: chunkRowsFor(predictor.facts, predictor.nOutputs),
    async explain(given, rowIds, signal) {
      const rows = withoutMissing(given, predictor.facts, environment.features, 'row', rowIds);
      const values: Float64Array[] = [];
      for (let output = 0; output < predictor.nOutputs; output++) {
        const gradients = await predictor.gradients(rows, { of: { kind: 'output', output }, space: space.id, by: null }, signal);
        finish(gradients, rows);
        values.push(gradients);
      }
      return { values, standardErrors: null, evaluations: rows.nRows * predictor.nOutputs };
    },
  };
}
