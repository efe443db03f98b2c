/**
 * What each family of reference cases expects, as runs of `limpid` with what to compare. The formats are those of the folder's
 * README. A check has `what`, and either `reason` (it cannot be run), `run` + `pick` + `expected` + `tolerance`, or `measure`.
 */

/** Exact values through float32 ONNX, and through the library's own file. */
const THROUGH_ONNX = 1e-5;
const NATIVE = 1e-9;
/** The kernels add in float32 within a few trees: the bar for exact methods. */
const FAST = 1e-5;

export function checksOf(context) {
  const family = Object.keys(FAMILIES).find((prefix) => context.name.startsWith(prefix));
  if (family === undefined) return [{ what: 'all', reason: 'unknown family of cases' }];
  const target = context.info.data?.target;
  if (target === undefined) return FAMILIES[family](context);
  /** Only data.csv holds the target. */
  const withTarget = (options) =>
    options.data === undefined ? { ...options, args: [...(options.args ?? []), '--target', target] } : options;
  return FAMILIES[family](context).map((check) => ({
    ...check,
    ...(check.run === undefined ? {} : { run: withTarget(check.run) }),
    ...(check.measure === undefined ? {} : { measure: (run) => check.measure((options) => run(withTarget(options))) }),
  }));
}

const FAMILIES = {
  kernel_convergence: convergenceChecks,
  kernel: kernelChecks,
  linear: linearChecks,
  tree: treeChecks,
  catboost: catboostChecks,
  pipeline: pipelineChecks,
  nn: netChecks,
  curves: curveChecks,
  ale: aleChecks,
  anchors: anchorChecks,
  lime: () => [{ what: 'LIME', explainer: 'lime', reason: 'the case holds no model file (informational)' }],
  ebm: () => [{ what: 'EBM terms', reason: 'Limpid reads no EBM' }],
  mlflow: () => [{ what: 'saved explanation', reason: 'a file that is opened, nothing to compute' }],
  shap_files: () => [{ what: 'shap.Explanation files', reason: 'files that are opened, nothing to compute' }],
};

/** Row numbers: a list, or where the case says so a half-open range. */
function rowsOf(info, role) {
  const rows = info.rows?.[role];
  if (rows === undefined) return undefined;
  return /half open/i.test(info.rows.note ?? '') ? Array.from({ length: rows[1] - rows[0] }, (_, i) => rows[0] + i) : rows;
}

/** [row][feature] or [row][feature][output] as [output][row][feature]; of two outputs the second is stored. */
function byOutput(values, info) {
  if (!Array.isArray(values[0][0])) return [values];
  const nOutputs = values[0][0].length;
  const stored = nOutputs === 2 && info.task === 'binary' ? [1] : Array.from({ length: nOutputs }, (_, k) => k);
  return stored.map((k) => values.map((row) => row.map((feature) => feature[k])));
}

/** Values of the answer in the order of the case's features. */
function valuesOf(features) {
  return (result) => reorder(result, features, (row, at) => at.map((j) => row[j]), result.values);
}

function interactionsOf(features) {
  return (result) => reorder(result, features, (row, at) => at.map((i) => at.map((j) => row[i][j])), result.interactions);
}

function reorder(result, features, pick, values) {
  if (!values) throw new Error('the answer holds no such values');
  const at = features.map((name) => result.featureNames.indexOf(name));
  const order = at.includes(-1) ? features.map((_, j) => j) : at;
  return values.map((output) => output.map((row) => pick(row, order)));
}

const predictionsOf = (result) => result.predictions;

/** [row] or [row][output] as [output][row]. */
function predictionsByOutput(values, info) {
  if (!Array.isArray(values[0])) return [values];
  const nOutputs = values[0].length;
  const stored = nOutputs === 2 && info.task === 'binary' ? [1] : Array.from({ length: nOutputs }, (_, k) => k);
  return stored.map((k) => values.map((row) => row[k]));
}

function modelsOf(files, endings) {
  return files.filter((file) => !file.includes('/') && endings.some((ending) => file.endsWith(ending)));
}

function kernelChecks({ info, read }) {
  const explain = rowsOf(info, 'explain');
  const background = rowsOf(info, 'background');
  const tolerance = info.tolerances.phi_through_float32_onnx;
  const run = { model: 'model.onnx', explainer: 'kernel', rows: explain, backgroundRows: background, set: { budget: 0 } };
  const identity = read('expected/kernel_identity.json');
  const logit = read('expected/kernel_logit.json');
  const kMeans = read('expected/kernel_kmeans10.json');
  // Weights are shares of the training rows: repeated rows weigh the same.
  const trained = smallestCommonCount(kMeans.weights);
  const lines = kMeans.background.flatMap((row, i) => Array.from({ length: Math.round(kMeans.weights[i] * trained) }, () => row));
  return [
    {
      what: 'predictions',
      run,
      pick: predictionsOf,
      expected: predictionsByOutput(read('expected/predictions.json').probabilities, info),
      tolerance,
    },
    { what: 'kernel, identity', run, pick: valuesOf(info.features), expected: byOutput(identity.values, info), tolerance },
    {
      what: 'kernel, logit link',
      run: { ...run, set: { ...run.set, link: 'logit' } },
      pick: valuesOf(info.features),
      expected: byOutput(logit.values, info),
      tolerance,
    },
    {
      what: 'kernel, k-means centres as given rows',
      run: {
        ...run,
        rows: explain.slice(0, kMeans.values.length),
        backgroundRows: undefined,
        background: { header: info.features, lines },
      },
      pick: valuesOf(info.features),
      expected: byOutput(kMeans.values, info),
      tolerance,
    },
  ];
}

function smallestCommonCount(weights) {
  for (let count = weights.length; count < 100_000; count++)
    if (weights.every((weight) => Math.abs(weight * count - Math.round(weight * count)) < 1e-9)) return count;
  throw new Error('the weights are no shares of a number of rows');
}

function convergenceChecks({ info, read }) {
  const rows = rowsOf(info, 'explain');
  const backgroundRows = rowsOf(info, 'background');
  const exact = read('expected/exact_interventional.json');
  const truth = [exact.values];
  const base = { model: 'model.onnx', rows, backgroundRows };
  const rmse = (found) => {
    const differences = found.flat(2).map((value, i) => value - truth.flat(2)[i]);
    return Math.sqrt(differences.reduce((sum, d) => sum + d * d, 0) / differences.length);
  };
  return [
    {
      what: 'exact values',
      run: { ...base, explainer: 'tree-interventional' },
      pick: valuesOf(info.features),
      expected: truth,
      tolerance: THROUGH_ONNX,
    },
    ...Object.entries(info.measured.rmse).map(([budget, theirs]) => ({
      what: `error at ${budget} coalitions a row (root mean square, 3 seeds)`,
      explainer: 'kernel',
      measure: (run) => {
        const errors = [];
        for (const seed of [1, 2, 3]) {
          const { result, reason } = run({ ...base, explainer: 'kernel', seed, set: { budget } });
          if (result === undefined) return { reason };
          errors.push(rmse(valuesOf(info.features)(result)));
        }
        const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
        return { value: mean.toExponential(2), tolerance: `${theirs.toExponential(2)} (shap)`, pass: mean <= theirs };
      },
    })),
    {
      what: `error of Permutation SHAP at ${read('expected/permutation.json').max_evals} evaluations`,
      explainer: 'permutation-shap',
      measure: (run) => {
        const { result, reason } = run({
          ...base,
          explainer: 'permutation-shap',
          seed: 1,
          set: { maxEvals: read('expected/permutation.json').max_evals },
        });
        if (result === undefined) return { reason };
        const error = rmse(valuesOf(info.features)(result));
        return {
          value: error.toExponential(2),
          tolerance: `${info.measured.rmse_permutation.toExponential(2)} (shap)`,
          pass: error <= info.measured.rmse_permutation,
        };
      },
    },
  ];
}

function linearChecks({ info, read }) {
  const run = { model: 'model.onnx', explainer: 'linear', rows: rowsOf(info, 'explain'), backgroundRows: rowsOf(info, 'background') };
  const expected = read('expected/linear_interventional.json');
  const predictions = read('expected/predictions.json');
  return [
    {
      what: 'predictions',
      run,
      pick: predictionsOf,
      expected: predictionsByOutput(predictions.probabilities ?? predictions.prediction, info),
      tolerance: info.tolerances.prediction_onnx_relative,
    },
    {
      what: `linear, ${expected.space}`,
      run: { ...run, space: 'raw' },
      pick: valuesOf(info.features),
      expected: byOutput(expected.values, info),
      tolerance: THROUGH_ONNX,
    },
  ];
}

function treeChecks({ info, files, read }) {
  const checks = [];
  for (const model of modelsOf(files, ['.onnx', '.ubj', '.txt', 'model.json'])) {
    const onnx = model.endsWith('.onnx');
    const foreign = onnx && info.onnx_matches_library?.[model] === false;
    checks.push(...treeModelChecks({ info, files, read, model, onnx, foreign }));
  }
  if (files.includes('trees.json'))
    checks.push({ what: 'trees.json', reason: "the case's own dump of scikit-learn's trees, no format of a library" });
  return checks;
}

const DOUBLE_NOTE = 'this ONNX compares doubles, scikit-learn casts to float32 first: background rows on a threshold change sides';

function treeModelChecks({ info, files, read, model, onnx, foreign }) {
  const rows = rowsOf(info, 'explain');
  const backgroundRows = rowsOf(info, 'background');
  const has = (file) => files.includes(`expected/${file}.json`);
  const expectation = (file) => read(`expected/${file}.json`);
  const isXgb = info.library.startsWith('xgboost');
  const tolerance = onnx ? THROUGH_ONNX : isXgb ? info.tolerances.phi_relative_to_largest : NATIVE;
  const base = { model, rows, backgroundRows };
  const checks = [];
  const refuse = (what, reason) => checks.push({ what: `${model}: ${what}`, reason });
  const values = (what, run, expected) =>
    checks.push({
      what: `${model}: ${what}`,
      run: { ...base, ...run, rows: rows.slice(0, expected[0].length) },
      pick: valuesOf(info.features),
      expected,
      tolerance,
      fast: FAST,
      ...(model.includes('double') ? { note: DOUBLE_NOTE } : {}),
    });
  const raw = (file) => (/margin|raw/.test(expectation(file).space ?? '') ? { space: 'raw' } : {});

  const own = onnx ? `onnx_predictions__${model.replace('.onnx', '')}` : 'predictions';
  const predictions = expectation(has(own) ? own : 'predictions');
  const numbers =
    predictions.probabilities ?? predictions.output_probability ?? predictions.variable ?? predictions.prediction ?? predictions.values;
  if (numbers !== undefined)
    checks.push({
      what: `${model}: predictions`,
      run: { ...base, explainer: 'tree-interventional' },
      pick: predictionsOf,
      expected: predictionsByOutput(numbers.every((row) => Array.isArray(row) && row.length === 1) ? numbers.flat() : numbers, info),
      tolerance: info.tolerances.prediction_onnx_relative,
    });
  if (foreign) {
    refuse('values', 'the exported ONNX is another model than the library has (converter bug)');
    return checks;
  }
  for (const file of ['tree_interventional_exact', 'tree_interventional_raw']) {
    if (!has(file)) continue;
    if (file.endsWith('raw') && info.warning_shap_interventional !== undefined) {
      refuse('interventional as shap printed it', "shap's values are wrong here: see the exact ones");
      continue;
    }
    values(file.replaceAll('_', ' '), { explainer: 'tree-interventional', ...raw(file) }, byOutput(expectation(file).values, info));
  }
  if (has('tree_interventional_probability_rescaled'))
    values(
      'tree interventional probability, rescaled as shap',
      { explainer: 'tree-interventional', space: 'probability', set: { probability: 'rescaled' } },
      byOutput(expectation('tree_interventional_probability_rescaled').values, info),
    );
  if (has('probability_game_exact')) {
    const game = byOutput(expectation('probability_game_exact').values, info);
    values(
      'probability game, exact, by trees',
      { explainer: 'tree-interventional', space: 'probability', set: { probability: 'exact' } },
      game,
    );
    values('probability game, exact, by Kernel SHAP', { explainer: 'kernel', space: 'probability', set: { budget: 0 } }, game);
  }
  const covers = 'ONNX holds no covers: path-dependent values need the training rows of each node';
  for (const file of ['tree_path_dependent', 'native_pred_contribs', 'native_pred_contrib']) {
    if (!has(file)) continue;
    if (onnx) refuse(file.replaceAll('_', ' '), covers);
    else
      values(
        file.replaceAll('_', ' '),
        { explainer: 'tree-path-dependent', ...raw(file) },
        file === 'tree_path_dependent'
          ? byOutput(expectation(file).values, info)
          : withoutBias(expectation(file).values, info.features.length),
      );
  }
  for (const file of ['tree_interactions_path_dependent', 'native_pred_interactions']) {
    if (!has(file)) continue;
    const expected = expectation(file).values;
    if (onnx) refuse(file.replaceAll('_', ' '), covers);
    else
      checks.push({
        what: `${model}: ${file.replaceAll('_', ' ')}`,
        run: { ...base, rows: rows.slice(0, expected.length), explainer: 'tree-path-dependent', ...raw(file), set: { interactions: true } },
        pick: interactionsOf(info.features),
        expected: file.startsWith('native') ? interactionsWithoutBias(expected, info.features.length) : interactionsByOutput(expected),
        tolerance,
        fast: FAST,
      });
  }
  if (has('native_pred_contribs_approx') && !onnx)
    refuse('native pred contribs approx (Saabas)', 'Limpid offers no approximate contributions');
  return checks;
}

/** XGBoost and CatBoost: [row][feature + bias] or [row][output][feature + bias]; LightGBM: outputs flattened in a row. */
function withoutBias(values, nFeatures) {
  if (Array.isArray(values[0][0])) return values[0].map((_, k) => values.map((row) => row[k].slice(0, nFeatures)));
  const nOutputs = values[0].length / (nFeatures + 1);
  return Array.from({ length: nOutputs }, (_, k) => values.map((row) => row.slice(k * (nFeatures + 1), k * (nFeatures + 1) + nFeatures)));
}

function interactionsWithoutBias(values, nFeatures) {
  const cut = (matrix) => matrix.slice(0, nFeatures).map((line) => line.slice(0, nFeatures));
  if (!Array.isArray(values[0][0][0])) return [values.map(cut)];
  return values[0].map((_, k) => values.map((row) => cut(row[k])));
}

/** [row][feature][feature] or [row][feature][feature][output]. */
function interactionsByOutput(values) {
  if (!Array.isArray(values[0][0][0])) return [values];
  return values[0][0][0].map((_, k) => values.map((row) => row.map((line) => line.map((cell) => cell[k]))));
}

function catboostChecks({ info, files, read }) {
  const rows = rowsOf(info, 'explain');
  const backgroundRows = rowsOf(info, 'background');
  const predictions = read('expected/predictions.json');
  const native = read('expected/native_shap_values.json');
  const expectedPredictions = predictionsByOutput(predictions.probabilities ?? predictions.prediction ?? predictions.margin, info);
  const checks = [];
  for (const model of modelsOf(files, ['.onnx', 'model.json'])) {
    const onnx = model.endsWith('.onnx');
    const base = { model, rows, backgroundRows };
    checks.push({
      what: `${model}: predictions`,
      run: { ...base, explainer: 'tree-interventional' },
      pick: predictionsOf,
      expected: expectedPredictions,
      tolerance: info.tolerances.prediction_onnx_relative,
    });
    if (onnx) checks.push({ what: `${model}: native ShapValues`, reason: 'ONNX holds no leaf weights' });
    else
      checks.push({
        what: `${model}: native ShapValues`,
        run: { ...base, explainer: 'tree-path-dependent', space: 'raw' },
        pick: valuesOf(info.features),
        expected: withoutBias(native.values, info.features.length),
        tolerance: NATIVE,
        fast: FAST,
      });
    if (files.includes('expected/tree_interventional_raw.json'))
      checks.push({
        what: `${model}: tree interventional raw`,
        run: { ...base, explainer: 'tree-interventional', space: 'raw' },
        pick: valuesOf(info.features),
        expected: byOutput(read('expected/tree_interventional_raw.json').values, info),
        tolerance: onnx ? THROUGH_ONNX : NATIVE,
        fast: FAST,
      });
  }
  return checks;
}

function pipelineChecks({ info, files, read }) {
  const rows = rowsOf(info, 'explain');
  const features = [...info.numeric, ...info.categorical];
  const kernel = read('expected/kernel_raw.json');
  const [start, end] = kernel.background_rows;
  const run = {
    model: 'model.onnx',
    explainer: 'kernel',
    rows: rows.slice(0, kernel.values.length),
    backgroundRows: Array.from({ length: end - start }, (_, i) => start + i),
    set: { budget: 0 },
  };
  const engineered = (file, explainer) => {
    const expected = read(`expected/${file}.json`);
    const what = file.replaceAll('_', ' ');
    if (explainer !== 'linear')
      return {
        what: `${what}, raw sums`,
        explainer,
        reason: 'shap sums values of one-hot columns; Limpid explains the raw column as one player, another game',
      };
    return {
      what: `${what}, raw sums`,
      run: { model: 'model.onnx', explainer, rows, backgroundRows: rowsOf(info, 'background'), space: 'raw' },
      pick: valuesOf(features),
      expected: [expected.raw],
      tolerance: THROUGH_ONNX,
    };
  };
  return [
    {
      what: 'predictions of the ONNX',
      run: { ...run, rows },
      pick: predictionsOf,
      expected: predictionsByOutput(
        read('expected/onnx_predictions.json').values.map((row) => (Array.isArray(row) && row.length === 1 ? row[0] : row)),
        info,
      ),
      tolerance: info.tolerances.prediction_onnx_relative,
    },
    {
      what: 'kernel over raw columns',
      run,
      pick: valuesOf(kernel.features),
      expected: byOutput(kernel.values, info),
      tolerance: THROUGH_ONNX,
    },
    ...(files.includes('expected/linear_engineered.json') ? [engineered('linear_engineered', 'linear')] : []),
    ...(files.includes('expected/tree_interventional_engineered.json')
      ? [engineered('tree_interventional_engineered', 'tree-interventional')]
      : []),
    ...(files.includes('expected/tree_path_dependent_engineered.json')
      ? [engineered('tree_path_dependent_engineered', 'tree-path-dependent')]
      : []),
  ];
}

function netChecks({ info, files, read }) {
  const rows = rowsOf(info, 'explain');
  const backgroundRows = rowsOf(info, 'background');
  const tolerance = info.tolerances.attributions_from_float32_onnx;
  const checks = [];
  const predictions = read('expected/predictions.json');
  const twoLogits = predictions.space === 'logits' && info.task === 'binary' && predictions.output[0].length === 2;
  for (const model of modelsOf(files, ['.onnx'])) {
    const base = { model, rows, backgroundRows };
    /** `byTarget`: expected values of each target that the case has. The answer's stored output is compared. */
    const add = (what, run, byTarget, features = info.features, scale = undefined) => {
      const label = `${model}: ${what}`;
      const [first] = Object.values(byTarget);
      const expected = storedOf(byTarget, info, twoLogits);
      if (expected === null) {
        checks.push({ what: label, explainer: run.explainer, reason: ONE_LOGIT });
        return;
      }
      checks.push({
        what: label,
        run: { ...base, ...run, rows: rows.slice(0, first.length) },
        pick: (result) => expected.map(({ output }) => valuesOf(features)(result)[output]),
        expected: expected.map(({ values }) => values),
        tolerance,
        scale,
      });
    };
    const space = { space: predictions.space === 'probability' ? 'probability' : 'raw' };
    const outputs = predictions.output.map((row) => (twoLogits ? row[1] - row[0] : row.length === 1 ? row[0] : row));
    checks.push({
      what: `${model}: predictions`,
      run: { ...base, explainer: 'kernel', rows, backgroundRows: backgroundRows.slice(0, 1), set: { budget: 0 } },
      pick: predictionsOf,
      expected: predictionsByOutput(outputs, info),
      tolerance,
    });
    const ig = read('expected/integrated_gradients.json');
    for (const [baseline, targets] of Object.entries(ig.by_baseline))
      add(
        `integrated gradients, baseline ${baseline}`,
        { explainer: 'integrated-gradients', ...space, set: { steps: ig.n_steps, baseline: BASELINES[baseline] } },
        Object.fromEntries(targets.map(({ target, values }) => [target, values])),
      );
    const methods = read('expected/integrated_gradients_methods.json');
    for (const [method, values] of Object.entries(methods.values))
      add(
        `integrated gradients, ${method}, ${methods.n_steps} steps`,
        {
          explainer: 'integrated-gradients',
          ...space,
          set: { steps: methods.n_steps, rule: method, baseline: BASELINES[methods.baseline] },
        },
        { [methods.target]: values },
      );
    const gradients = read('expected/gradients.json');
    add(
      'saliency (signed)',
      { explainer: 'saliency', ...space, set: { absolute: false } },
      { [gradients.target]: gradients.saliency_signed },
    );
    add('input x gradient', { explainer: 'input-x-gradient', ...space }, { [gradients.target]: gradients.input_x_gradient });
    const deep = read('expected/deep_explainer.json');
    const nTargets = deep.values[0][0].length;
    add(
      'DeepExplainer',
      { explainer: 'deep-shap', ...space },
      Object.fromEntries(
        Array.from({ length: nTargets }, (_, k) => [nTargets === 1 ? null : k, deep.values.map((row) => row.map((cell) => cell[k]))]),
      ),
    );
    const deepLift = read('expected/deeplift.json');
    const gap = Math.max(...deepLift.delta.map(Math.abs));
    if (gap > 1e-6)
      checks.push({
        what: `${model}: DeepLIFT against the mean row`,
        explainer: 'deep-shap',
        reason: `captum's values do not add up here (gap up to ${gap.toExponential(1)}); Limpid has shap's rules, see DeepExplainer`,
      });
    else
      add(
        'DeepLIFT against the mean row',
        {
          explainer: 'deep-shap',
          ...space,
          backgroundRows: undefined,
          background: { header: info.features, lines: [ig.baselines.background_mean] },
        },
        { [deepLift.target]: deepLift.values },
      );
    const expectedGradients = read('expected/expected_gradients_exact.json');
    const mean = storedOf({ [expectedGradients.target]: expectedGradients.values }, info, twoLogits);
    if (mean === null) checks.push({ what: `${model}: expected gradients`, explainer: 'expected-gradients', reason: ONE_LOGIT });
    else
      checks.push({
        what: `${model}: expected gradients, 2000 samples: share within two standard errors`,
        explainer: 'expected-gradients',
        measure: (run) => {
          const rowsHere = rows.slice(0, expectedGradients.values.length);
          const { result, reason } = run({
            ...base,
            explainer: 'expected-gradients',
            ...space,
            rows: rowsHere,
            seed: 1,
            set: { samples: 2000 },
          });
          if (result === undefined) return { reason };
          const [{ output, values }] = mean;
          const ours = valuesOf(info.features)(result)[output].flat();
          const errors = reorder(result, info.features, (row, at) => at.map((j) => row[j]), result.standardErrors)[output].flat();
          const theirs = values.flat();
          const within = theirs.filter((value, i) => Math.abs(value - ours[i]) <= 2 * errors[i]).length / theirs.length;
          return { value: within.toFixed(2), tolerance: '0.9', pass: within >= 0.9 };
        },
      });
    const { layers, target, n_steps: steps } = read('expected/layers.json');
    Object.entries(layers).forEach(([layer, { conductance, activation }]) => {
      const neurons = conductance[0].map((_, j) => `neuron ${j}`);
      const id = LAYERS[layer] ?? layer;
      add(
        `conductance of ${layer}`,
        { explainer: 'layer-conductance', ...space, set: { steps, layer: id, baseline: 'mean' } },
        { [target]: conductance },
        neurons,
      );
      add(`activation of ${layer}`, { explainer: 'layer-activation', ...space, set: { layer: id } }, { null: activation }, neurons);
    });
    const conductance = read('expected/neuron_conductance.json');
    // A neuron that is always on or off has values of rounding only: all neurons of the layer set the scale.
    const scale = Math.max(...Object.values(conductance.neurons).flat(2).map(Math.abs));
    for (const [neuron, values] of Object.entries(conductance.neurons))
      add(
        `conductance of input over neuron ${neuron} of first_linear`,
        {
          explainer: 'neuron-conductance',
          ...space,
          set: { steps: conductance.n_steps, layer: LAYERS.first_linear, neuron, rule: 'riemann_trapezoid', baseline: 'mean' },
        },
        { [conductance.target]: values },
        info.features,
        scale,
      );
  }
  return checks;
}

const ONE_LOGIT = 'the case has one logit of two; Limpid explains their difference, the log-odds';

/** Which stored outputs the expected targets are: of two logits only their difference is stored, of two probabilities the second. */
function storedOf(byTarget, info, twoLogits) {
  const targets = Object.keys(byTarget);
  if (targets.length === 1 && targets[0] === 'null') return [{ output: 0, values: byTarget.null }];
  if (info.task === 'multiclass') return targets.map((target) => ({ output: Number(target), values: byTarget[target] }));
  if (!twoLogits) return [{ output: 0, values: byTarget[1] }];
  if (byTarget[0] === undefined) return null;
  return [{ output: 0, values: byTarget[1].map((row, i) => row.map((value, j) => value - byTarget[0][i][j])) }];
}

/** Which layer of the net: `limpid inspect` names them in order. */
const LAYERS = { first_linear: '@linear', first_activation: '@activation' };
const BASELINES = { zero: 'zeros', background_mean: 'mean' };

/** A curve in its own right, as [output][...]. */
const averageOf = (result) => result.average;

function curveChecks({ info, files, read }) {
  const { one_way: one, two_way: two } = read('expected/partial_dependence.json');
  const base = { command: 'curve', model: 'model.onnx', ...(files.includes('encoded.csv') ? { data: 'encoded.csv' } : {}) };
  const tolerance = info.tolerances.partial_dependence_through_onnx_relative;
  const importance = read('expected/permutation_importance.json');
  return [
    ...one.flatMap(({ feature, grid, average, individual_first_25_rows: individual }) => [
      {
        what: `partial dependence of ${feature}`,
        explainer: 'pdp',
        run: { ...base, grid, args: ['--feature', feature] },
        pick: averageOf,
        expected: average,
        tolerance,
      },
      {
        what: `ICE of ${feature}`,
        explainer: 'pdp',
        run: { ...base, grid, rows: Array.from({ length: 25 }, (_, row) => row), args: ['--feature', feature, '--lines', '25'] },
        pick: (result) => result.lines,
        expected: individual,
        tolerance,
      },
    ]),
    ...two.map(({ features: [first, second], grid, average }) => ({
      what: `partial dependence of ${first} and ${second}`,
      explainer: 'pdp-2d',
      run: { ...base, grid: grid[0], secondGrid: grid[1], args: ['--kind', 'pdp-2d', '--feature', first, '--second', second] },
      pick: averageOf,
      expected: average,
      tolerance,
    })),
    {
      what: `permutation importance (${importance.expectation.scorer}): largest distance from the exact expectation, in its standard errors`,
      explainer: 'permutation-importance',
      measure: (run) => {
        const { scorer, values } = importance.expectation;
        const repeats = importance.n_repeats;
        const { result, reason } = run({
          command: 'importance',
          model: 'model.onnx',
          seed: 1,
          args: ['--metric', scorer, '--repeats', String(repeats)],
        });
        if (result === undefined) return { reason };
        const [{ featureNames, importances }] = result;
        const distances = importance.features.map((name, i) => {
          const error = importance.by_scorer[scorer].std[i] / Math.sqrt(repeats);
          const difference = Math.abs(importances[featureNames.indexOf(name)] - values[i]);
          return difference === 0 ? 0 : difference / error;
        });
        const largest = Math.max(...distances);
        return { value: largest.toFixed(1), tolerance: '3', pass: largest <= 3 };
      },
    },
  ];
}

function aleChecks({ info, files, read }) {
  const { feature_names: names, feature_values: edges, ale_values: effects } = read('expected/alibi_ale.json').data;
  return names.map((name, i) => ({
    what: `ALE of ${name}, at alibi's edges`,
    explainer: 'ale',
    run: {
      command: 'curve',
      model: 'model.onnx',
      ...(files.includes('encoded.csv') ? { data: 'encoded.csv' } : {}),
      grid: edges[i],
      args: ['--kind', 'ale', '--feature', name],
    },
    pick: averageOf,
    expected: predictionsByOutput(
      effects[i].map((row) => (row.length === 1 ? row[0] : row)),
      info,
    ),
    tolerance: info.tolerances.ale_through_float32_onnx_relative,
  }));
}

function anchorChecks({ info, read }) {
  const rows = rowsOf(info, 'explain');
  const { results } = read('expected/anchors.json');
  const thresholds = [...new Set(results.map(({ threshold }) => threshold))];
  return thresholds.map((threshold) => ({
    what: `anchors at precision ${threshold}: share that reaches it; median coverage of these, ours beside alibi's`,
    explainer: 'anchors',
    measure: (run) => {
      const { result, reason } = run({ model: 'model.onnx', explainer: 'anchors', rows, set: { threshold } });
      if (result === undefined) return { reason };
      const good = result.rules.filter(({ precision }) => precision >= threshold - 0.02);
      const theirs = results.filter((other) => other.threshold === threshold && other.resampled_precision >= threshold - 0.02);
      const share = good.length / result.rules.length;
      const theirShare = theirs.length / results.filter((other) => other.threshold === threshold).length;
      const ours = median(good.map(({ coverage }) => coverage));
      const alibi = median(theirs.map((other) => other.training_coverage));
      return {
        value: `${share.toFixed(2)} beside ${theirShare.toFixed(2)}; ${ours.toFixed(3)} beside ${alibi.toFixed(3)}`,
        tolerance: 'not below',
        pass: share >= theirShare && ours >= 0.8 * alibi,
      };
    },
  }));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
