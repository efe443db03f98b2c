import type { Command } from '#/cli/command';
import { openModelAndTable } from '#/cli/open-files';
import { UsageError } from '#/cli/usage-error';
import { withEngine } from '#/cli/with-engine';
import { outputFile, writePredictions } from '#/cli/write-output';

const HELP = `limpid predict --model FILE --data FILE --out FILE
  Predicts every row of a table.

  --model FILE      the model: ONNX, or another file that \`limpid inspect\` calls a model
  --data FILE       the table (CSV, TSV), with the model's columns; true values are not needed
  --target COLUMN   column of the true values, where its name does not say so
  --lanes N         threads (default: one less than the processor has)
  --out FILE        .csv, .json or .npz (numpy.load)
  --help            this text

Of a binary model the number is that of its second class.

Examples
  limpid predict --model model.onnx --data test.csv --out predictions.csv
  limpid predict --model model.onnx --data test.csv --out predictions.npz
`;

export const predictCommand: Command = {
  name: 'predict',
  summary: 'Predicts every row of a table.',
  help: HELP,
  options: {
    model: { type: 'string' },
    data: { type: 'string' },
    target: { type: 'string' },
    lanes: { type: 'string' },
    out: { type: 'string' },
  },
  async run(call, io) {
    if (call.files.length > 0) throw new UsageError(`${call.files[0] ?? ''} is not expected here: files are given by --model and --data.`);
    const model = call.needed('model');
    const data = call.needed('data');
    const out = outputFile(call.needed('out'), ['.csv', '.json', '.npz']);
    const { study, warnings } = await openModelAndTable(model, data, call.text('target'));
    for (const { message } of warnings) io.err(`warning: ${message}\n`);
    return withEngine(call, io, async (engine) => {
      await engine.open(study, false);
      await writePredictions(out, engine.study);
      io.err(`${study.table.nRows} rows predicted, written to ${out.path}\n`);
      return 0;
    });
  },
};
