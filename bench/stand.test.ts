import { expect, test } from 'vitest';
import { helmCommands } from './stand.ts';

test('the helm commands of a runbook script are found whole, and nothing else is', () => {
  const script = [
    'set -eu',
    '# helm upgrade is what follows',
    'helm upgrade a \\',
    '  oci://127.0.0.1:1/a \\',
    '  --wait --timeout 600s',
    "say 'helm upgrade'",
    'helm upgrade b c',
    '',
  ].join('\n');
  expect(helmCommands(script)).toEqual([
    'helm upgrade a oci://127.0.0.1:1/a --wait --timeout 600s',
    'helm upgrade b c',
  ]);
});
