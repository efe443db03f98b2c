import { UsageError } from '#/cli/usage-error';
import type { Parameters, ParameterSpec } from '#/explainers/parameters';

/**
 * `--set key=value` by the explainer's own parameters.
 * @throws UsageError for unknown keys (naming the valid ones) and values out of range
 */
export function parseSettings(given: readonly string[], specs: readonly ParameterSpec[], explainer: string): Parameters {
  const settings: Record<string, string | number | boolean> = {};
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--set takes key=value, not "${text}".`);
    const key = text.slice(0, at);
    const spec = specs.find(({ id }) => id === key);
    if (spec === undefined) {
      const known = specs.map(({ id }) => id).join(', ');
      throw new UsageError(`${explainer} has no setting "${key}"${known === '' ? '; it has none for this model' : `; it has ${known}`}.`);
    }
    settings[key] = parseSetting(spec, text.slice(at + 1));
  }
  return settings;
}

function parseSetting(spec: ParameterSpec, text: string): string | number | boolean {
  switch (spec.kind) {
    case 'number': {
      const value = text.trim() === '' ? NaN : Number(text);
      if (!(value >= spec.min && value <= spec.max) || (spec.integer && !Number.isInteger(value)))
        throw new UsageError(`${spec.id} takes a ${spec.integer ? 'whole ' : ''}number from ${spec.min} to ${spec.max}, not "${text}".`);
      return value;
    }
    case 'choice':
      if (!spec.options.some(({ value }) => value === text))
        throw new UsageError(`${spec.id} takes ${spec.options.map(({ value }) => value).join(', ')}, not "${text}".`);
      return text;
    case 'flag':
      if (text !== 'true' && text !== 'false') throw new UsageError(`${spec.id} takes true or false, not "${text}".`);
      return text === 'true';
    case 'text':
      return text;
    default:
      return spec satisfies never;
  }
}
