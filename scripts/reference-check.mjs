/**
 * Runs reference explanations of Python libraries through the built `limpid` command and prints a Markdown table of the largest
 * differences. The folder (one folder a case: case.json, data.csv, models, expected/*.json) is no part of this repository.
 *
 *   npm run build && node scripts/reference-check.mjs ../shared/reference [--only PREFIX] [--precise]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checksOf } from './reference-cases.mjs';

const [root, ...flags] = process.argv.slice(2);
if (root === undefined) {
  process.stderr.write('Usage: node scripts/reference-check.mjs FOLDER [--only PREFIX] [--precise]\n');
  process.exit(2);
}
const only = flags.includes('--only') ? (flags[flags.indexOf('--only') + 1] ?? '') : '';
const limpid = process.env.LIMPID ?? fileURLToPath(new URL('../dist-node/limpid.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'limpid-reference-'));
const answers = new Map();
const catalogue = JSON.parse(execFileSync(process.execPath, [limpid, 'explainers', '--json'], { encoding: 'utf8' }));

/** With --precise: the plain float64 code instead of the kernels, and the tolerances of the libraries' own files. */
const precise = flags.includes('--precise');

/** The answer of one run, or why there is none. The same run is made once. */
function run(
  folder,
  {
    command = 'explain',
    model,
    data = 'data.csv',
    rows,
    background,
    backgroundRows,
    explainer,
    space,
    set = {},
    seed,
    grid,
    secondGrid,
    args = [],
  },
) {
  if (explainer !== undefined && !catalogue.some(({ id }) => id === explainer))
    return { reason: `this build has no explainer ${explainer}` };
  if (String(set.layer).startsWith('@')) {
    const layer = layerOf(folder, model, data, set.layer.slice(1));
    if (layer === undefined) return { reason: `limpid inspect shows no ${set.layer.slice(1)} layer of this net` };
    set = { ...set, layer };
  }
  const list = (name, values) => {
    const path = join(scratch, `${name}.json`);
    writeFileSync(path, JSON.stringify(values));
    return `@${path}`;
  };
  const table = (header, lines) => {
    const path = join(scratch, 'background.csv');
    writeFileSync(path, `${[header, ...lines].map((line) => line.join(',')).join('\n')}\n`);
    return path;
  };
  const options = [
    ...(explainer === undefined ? [] : ['--explainer', explainer]),
    ...(rows === undefined ? [] : ['--rows', list('rows', rows)]),
    ...(backgroundRows === undefined ? [] : ['--background-rows', list('background', backgroundRows)]),
    ...(background === undefined ? [] : ['--background', table(background.header, background.lines)]),
    ...(space === undefined ? [] : ['--output-space', space]),
    ...(precise && command === 'explain' ? ['--precision', 'float64'] : []),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ...Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    ...(grid === undefined ? [] : ['--grid', list('grid', grid)]),
    ...(secondGrid === undefined ? [] : ['--second-grid', list('second-grid', secondGrid)]),
    ...args,
  ];
  const key = JSON.stringify([
    folder,
    command,
    model,
    data,
    rows,
    backgroundRows,
    background,
    explainer,
    space,
    set,
    seed,
    grid,
    secondGrid,
    args,
  ]);
  if (!answers.has(key)) answers.set(key, execute([command, '--model', join(folder, model), '--data', join(folder, data), ...options]));
  return answers.get(key);
}

/** The first hidden layer of a kind. */
function layerOf(folder, model, data, kind) {
  const key = `inspect ${folder} ${model}`;
  if (!answers.has(key)) {
    const text = execFileSync(process.execPath, [limpid, 'inspect', join(folder, model), join(folder, data), '--json'], {
      encoding: 'utf8',
    });
    answers.set(key, JSON.parse(text).model?.structure.gradients?.layers ?? []);
  }
  return answers.get(key).find((layer) => layer.kind === kind)?.id;
}

function execute(args) {
  const out = join(scratch, 'out.json');
  try {
    execFileSync(process.execPath, [limpid, ...args, '--out', out], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 600_000 });
    return { result: JSON.parse(readFileSync(out, 'utf8')) };
  } catch (error) {
    const text = String(error.stderr ?? error.message).trim();
    const lines = text.split('\n').filter((line) => !/^(warning|Explainer):? /.test(line) && !line.startsWith('See: '));
    return { reason: lines.join(' ').slice(0, 220) };
  } finally {
    rmSync(out, { force: true });
  }
}

/** max |difference| / max |expected| over the outputs, each by its own largest (or a given scale); null and NaN must agree. */
function largestDifference(found, expected, given) {
  let worst = 0;
  expected.forEach((values, output) => {
    const theirs = values.flat(Infinity);
    const ours = (found[output] ?? []).flat(Infinity);
    if (ours.length !== theirs.length) throw new Error(`${ours.length} numbers where ${theirs.length} are expected`);
    const scale = given ?? Math.max(...theirs.map((value) => Math.abs(value ?? 0)));
    theirs.forEach((value, i) => {
      if (value === null && ours[i] === null) return;
      const difference = value === null || ours[i] === null ? Infinity : Math.abs(value - ours[i]);
      if (difference > 0) worst = Math.max(worst, difference / scale);
    });
  });
  return worst;
}

const lines = [];
const counts = { pass: 0, miss: 0, 'not run': 0 };
function report(name, what, explainer, difference, tolerance, verdict) {
  counts[verdict.startsWith('not run') ? 'not run' : verdict.split(' ')[0]] += 1;
  lines.push(
    `| ${[name, what, explainer, difference, tolerance, verdict].map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`,
  );
  process.stderr.write(`${name}: ${what}: ${verdict}${difference === '' ? '' : ` (${difference})`}\n`);
}

for (const name of readdirSync(root).sort()) {
  const folder = join(root, name);
  if (!name.startsWith(only) || !existsSync(join(folder, 'case.json'))) continue;
  const read = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const files = [
    ...readdirSync(folder),
    ...(existsSync(join(folder, 'expected')) ? readdirSync(join(folder, 'expected')).map((file) => `expected/${file}`) : []),
  ];
  for (const check of checksOf({ name, info: read('case.json'), files, read })) {
    const label = check.explainer ?? check.run?.explainer ?? '';
    if (check.reason !== undefined) {
      report(name, check.what, label, '', '', `not run: ${check.reason}`);
      continue;
    }
    try {
      if (check.measure !== undefined) {
        const { value, tolerance, pass, reason } = check.measure((options) => run(folder, options));
        if (reason === undefined) report(name, check.what, label, value, tolerance, pass ? 'pass' : 'miss');
        else report(name, check.what, label, '', '', `not run: ${reason}`);
        continue;
      }
      const { result, reason } = run(folder, check.run);
      const tolerance = precise ? check.tolerance : Math.max(check.tolerance, check.fast ?? 0);
      if (result === undefined) report(name, check.what, label, '', '', `not run: ${reason}`);
      else {
        const difference = largestDifference(check.pick(result), check.expected, check.scale);
        report(
          name,
          check.what,
          label,
          difference.toExponential(1),
          tolerance.toExponential(0),
          difference <= tolerance ? 'pass' : `miss${check.note === undefined ? '' : ` (${check.note})`}`,
        );
      }
    } catch (error) {
      report(name, check.what, label, '', '', `not run: ${error.message}`);
    }
  }
}
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(
  [
    '| case | what | explainer | largest difference (relative) | tolerance | result |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    `${counts.pass} pass, ${counts.miss} miss, ${counts['not run']} not run.`,
    '',
  ].join('\n'),
);
process.exitCode = counts.miss > 0 ? 1 : 0;
