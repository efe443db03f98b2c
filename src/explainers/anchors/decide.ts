import type { EncodedRows } from '#/domain/model';
import { predictedClassOf } from '#/domain/outputs';
import type { ExplainerEnvironment } from '#/explainers/explainer';
import { predictTrees } from '#/trees/link';

/** Class indices of rows, -1 where the model gives none. */
export type Decide = (rows: EncodedRows, signal?: AbortSignal) => Int32Array | Promise<Int32Array>;

/** The model's decision (domain/outputs `predictedClassOf`), by the tree evaluator where the model is a tree ensemble. */
export function decideBy({ predictor, trees, outputs }: Pick<ExplainerEnvironment, 'predictor' | 'trees' | 'outputs'>): Decide {
  const { nOutputs } = predictor;
  const { space } = predictor.info;
  const classes = (stored: Float64Array, nRows: number): Int32Array => {
    const decisions = new Int32Array(nRows);
    const own = new Float64Array(nOutputs);
    for (let row = 0; row < nRows; row++) {
      for (let k = 0; k < nOutputs; k++) own[k] = stored[row * nOutputs + k]!;
      decisions[row] = predictedClassOf(outputs, space, own);
    }
    return decisions;
  };
  if (trees !== null) return (rows: EncodedRows) => classes(predictTrees(trees, rows), rows.nRows);
  return async (rows, signal) => classes(await predictor.predict(rows, signal), rows.nRows);
}
