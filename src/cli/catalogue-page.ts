import type { CatalogueEntry } from '#/cli/describe-catalogue';
import type { ParameterSpec } from '#/explainers/parameters';

export function catalogueText(entries: readonly CatalogueEntry[]): string {
  return entries
    .map((entry) =>
      [
        `${entry.id}: ${entry.label} (${entry.family})`,
        `  ${entry.sentence}`,
        `  needs ${entry.needs}; gives ${entry.yields}; semantics: ${entry.semantics}`,
        ...entry.parameters.map((spec) => `  --set ${spec.id}=${defaultText(spec)}  ${spec.label}: ${rangeText(spec)}. ${spec.hint}`),
      ].join('\n'),
    )
    .join('\n\n')
    .concat('\n');
}

/** docs/explainers.md. */
export function catalogueMarkdown(entries: readonly CatalogueEntry[]): string {
  const lines = [
    '# The explainers',
    '',
    'Written by `limpid explainers --markdown`; a test compares. Settings are given in the Explain dialog, or by `--set id=value` of',
    '`limpid explain`. Layers stand for those of the model at hand.',
    '',
    '| id | name | needs | gives | semantics |',
    '| --- | --- | --- | --- | --- |',
    ...entries.map(({ id, label, needs, yields, semantics }) => row(`[\`${id}\`](#${id})`, label, needs, yields, semantics)),
  ];
  for (const entry of entries) {
    lines.push('', `## ${entry.id}`, '', `**${entry.label}** (${entry.family}). ${entry.sentence}`, '');
    lines.push(
      `- Needs: ${entry.needs}${entry.usesBackground ? ', background rows' : ''}${entry.needsTraining ? ', rows to learn from' : ''}`,
    );
    lines.push(`- Gives: ${entry.yields}`, `- Semantics: ${entry.semantics}`, `- Source: ${entry.source}`);
    if (entry.parameters.length === 0) continue;
    lines.push('', '| setting | default | values | what |', '| --- | --- | --- | --- |');
    for (const spec of entry.parameters)
      lines.push(
        row(`\`${spec.id}\``, `\`${defaultText(spec)}\``, rangeText(spec), spec.hint === '' ? spec.label : `${spec.label}. ${spec.hint}`),
      );
  }
  return `${lines.join('\n')}\n`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function defaultText(spec: ParameterSpec): string {
  return spec.default === '' ? '""' : String(spec.default);
}

function rangeText(spec: ParameterSpec): string {
  switch (spec.kind) {
    case 'number':
      return `${spec.integer ? 'whole number' : 'number'} from ${spec.min} to ${spec.max}`;
    case 'choice':
      return spec.options.map(({ value }) => value).join(', ');
    case 'flag':
      return 'true, false';
    case 'text':
      return 'text';
    default:
      return spec satisfies never;
  }
}
