import { extname } from 'node:path';
import { existsSync } from 'node:fs';
import { LimpidError } from '#/base/errors';
import type { BackgroundChoice } from '#/domain/background-choice';
import type { Explanation } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import type { Call, Command } from '#/cli/command';
import { openBackground, openModelAndTable } from '#/cli/open-files';
import { readRowList } from '#/cli/row-list';
import { parseSettings } from '#/cli/settings';
import { UsageError } from '#/cli/usage-error';
import { withEngine } from '#/cli/with-engine';
import { outputFile, writeExplanation } from '#/cli/write-output';
import { explainers } from '#/explainers/catalogue';
import { backgroundSize } from '#/engine/background';
import type { Engine } from '#/engine/engine';
import type { ExplainerOffer, ExplainJob } from '#/engine/job';

const BACKGROUND_ROWS = 100;

const HELP = `limpid explain --model FILE --data FILE [options] --out FILE
  Explains rows of a table, as the page does.

  --model FILE             the model: ONNX, or another file that \`limpid inspect\` calls a model
  --data FILE              the table (CSV, TSV), with the model's columns
  --target COLUMN          column of the true values; found by its name without
  --explainer ID           \`limpid explainers\` lists them; auto (default) takes the best one for the model
  --background N|FILE      explain against N random rows of the data (default ${BACKGROUND_ROWS}) or all rows of another table
  --background-rows ROWS   explain against these rows of the data
  --output-space SPACE     raw (log-odds, scores) or probability, as far as the explainer offers both
  --rows ROWS              rows to explain; all without
  --set KEY=VALUE          a setting of the explainer; may be given several times
  --seed N                 seed of everything that is drawn (default 0)
  --precision WHICH        fast (default): as on the page, trees by kernels that add in float32 within a few trees, about 1e-7 of the
                           largest value off; float64: the plain code, slower
  --lanes N                threads (default: one less than the processor has)
  --out FILE               .json, .npz (numpy.load) or .limpid (opens on the page)
  --help                   this text

ROWS is A:B (half open), a comma list, or @file.json with a JSON list. Rows count from 0 in the data file.

Examples
  limpid explain --model model.onnx --data test.csv --out values.json
  limpid explain --model model.onnx --data test.csv --explainer kernel --background train.csv --set budget=2000 --out values.npz
  limpid explain --model model.onnx --data all.csv --rows 0:40 --background-rows 40:140 --out study.limpid
`;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Explains rows of a table.',
  help: HELP,
  options: {
    model: { type: 'string' },
    data: { type: 'string' },
    target: { type: 'string' },
    explainer: { type: 'string' },
    background: { type: 'string' },
    'background-rows': { type: 'string' },
    'output-space': { type: 'string' },
    rows: { type: 'string' },
    set: { type: 'string', multiple: true },
    seed: { type: 'string' },
    precision: { type: 'string' },
    lanes: { type: 'string' },
    out: { type: 'string' },
  },
  async run(call, io) {
    if (call.files.length > 0) throw new UsageError(`${call.files[0] ?? ''} is not expected here: files are given by --model and --data.`);
    const model = call.needed('model');
    const data = call.needed('data');
    const out = outputFile(call.needed('out'), ['.limpid', '.json', '.npz']);
    const wanted = call.text('explainer') ?? 'auto';
    if (wanted !== 'auto' && !explainers.some(({ id }) => id === wanted))
      throw new UsageError(`There is no explainer "${wanted}"; there are auto, ${explainers.map(({ id }) => id).join(', ')}.`);
    const space = call.text('output-space');
    if (space !== undefined && space !== 'raw' && space !== 'probability')
      throw new UsageError(`--output-space takes raw or probability, not "${space}".`);
    if (call.text('background') !== undefined && call.text('background-rows') !== undefined)
      throw new UsageError('--background and --background-rows exclude each other.');
    const precision = call.text('precision') ?? 'fast';
    if (precision !== 'fast' && precision !== 'float64') throw new UsageError(`--precision takes fast or float64, not "${precision}".`);
    const seed = call.count('seed', 0, 0);

    const opened = await openModelAndTable(model, data, call.text('target'));
    for (const { message } of opened.warnings) io.err(`warning: ${message}\n`);
    const { study, background } = await chooseBackground(call, opened.study, model);
    const rows = await readRowList('rows', call.text('rows') ?? ':', study.table.nRows);
    return withEngine(call, io, async (engine) => {
      await engine.open(study, false);
      const offer = await chooseOffer(engine, wanted, background, study);
      const outputSpace = space ?? offer.outputSpaces[0]?.space ?? 'raw';
      if (space !== undefined && !offer.outputSpaces.some((offered) => offered.space === space))
        throw new LimpidError({
          tag: 'BadRequest',
          message: `${offer.label} does not explain this model in the output space ${space}.`,
          hint: `It offers ${offer.outputSpaces.map((offered) => `${offered.space} (${offered.unit})`).join(' and ')}.`,
        });
      const job: ExplainJob = {
        kind: 'explain',
        explainer: offer.id,
        rows: { kind: 'rows', rows },
        background,
        outputSpace,
        seed,
        parameters: parseSettings(call.all('set'), offer.parameters, offer.id),
        precision: 'float64',
      };
      if (wanted === 'auto') io.err(`Explainer: ${offer.id}. ${(await planOf(engine, background, study)).reason}\n`);
      const outcome = await engine.run(job);
      const explanation = engine.study.explanations.find(({ id }) => outcome.kind === 'explanation' && id === outcome.id);
      if (explanation === undefined) throw new LimpidError({ tag: 'Internal', message: 'The job gave no explanation.' });
      await writeExplanation(out, engine.study, explanation);
      io.err(`${describeResult(explanation)}, written to ${out.path}\n`);
      return 0;
    });
  },
};

async function chooseBackground(call: Call, study: Study, model: string): Promise<{ study: Study; background: BackgroundChoice }> {
  const rows = call.text('background-rows');
  if (rows !== undefined)
    return { study, background: { kind: 'rows', rows: await readRowList('background-rows', rows, study.table.nRows) } };
  const text = call.text('background') ?? String(BACKGROUND_ROWS);
  if (/^\d+$/.test(text) && !existsSync(text)) {
    const count = call.count('background', BACKGROUND_ROWS, 1);
    return { study, background: { kind: 'sample', count } };
  }
  if (extname(text) === '' && !existsSync(text)) throw new UsageError(`--background takes a number of rows or a file, not "${text}".`);
  const other = await openBackground(study, model, text);
  return { study: other.study, background: { kind: 'given', rows: other.rows } };
}

function planOf(engine: Engine, background: BackgroundChoice, study: Study): ReturnType<Engine['explainPlan']> {
  return engine.explainPlan({ backgroundRows: backgroundSize(study.table, background), method: null, parameters: {} });
}

/** @throws LimpidError `BadRequest` when the explainer does not apply, with the reason and those that do */
async function chooseOffer(engine: Engine, wanted: string, background: BackgroundChoice, study: Study): Promise<ExplainerOffer> {
  const plan = await planOf(engine, background, study);
  const id = wanted === 'auto' ? plan.recommended : wanted;
  const offer = plan.offers.find((other) => other.id === id);
  if (offer === undefined) throw new LimpidError({ tag: 'Internal', message: `There is no explainer ${id}.` });
  if (offer.unavailable === null) return offer;
  const usable = plan.offers.filter(({ unavailable }) => unavailable === null).map((other) => other.id);
  throw new LimpidError({
    tag: 'BadRequest',
    message: `${offer.label} cannot explain this model: ${offer.unavailable}`,
    hint: `These can: ${usable.join(', ')}.`,
  });
}

function describeResult({ name, completed, badge, provenance }: Explanation): string {
  const sums =
    'maxResidual' in badge ? `; sums differ from predictions by at most ${badge.maxResidual.toExponential(1)} (${badge.kind})` : '';
  const time = provenance.seconds === null ? '' : ` in ${provenance.seconds.toFixed(2)} s`;
  return `${name}: ${completed} ${completed === 1 ? 'row' : 'rows'}${time}${sums}`;
}
