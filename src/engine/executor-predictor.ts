import type { EncodedRows, Predictor, PredictorInfo } from '#/domain/model';
import type { ModelFacts } from '#/engine/compute-task';
import type { LanePool } from '#/engine/lane-pool';

/** Rows in one predict task: inputs of at most some MB, and small enough to stop quickly. */
const PREDICT_ROWS = 4096;

/** A predictor over all lanes: chunks of rows run in parallel, results stand in row order. */
export function createPoolPredictor(pool: LanePool, modelKey: string, nFeatures: number, facts: ModelFacts): Predictor {
  const info: PredictorInfo = {
    locality: 'local',
    maxBatch: PREDICT_ROWS * pool.lanes,
    deterministic: true,
    space: facts.space,
    secondsPerRow: facts.secondsPerRow,
  };
  return {
    nFeatures,
    nOutputs: facts.nOutputs,
    info,
    async predict(rows: EncodedRows, signal?: AbortSignal) {
      const out = new Float64Array(rows.nRows * facts.nOutputs);
      const chunks: Promise<void>[] = [];
      for (let start = 0; start < rows.nRows; start += PREDICT_ROWS) {
        const end = Math.min(start + PREDICT_ROWS, rows.nRows);
        const values = rows.values.slice(start * nFeatures, end * nFeatures);
        chunks.push(
          pool
            .run({ kind: 'predict', model: modelKey, rows: { nRows: end - start, nFeatures, values } }, [modelKey], signal)
            .then((result) => {
              if (result.kind === 'predictions') out.set(result.values, start * facts.nOutputs);
            }),
        );
      }
      await Promise.all(chunks);
      return out;
    },
    dispose: () => Promise.resolve(),
  };
}
