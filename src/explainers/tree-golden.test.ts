import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExplainerEnvironment, ExplainSpec, KernelModules } from '#/explainers/explainer';
import type { Parameters } from '#/explainers/parameters';
import { prepareInterventional } from '#/explainers/tree-interventional/explain';
import { preparePathDependent } from '#/explainers/tree-path-dependent/explain';
import { readTreeModel } from '#/onnx/read-tree-model';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { goldenAsset, goldenBackground, goldenRows, type ExplainerGolden } from '#/testing/explainer-golden';
import { functionPredictor } from '#/testing/games';
import { nodeKernels } from '#/testing/kernels';
import { readBytes, relativeDifference } from '#/testing/model-golden';

const folder = fileURLToPath(new URL('golden', import.meta.url));
const named = (prefix: string): string[] => readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
const open = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const prepareBy = { 'tree-interventional': prepareInterventional, 'tree-path-dependent': preparePathDependent };

let kernels: KernelModules;
beforeAll(async () => {
  kernels = await nodeKernels();
});

interface MoreGolden {
  readonly of: string;
  readonly nRows: number;
  readonly results: readonly {
    readonly explainer: keyof typeof prepareBy;
    readonly parameters: Parameters;
    readonly outputSpace: ExplainSpec['outputSpace'];
    readonly tolerance: number;
    readonly values: readonly (readonly (readonly number[])[])[];
    readonly baseValues: readonly number[];
    readonly interactions: readonly (readonly (readonly (readonly number[])[])[])[] | null;
  }[];
}

/** What the plain code owes the goldens, and how far the kernels' float32 may be. */
const KERNEL_TOLERANCE = 2e-6;

function openModel(golden: ExplainerGolden): Pick<ExplainerEnvironment, 'trees' | 'features' | 'outputs'> {
  const asset = goldenAsset(golden, readBytes(join(folder, golden.model)));
  const trees = readTreeModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
  if ('reason' in trees) throw new Error(trees.reason);
  return { trees, features: asset.features, outputs: asset.outputs };
}

describe.each([
  { name: 'plain', uses: false, nRows: 1 },
  { name: 'kernels, one row', uses: true, nRows: 1 },
  { name: 'kernels, some rows', uses: true, nRows: 50 },
  { name: 'kernels, many rows', uses: true, nRows: 1e6 },
])('$name', ({ uses, nRows }) => {
  const run = async (golden: ExplainerGolden, id: keyof typeof prepareBy, rows: number, part: Partial<ExplainSpec>) => {
    const background = goldenBackground(golden);
    const spec: ExplainSpec = { explainer: id, background, outputSpace: 'raw', seed: 0, parameters: {}, ...NOTHING_LEARNT, nRows, ...part };
    const predictor = functionPredictor(golden.featureNames.length, golden.outputNames.length, () => NaN);
    const environment = { predictor, ...NO_STRUCTURE, ...openModel(golden), kernels: uses ? kernels : null };
    const prepared = await prepareBy[id](spec, environment);
    const chunk = await prepared.explain(goldenRows(golden.rows.slice(0, rows)), new Int32Array(rows));
    return { prepared, chunk };
  };

  it.each([...named('tree-interventional'), ...named('tree-path')])('%s', async (name) => {
    const golden = open(name) as ExplainerGolden;
    const { chunk } = await run(golden, golden.explainer as keyof typeof prepareBy, golden.rows.length, {});
    golden.values!.forEach((perRow, output) => {
      expect(relativeDifference(chunk.values[output]!, perRow.flat())).toBeLessThanOrEqual(
        Math.max(golden.tolerance.values!, uses ? KERNEL_TOLERANCE : 0),
      );
    });
  });

  it.each(named('tree-more'))('%s', async (name) => {
    const more = open(name) as MoreGolden;
    const golden = open(more.of) as ExplainerGolden;
    for (const { explainer, parameters, outputSpace, ...expected } of more.results) {
      const { prepared, chunk } = await run(golden, explainer, more.nRows, { parameters, outputSpace });
      const tolerance = Math.max(expected.tolerance, uses ? KERNEL_TOLERANCE : 0);
      expected.values.forEach((perRow, output) => {
        expect(relativeDifference([prepared.baseValues[output]!], [expected.baseValues[output]!])).toBeLessThanOrEqual(expected.tolerance);
        expect(relativeDifference(chunk.values[output]!, perRow.flat())).toBeLessThanOrEqual(tolerance);
        const matrices = expected.interactions?.[output];
        if (matrices) expect(relativeDifference(chunk.interactions![output]!, matrices.flat(2))).toBeLessThanOrEqual(tolerance);
        else expect(chunk.interactions).toBeUndefined();
      });
      expect(prepared.space).toBe(outputSpace === 'probability' ? 'probability' : openModel(golden).trees!.sumSpace);
    }
  });
});
