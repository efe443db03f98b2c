import * as v from 'valibot';
import type { StudySource } from '#/workers/contract';
import { choicesSchema, DEFAULT_CHOICES, type Choices } from '#/state/choices';

/** The hash of a link: `#v=1&s=<source>&c=<choices that differ from the defaults>`, both JSON. */
export interface LinkState {
  readonly source: StudySource | null;
  readonly choices: Choices;
}

const sourceSchema = v.variant('kind', [
  v.object({ kind: v.literal('sample'), id: v.string() }),
  v.object({ kind: v.literal('url'), url: v.string() }),
  v.object({ kind: v.literal('file'), name: v.string(), hash: v.string() }),
  v.object({ kind: v.literal('stored'), id: v.string() }),
]);

export function writeHash(source: StudySource | null, choices: Choices): string {
  const changed = Object.fromEntries(
    Object.entries(choices).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(DEFAULT_CHOICES[key as keyof Choices])),
  );
  const params = new URLSearchParams({ v: '1' });
  if (source !== null) params.set('s', JSON.stringify(source));
  if (Object.keys(changed).length > 0) params.set('c', JSON.stringify(changed));
  return source === null ? '' : `#${params.toString()}`;
}

/** Anything unreadable falls back to defaults: a damaged link opens the landing page, never an error page. */
export function readHash(hash: string): LinkState {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const parse = (text: string | null): unknown => {
    if (text === null) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  };
  const source = v.safeParse(sourceSchema, parse(params.get('s')));
  const choices = v.safeParse(choicesSchema, parse(params.get('c')) ?? {});
  return { source: source.success ? source.output : null, choices: choices.success ? choices.output : DEFAULT_CHOICES };
}
