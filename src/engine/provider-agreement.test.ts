import { describe, expect, it } from 'vitest';
import type { ProviderFacts } from '#/domain/inference-provider';
import type { ModelAsset } from '#/domain/model';
import type { ComputeResult, ComputeTask, ModelFacts } from '#/engine/compute-task';
import type { ExplainSpec } from '#/explainers/explainer';
import { LanePool } from '#/engine/lane-pool';

/** Lanes that would each choose another provider when left alone. */
function poolOf(lanes: number, seen: (ProviderFacts['name'] | undefined)[]): LanePool {
  return new LanePool({
    kind: 'in process',
    lanes,
    open: (index) =>
      Promise.resolve({
        run: (task: ComputeTask) => {
          if (task.kind === 'install spec') {
            seen.push(task.tables);
            const tables: ProviderFacts = { name: task.tables ?? (index % 2 === 0 ? 'webgpu' : 'wasm'), reason: '', speedup: null };
            return Promise.resolve({ kind: 'spec', tables } as ComputeResult);
          }
          if (task.kind !== 'install model') return Promise.resolve({ kind: 'predictions' as const, values: Float64Array.of(index) });
          seen.push(task.provider);
          const provider: ProviderFacts = { name: task.provider ?? (index % 2 === 0 ? 'webgpu' : 'wasm'), reason: '', speedup: null };
          return Promise.resolve({ kind: 'model' as const, facts: { provider } as ModelFacts });
        },
        ping: () => Promise.resolve(),
        dispose: () => Promise.resolve(),
      }),
  });
}

const probe = { nRows: 0, nFeatures: 1, values: new Float64Array(0) };

describe('lanes of one study', () => {
  it('predict by the means that the first one chose, also when the model is defined again', async () => {
    const seen: (ProviderFacts['name'] | undefined)[] = [];
    const pool = poolOf(3, seen);
    const installation = {
      key: 'm',
      after: [],
      task: { kind: 'install model' as const, key: 'm', asset: {} as ModelAsset, probe },
    };
    pool.define(installation);
    await pool.install('m');
    pool.define(installation);
    await pool.install('m');
    await pool.run({ kind: 'predict', model: 'm', rows: probe }, ['m']);
    expect(seen).toEqual([undefined, 'webgpu', 'webgpu']);
    await pool.release('m');
    pool.define(installation);
    await pool.install('m');
    expect(seen.at(-1)).toBeUndefined();
  });

  it('keep the tables of a job where the first one has them', async () => {
    const seen: (ProviderFacts['name'] | undefined)[] = [];
    const pool = poolOf(2, seen);
    pool.define({ key: 's', after: [], task: { kind: 'install spec', key: 's', model: 'm', spec: {} as ExplainSpec } });
    await pool.install('s');
    await pool.run({ kind: 'predict', model: 'm', rows: probe }, ['s']);
    expect(seen).toEqual([undefined, 'webgpu']);
  });
});
