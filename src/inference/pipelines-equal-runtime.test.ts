import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows, ModelAsset } from '#/domain/model';
import { readLinearModel } from '#/onnx/read-linear-model';
import { readTreeModel } from '#/onnx/read-tree-model';
import { predictLinear } from '#/testing/linear-model';
import { readBytes, relativeDifference } from '#/testing/model-golden';
import { pipelineAsset, pipelineRows, type PipelineGolden } from '#/testing/pipeline-golden';
import { predictTrees } from '#/trees/link';
import { createOrtPredictor } from './create-ort-predictor';

const folder = fileURLToPath(new URL('../onnx/golden', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const open = (name: string): PipelineGolden => JSON.parse(readFileSync(join(folder, name), 'utf8')) as PipelineGolden;

function own(asset: ModelAsset, rows: EncodedRows): { kind: string; values: Float64Array } {
  const trees = readTreeModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
  if (!('reason' in trees)) return { kind: 'trees', values: predictTrees(trees, rows) };
  const linear = readLinearModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
  if ('reason' in linear) throw new Error(`${trees.reason} ${linear.reason}`);
  return { kind: 'linear', values: predictLinear(linear, rows) };
}

/** Random rows: every code, blanks, and numbers around those of the golden. Whole-number inputs and encoders that refuse unseen words get known cells only. */
function randomRows(golden: PipelineGolden, nRows: number): EncodedRows {
  const rng = createRng(5);
  const random = (): number => rng.next();
  const known = golden.features.map((_, f) => golden.rows.map((row) => row[f]!));
  const strict = golden.model.startsWith('rare-words') || golden.model.startsWith('linear-ridge.');
  const values = Array.from({ length: nRows }, () =>
    golden.features.map((feature, f) => {
      const own = known[f]![Math.floor(random() * golden.rows.length)];
      // The runtime's Binarizer refuses blanks.
      if (strict || feature.integer || (feature.name === 'lambs' && golden.model.startsWith('bins'))) return own ?? 0;
      if (random() < 0.15) return NaN;
      if (feature.kind === 'categorical') return Math.floor(random() * feature.labels.length);
      return random() < 0.5 ? (own ?? NaN) : Math.fround((own ?? 1) * (0.5 + random()));
    }),
  );
  return { nRows, nFeatures: golden.features.length, values: Float64Array.from(values.flat()) };
}

describe('pipelines equal ONNX Runtime', () => {
  it.each(names)('%s', async (name) => {
    const golden = open(name);
    const asset = pipelineAsset(golden, readBytes(join(folder, golden.model)));
    const rows = pipelineRows(golden);
    const predictor = await createOrtPredictor(asset);
    const expected = await predictor.predict(rows);
    const mine = own(asset, rows);
    expect(mine.kind).toBe(name.startsWith('linear') ? 'linear' : 'trees');
    expect(relativeDifference(expected, golden.predictions.flat())).toBeLessThanOrEqual(golden.tolerance.predictions);
    expect(relativeDifference(mine.values, golden.predictions.flat())).toBeLessThanOrEqual(golden.tolerance.predictions);
    const more = randomRows(golden, 400);
    expect(relativeDifference(own(asset, more).values, await predictor.predict(more))).toBeLessThanOrEqual(golden.tolerance.predictions);
    await predictor.dispose();
  });
});
