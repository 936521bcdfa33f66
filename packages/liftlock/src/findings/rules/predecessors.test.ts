import { expect, test } from 'vitest';
import { component, evidence, release, revision, snapshot } from '../preflight-fixtures.ts';
import { predecessorFindings } from './predecessors.ts';
import type { Snapshot } from '../../model/snapshot.ts';

const { platform } = evidence();
const ordered = {
  ...platform,
  components: platform.components.map((item) => (item.name === 'api' ? { ...item, after: 'web' } : item)),
};

function told(version: string, selected: readonly string[], fields: Partial<Snapshot> = {}): readonly string[] {
  const web = component('web', { release: release('shop-web', [revision(1, 'deployed', version)]) });
  const seen = snapshot({ components: [web, component('api')], ...fields });
  return predecessorFindings(evidence({ platform: ordered, selected, snapshot: seen })).map(
    ({ severity, message }) => `${severity}: ${message}`,
  );
}

test('R26: a component that comes after another is refused before that one is there and healthy', () => {
  expect(told('2.2.4', ['api'])).toEqual(['blocker: api is upgraded only after web: it is at 2.2.4, below 2.2.5.']);
  expect(told('2.2.5', ['api'])).toEqual([]);
  expect(told('2.2.4', ['web', 'api'])).toEqual([]);
  expect(told('2.2.4', ['web'])).toEqual([]);
  const health = [
    {
      object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'prod' },
      component: 'web',
      state: 'unhealthy' as const,
      reason: '',
      message: '',
      restarts: 0,
    },
  ];
  expect(told('2.2.5', ['api'], { health })).toEqual([
    'blocker: api is upgraded only after web: Deployment web is unhealthy.',
  ]);
});

test('R26: a revision that failed on the way is no arrival', () => {
  const failed = release('shop-web', [revision(1, 'deployed', '2.2.5'), revision(2, 'failed', '2.2.6')]);
  const components = [component('web', { release: failed }), component('api')];
  expect(told('', ['api'], { components })).toEqual([
    'blocker: api is upgraded only after web: its revision 2 is failed.',
  ]);
});
