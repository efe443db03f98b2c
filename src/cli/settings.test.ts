import { describe, expect, it } from 'vitest';
import { parseSettings } from '#/cli/settings';
import { UsageError } from '#/cli/usage-error';
import type { ParameterSpec } from '#/explainers/parameters';

const SPECS: readonly ParameterSpec[] = [
  { kind: 'number', id: 'steps', label: 'Steps', hint: '', default: 50, min: 2, max: 100, integer: true },
  { kind: 'number', id: 'error', label: 'Error', hint: '', default: 0, min: 0, max: 1, integer: false },
  {
    kind: 'choice',
    id: 'values',
    label: 'Values',
    hint: '',
    default: 'a',
    options: [
      { value: 'a', label: 'A' },
      { value: 'b', label: 'B' },
    ],
  },
  { kind: 'flag', id: 'pairs', label: 'Pairs', hint: '', default: false },
  { kind: 'text', id: 'groups', label: 'Groups', hint: '', default: '' },
];

const parse = (...given: string[]): unknown => parseSettings(given, SPECS, 'kernel');

describe('--set', () => {
  it('reads values by the kind of the setting', () => {
    expect(parse('steps=7', 'error=1e-3', 'values=b', 'pairs=true', 'groups=x=age,job;y=a b')).toEqual({
      steps: 7,
      error: 0.001,
      values: 'b',
      pairs: true,
      groups: 'x=age,job;y=a b',
    });
    expect(parse()).toEqual({});
    expect(parse('groups=')).toEqual({ groups: '' });
    expect(parse('steps=3', 'steps=4')).toEqual({ steps: 4 });
  });

  it.each(['steps=1', 'steps=101', 'steps=2.5', 'steps=', 'steps=x', 'error=NaN', 'values=c', 'pairs=1', 'steps', '=3'])(
    'refuses %s',
    (text) => {
      expect(() => parse(text)).toThrow(UsageError);
    },
  );

  it('names the settings that there are', () => {
    expect(() => parse('step=3')).toThrow('kernel has no setting "step"; it has steps, error, values, pairs, groups.');
    expect(() => parseSettings(['a=1'], [], 'linear')).toThrow('linear has no setting "a"; it has none for this model.');
  });
});
