import { readFileSync } from 'node:fs';
import type { ExplainerEnvironment } from '#/explainers/explainer';
import { prepareKernel } from '#/explainers/kernel/explain';
import { preparePermutationShap } from '#/explainers/permutation-shap/explain';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import { readModel } from '#/onnx/read-model';
import { readTreeModel } from '#/onnx/read-tree-model';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { goldenRows } from '#/testing/explainer-golden';
import { equalBackground } from '#/testing/games';
import { assetOf, outputsFor, readBytes } from '#/testing/model-golden';

interface Case {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly background: readonly (readonly number[])[];
  readonly exact: readonly (readonly number[])[];
  readonly shap: readonly { label: string; seconds: number; error: number; evaluations: number }[];
}

interface Measured {
  readonly seconds: number;
  readonly error: number;
  readonly evaluations: number;
}

const REPEATS = 4;

/**
 * CPU time and error of Kernel SHAP here at growing budgets, against what shap took. FOLDER is what
 * `uv run reference/goldens/kernel_convergence.py FOLDER` wrote on the same machine:
 *
 *   node -e "import('vite').then(async ({ runnerImport }) => (await runnerImport('./bench/kernel-convergence.ts',
 *     { resolve: { alias: { '#': process.cwd() + '/src' } } })).module.compare('FOLDER'))"
 */
export async function compare(folder: string): Promise<void> {
  for (const name of ['net', 'trees']) {
    const given = JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')) as Case;
    const model = readModel(readBytes(`${folder}/${name}.onnx`), name);
    const features = given.names.map((feature, column) => ({
      name: feature,
      kind: 'numeric' as const,
      integer: false,
      labels: [],
      missingText: '',
      column,
    }));
    const asset = assetOf({ ...model, features, outputs: outputsFor('binary', ['0', '1']) });
    const predictor = await createOrtPredictor(asset);
    const trees = readTreeModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
    const environment: ExplainerEnvironment = {
      predictor,
      ...NO_STRUCTURE,
      trees: 'reason' in trees ? null : trees,
      features,
      outputs: asset.outputs,
    };
    for (const one of given.shap) print(name, one.label, one);
    // Once unmeasured: the engine compiles what is hot.
    await measure(given, (seed) => prepareKernel(specOf(given, { budget: 320 }, seed), environment));
    const ours: Measured[] = [];
    for (const budget of [112, 160, 224, 320, 512, 768, 1052, 2076, 0]) {
      const one = await measure(given, (seed) => prepareKernel(specOf(given, { budget }, seed), environment));
      ours.push(one);
      print(name, `Limpid kernel, budget ${budget === 0 ? 'automatic' : budget}`, one);
    }
    const orders = await measure(given, (seed) => preparePermutationShap(specOf(given, { maxEvals: 500 }, seed), environment));
    print(name, 'Limpid permutation-shap, default', orders);
    for (const one of given.shap) {
      const enough = ours.filter(({ error }) => error <= one.error);
      const least = enough.reduce<Measured | null>((best, other) => (best === null || other.seconds < best.seconds ? other : best), null);
      if (least !== null)
        console.log(`${name}: ${(one.seconds / least.seconds).toFixed(2)} times faster than ${one.label} at no larger error`);
    }
    await predictor.dispose();
  }
}

function specOf(given: Case, parameters: Record<string, number>, seed: number): Parameters<typeof prepareKernel>[0] {
  const background = equalBackground(goldenRows(given.background));
  return { explainer: 'kernel', background, outputSpace: 'probability', seed, parameters, ...NOTHING_LEARNT };
}

/** Best CPU seconds a row with the set-up of the job, and mean error. */
async function measure(given: Case, prepare: (seed: number) => ReturnType<typeof prepareKernel>): Promise<Measured> {
  const rows = goldenRows(given.rows);
  let error = 0;
  let evaluations = 0;
  let seconds = Infinity;
  for (let seed = 0; seed < REPEATS; seed++) {
    const began = process.cpuUsage();
    const prepared = await prepare(seed);
    const chunk = await prepared.explain(
      rows,
      Int32Array.from({ length: rows.nRows }, (_, i) => i),
    );
    const used = process.cpuUsage(began);
    seconds = Math.min(seconds, (used.user + used.system) / 1e6 / rows.nRows);
    evaluations = chunk.evaluations / rows.nRows;
    given.exact.forEach((exact, row) => {
      let off = 0;
      let size = 0;
      exact.forEach((value, j) => {
        off += (chunk.values[0]![row * exact.length + j]! - value) ** 2;
        size += value ** 2;
      });
      error += off / size / given.exact.length / REPEATS;
    });
  }
  return { seconds, error, evaluations };
}

function print(model: string, label: string, { seconds, error, evaluations }: Measured): void {
  console.log(
    `${model.padEnd(6)} ${label.padEnd(42)} ${(1000 * seconds).toFixed(1).padStart(8)} ms CPU a row   error ${error.toExponential(2)}   ${Math.round(evaluations)} evaluations a row`,
  );
}
