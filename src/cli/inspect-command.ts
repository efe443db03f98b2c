import type { Command } from '#/cli/command';
import { inspectFiles, type InspectedModel, type Inspection } from '#/cli/inspect';
import { readDropped } from '#/cli/open-files';
import { UsageError } from '#/cli/usage-error';

const HELP = `limpid inspect FILE... [--json]
  Says what each file is, what was found in it, and what can be done with a model: its signature, its structure (trees, linear,
  layers), which explainers apply, and which one auto takes. Files given together are read as one study: a model and its table.

  --json    print JSON
  --help    this text

Exit code 1 when a file cannot be opened.

Examples
  limpid inspect model.onnx
  limpid inspect model.onnx data.csv --json
  limpid inspect study.limpid
`;

/** Names shown of a long list. */
const SHOWN = 12;

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Says what files are, and how a model can be explained.',
  help: HELP,
  options: { json: { type: 'boolean' } },
  async run(call, io) {
    if (call.files.length === 0) throw new UsageError('Which file?');
    const inspection = await inspectFiles(await Promise.all(call.files.map(readDropped)));
    io.out(call.flag('json') ? `${JSON.stringify(inspection)}\n` : describeInspection(inspection));
    return inspection.files.some(({ status }) => status === 'unsupported' || status === 'broken') ? 1 : 0;
  },
};

export function describeInspection({ files, findings, table, explanations, model }: Inspection): string {
  const lines: string[] = [];
  for (const { path, recognisedAs, bytes, status, error } of files) {
    lines.push(`${path}: ${recognisedAs}, ${bytes} bytes${status === 'opens' ? '' : ` (${status})`}`);
    if (error === null) continue;
    lines.push(`  ${error.message}${error.place?.at === undefined ? '' : ` (${error.place.at})`}`);
    if (error.hint !== undefined) lines.push(`  ${error.hint}`);
    if (error.code !== undefined) lines.push(...error.code.split('\n').map((line) => `    ${line}`));
  }
  if (findings.length > 0) {
    lines.push('', 'Findings');
    for (const { severity, message, fix } of findings) lines.push(`  ${severity}: ${message}${fix === undefined ? '' : ` ${fix}`}`);
  }
  if (table !== null) {
    lines.push('', `Table ${table.name}: ${table.rows} rows, ${table.columns.length} columns`);
    for (const { name, kind, role, missing } of table.columns.slice(0, SHOWN))
      lines.push(`  ${name}: ${kind}, ${role}${missing === 0 ? '' : `, ${missing} missing`}`);
    if (table.columns.length > SHOWN) lines.push(`  and ${table.columns.length - SHOWN} more`);
  }
  if (explanations.length > 0) {
    lines.push('', 'Explanations');
    for (const { name, method, rows, units } of explanations) lines.push(`  ${name} (${method}): ${rows} rows, ${units}`);
  }
  if (model !== null) lines.push('', ...describeModel(model));
  return `${lines.join('\n')}\n`;
}

function describeModel({ name, kind, signature, features, structure }: InspectedModel): readonly string[] {
  const { inputs, outputs, task } = signature;
  const lines = [
    `Model ${name} (${kind})`,
    `  task: ${task}${outputs.classLabels.length === 0 ? '' : `, classes ${outputs.classLabels.join(', ')}`}; predicts ${outputs.space}`,
    ...inputs
      .slice(0, SHOWN)
      .map(
        ({ name: input, type, width }) => `  input ${input}: ${type}, ${width ?? 'any number of'} ${width === 1 ? 'column' : 'columns'}`,
      ),
    ...(inputs.length > SHOWN ? [`  and ${inputs.length - SHOWN} more inputs`] : []),
    `  features: ${features.slice(0, SHOWN).join(', ')}${features.length > SHOWN ? ` and ${features.length - SHOWN} more` : ''}`,
  ];
  if ('message' in structure) return [...lines, `  ${structure.message}${structure.hint === undefined ? '' : ` ${structure.hint}`}`];
  const { trees, linear, gradients, explainers, auto } = structure;
  lines.push(
    'reason' in trees
      ? `  trees: no. ${trees.reason}`
      : `  trees: ${trees.nTrees} with ${trees.leaves} leaves, depth ${trees.depth}, link ${trees.link}, ${trees.hasCovers ? 'with' : 'without'} covers`,
    'reason' in linear ? `  linear: no. ${linear.reason}` : `  linear: ${linear.columns} columns, link ${linear.link}`,
    'reason' in gradients
      ? `  net: no. ${gradients.reason}`
      : `  net: hidden layers ${gradients.layers.map(({ id, label }) => `${id} (${label})`).join(', ') || 'none'}`,
    'Explainers',
    ...explainers.map(
      ({ id, label, unavailable }) => `  ${id}: ${label}${unavailable === null ? '' : ` - not for this model. ${unavailable}`}`,
    ),
    `Auto takes ${auto.explainer}. ${auto.reason}`,
  );
  return lines;
}
