import { LimpidError } from '#/base/errors';
import type { Command } from '#/cli/command';
import { featureByName, gridOf } from '#/cli/feature-axis';
import { openModelAndTable } from '#/cli/open-files';
import { readRowList } from '#/cli/row-list';
import { UsageError } from '#/cli/usage-error';
import { withEngine } from '#/cli/with-engine';
import { outputFile, writeText } from '#/cli/write-output';
import type { CurveJob } from '#/engine/job';
import { curveToJson } from '#/formats/results/curve-result';

const KINDS = ['pdp', 'ale', 'pdp-2d'] as const;
const GRID = 20;
const GRID_2D = 10;

const HELP = `limpid curve --model FILE --data FILE --feature NAME [options] --out FILE.json
  How predictions follow one feature or two: partial dependence with single rows (ICE), or accumulated local effects.

  --model FILE           the model
  --data FILE            the table (CSV, TSV)
  --target COLUMN        column of the true values, where its name does not say so
  --feature NAME         the feature
  --second NAME          the other feature of pdp-2d
  --kind KIND            pdp (default), ale, pdp-2d
  --grid GRID            N even points (default ${GRID}, of pdp-2d ${GRID_2D}), a comma list of values, or @file.json; of ale the edges of bins
  --second-grid GRID     likewise
  --rows ROWS            rows to average over: A:B (half open), a comma list, or @file.json; all without
  --lines N              rows whose own line is given too (default 0)
  --lanes N              threads (default: one less than the processor has)
  --out FILE             .json
  --help                 this text

Examples
  limpid curve --model model.onnx --data test.csv --feature age --lines 50 --out age.json
  limpid curve --model model.onnx --data test.csv --kind pdp-2d --feature age --second fare --grid 0,20,40,60 --out both.json
  limpid curve --model model.onnx --data test.csv --kind ale --feature age --out effects.json
`;

export const curveCommand: Command = {
  name: 'curve',
  summary: 'Partial dependence, ICE and accumulated effects.',
  help: HELP,
  options: {
    model: { type: 'string' },
    data: { type: 'string' },
    target: { type: 'string' },
    feature: { type: 'string' },
    second: { type: 'string' },
    kind: { type: 'string' },
    grid: { type: 'string' },
    'second-grid': { type: 'string' },
    rows: { type: 'string' },
    lines: { type: 'string' },
    lanes: { type: 'string' },
    out: { type: 'string' },
  },
  async run(call, io) {
    if (call.files.length > 0) throw new UsageError(`${call.files[0] ?? ''} is not expected here: files are given by --model and --data.`);
    const model = call.needed('model');
    const data = call.needed('data');
    const name = call.needed('feature');
    const wanted = call.text('kind') ?? 'pdp';
    const curve = KINDS.find((kind) => kind === wanted);
    if (curve === undefined) throw new UsageError(`--kind takes ${KINDS.join(', ')}, not "${wanted}".`);
    const other = curve === 'pdp-2d' ? call.needed('second') : null;
    const out = outputFile(call.needed('out'), ['.json']);
    const lines = call.count('lines', 0, 0);

    const { study, warnings } = await openModelAndTable(model, data, call.text('target'));
    for (const { message } of warnings) io.err(`warning: ${message}\n`);
    const steps = curve === 'pdp-2d' ? GRID_2D : GRID;
    const feature = featureByName(study, name);
    // The bins of accumulated effects are chosen from the rows, unless their edges are given.
    const asked = call.text('grid');
    const grid = curve === 'ale' && asked === undefined ? new Float64Array(0) : await gridOf(study, feature, asked, steps);
    const secondFeature = other === null ? null : featureByName(study, other);
    const second =
      secondFeature === null ? null : { feature: secondFeature, grid: await gridOf(study, secondFeature, call.text('second-grid'), steps) };
    const rows = await readRowList('rows', call.text('rows') ?? ':', study.table.nRows);
    return withEngine(call, io, async (engine) => {
      await engine.open(study, false);
      const job: CurveJob = {
        kind: 'partial dependence',
        curve,
        feature,
        grid,
        ...(second === null ? {} : { second }),
        rows: { kind: 'rows', rows },
        maxRows: rows.length,
        lines,
        seed: 0,
      };
      const outcome = await engine.run(job);
      const schemas = study.model?.features ?? [];
      const schema = schemas[feature];
      const secondSchema = secondFeature === null ? undefined : schemas[secondFeature];
      if (outcome.kind !== 'curve' || schema === undefined) throw new LimpidError({ tag: 'Internal', message: 'The job gave no curve.' });
      await writeText(
        out,
        curveToJson(engine.study, {
          ...outcome,
          first: { feature: schema, grid: outcome.grid },
          second: secondSchema === undefined || outcome.second === null ? null : { feature: secondSchema, grid: outcome.second },
        }),
      );
      io.err(`${curve} of ${name} over ${outcome.nRows} rows, written to ${out.path}\n`);
      return 0;
    });
  },
};
