import type { Command } from '#/cli/command';
import { describeCatalogue } from '#/cli/describe-catalogue';
import { catalogueMarkdown, catalogueText } from '#/cli/catalogue-page';
import { UsageError } from '#/cli/usage-error';

const HELP = `limpid explainers [--json | --markdown]
  Lists every explainer: what it needs, what it gives, whose semantics it has, and its settings with their defaults.

  --json       print JSON
  --markdown   print the page docs/explainers.md
  --help       this text

Examples
  limpid explainers
  limpid explainers --json
`;

export const explainersCommand: Command = {
  name: 'explainers',
  summary: 'Lists the explainers and their settings.',
  help: HELP,
  options: { json: { type: 'boolean' }, markdown: { type: 'boolean' } },
  run(call, io) {
    if (call.files.length > 0) throw new UsageError(`${call.files[0] ?? ''} is not expected here.`);
    const entries = describeCatalogue();
    io.out(
      call.flag('json') ? `${JSON.stringify(entries)}\n` : call.flag('markdown') ? catalogueMarkdown(entries) : catalogueText(entries),
    );
    return Promise.resolve(0);
  },
};
