import { expect, test } from 'vitest';
import { evidence } from '../findings/preflight-fixtures.ts';
import { bundleHead, readSupportBundle } from './support-bundle.ts';
import { packTarGz } from './tar.ts';

const plan = {
  kind: 'Plan',
  digest: 'sha256:0',
  steps: [],
  components: [],
  forecast: { findings: [], unforeseen: [] },
};

function bundleOf(files: Readonly<Record<string, unknown>>) {
  const texts = Object.entries({ 'platform.json': evidence().platform, ...files });
  const packed = texts.map(([name, value]) => ({ name, text: JSON.stringify(value) }));
  return readSupportBundle(packTarGz([bundleHead({ kind: 'site' }), ...packed], new Date(0)), 'now.tgz');
}

test('a plan and a problem of a bundle are read as what they are', () => {
  expect(bundleOf({ 'plan.json': plan })).toMatchObject({ kind: 'site', plan: { ...plan, route: [], hop: 0 } });
  const problem = { code: 'NO_CHART', message: 'There is none.', advice: ['Ask.'] };
  expect(bundleOf({ 'problem.json': problem })).toMatchObject({ plan: undefined, problem });
});

test.each([
  ['plan', { ...plan, kind: 'Forecast' }],
  ['plan', { ...plan, steps: undefined }],
  ['plan', { ...plan, digest: 7 }],
  ['plan', { ...plan, forecast: { findings: {} } }],
  ['plan', null],
  ['problem', { code: 'X', message: ['a'], advice: [] }],
  ['problem', { code: 'X', message: 'a', advice: [{}] }],
])('a %s that others have changed is refused as damaged: %j', (name, value) => {
  expect(() => bundleOf({ [`${name}.json`]: value })).toThrow(
    expect.objectContaining({ code: 'SUPPORT_BUNDLE_UNREADABLE', message: expect.stringContaining(`its ${name} is`) }),
  );
});
