import { LimpidError } from '#/base/errors';
import type { Command } from '#/cli/command';
import { openModelAndTable } from '#/cli/open-files';
import { readRowList } from '#/cli/row-list';
import { UsageError } from '#/cli/usage-error';
import { withEngine } from '#/cli/with-engine';
import { outputFile, writeText } from '#/cli/write-output';
import type { Explanation } from '#/domain/explanation';
import type { Job } from '#/engine/job';

const HELP = `limpid importance --model FILE --data FILE [options] --out FILE.json
  Ranks the features over all rows: how much worse the model gets when a column is shuffled, or what the model itself says.

  --model FILE       the model
  --data FILE        the table (CSV, TSV); permutation needs the column of the true values
  --target COLUMN    column of the true values, where its name does not say so
  --method METHOD    permutation (default) or native (gain, cover, split counts, |coefficient|)
  --metric METRIC    of permutation: a metric or its name in scikit-learn (default: accuracy for classes, R² for values)
  --repeats N        shuffles of each column (default 5)
  --rows ROWS        rows to measure on: A:B (half open), a comma list, or @file.json; all without
  --seed N           seed of the shuffles (default 0)
  --lanes N          threads (default: one less than the processor has)
  --out FILE         .json
  --help             this text

Examples
  limpid importance --model model.onnx --data test.csv --target income --repeats 10 --out importance.json
  limpid importance --model model.onnx --data test.csv --method native --out native.json
`;

export const importanceCommand: Command = {
  name: 'importance',
  summary: 'Ranks the features over all rows.',
  help: HELP,
  options: {
    model: { type: 'string' },
    data: { type: 'string' },
    target: { type: 'string' },
    method: { type: 'string' },
    metric: { type: 'string' },
    repeats: { type: 'string' },
    rows: { type: 'string' },
    seed: { type: 'string' },
    lanes: { type: 'string' },
    out: { type: 'string' },
  },
  async run(call, io) {
    if (call.files.length > 0) throw new UsageError(`${call.files[0] ?? ''} is not expected here: files are given by --model and --data.`);
    const model = call.needed('model');
    const data = call.needed('data');
    const method = call.text('method') ?? 'permutation';
    if (method !== 'permutation' && method !== 'native') throw new UsageError(`--method takes permutation or native, not "${method}".`);
    const out = outputFile(call.needed('out'), ['.json']);
    const repeats = call.count('repeats', 5, 1);
    const seed = call.count('seed', 0, 0);

    const { study, warnings } = await openModelAndTable(model, data, call.text('target'));
    for (const { message } of warnings) io.err(`warning: ${message}\n`);
    const rows = await readRowList('rows', call.text('rows') ?? ':', study.table.nRows);
    const permutation: Job = {
      kind: 'permutation importance',
      metric: call.text('metric') ?? null,
      repeats,
      rows: { kind: 'rows', rows },
      maxRows: rows.length,
      seed,
    };
    return withEngine(call, io, async (engine) => {
      await engine.open(study, false);
      await engine.run(method === 'permutation' ? permutation : { kind: 'native importance' });
      const found = engine.study.explanations.map(describe);
      await writeText(out, `${JSON.stringify(found)}\n`);
      io.err(`${found.map(({ name }) => name).join(', ')}, written to ${out.path}\n`);
      return 0;
    });
  },
};

interface Importance {
  readonly method: string;
  readonly name: string;
  readonly meaning: string | null;
  readonly featureNames: readonly string[];
  readonly importances: readonly number[];
  /** Standard deviation over the repeats. */
  readonly spread?: readonly number[];
  readonly provenance: Explanation['provenance'];
}

function describe({ method, name, features, saved, provenance }: Explanation): Importance {
  if (saved === null) throw new LimpidError({ tag: 'Internal', message: `${name} has no importances.` });
  return {
    method,
    name,
    meaning: saved.meaning,
    featureNames: features.map((feature) => feature.name),
    importances: [...saved.overall],
    ...(saved.spread === null ? {} : { spread: [...saved.spread] }),
    provenance,
  };
}
