import { expect, test } from 'vitest';
import type { Decision } from '../model/finding.ts';
import type { Component } from '../model/platform.ts';
import { judgeFlags } from './guide-flags.ts';

const component = { name: 'web', flags: { force: true } } as Component;

function notesFor(code: string | undefined): readonly string[] {
  const decision: Decision = {
    remedy: 'drop:web:--force',
    by: 'ada',
    at: '2026-11-20T10:00:00Z',
    how: 'default',
    code,
  };
  return judgeFlags(component, { release: undefined, decisions: [decision], major: 3 }).notes;
}

test('a flag that is left out says why: what speaks against it is not always a refusal', () => {
  expect(notesFor('FORCE_STRIPS')).toEqual([
    '--force of the guide is left out: it would strip what the chart has not set.',
  ]);
  expect(notesFor('IMMUTABLE_FIELD')).toEqual([
    '--force of the guide is left out: the API server would refuse what it does.',
  ]);
  expect(notesFor(undefined)).toEqual(['--force of the guide is left out: that was decided.']);
});
