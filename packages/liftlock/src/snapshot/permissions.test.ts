import { expect, test } from 'vitest';
import type { ClusterReader } from '../model/ports.ts';
import { missingPermissions } from './permissions.ts';

test('C05: list and watch are asked for every kind that is followed while helm waits', async () => {
  const asked = new Set<string>();
  const canI: ClusterReader['canI'] = async (verb, group, resource) => {
    asked.add(`${verb} ${group}/${resource}`);
    return resource !== 'jobs';
  };
  const missing = await missingPermissions({ canI } as unknown as ClusterReader, 'prod', []);
  const followed = [
    '/pods',
    '/events',
    '/persistentvolumeclaims',
    'apps/deployments',
    'apps/replicasets',
    'apps/statefulsets',
    'apps/daemonsets',
    'batch/jobs',
  ];
  expect([...asked]).toEqual(expect.arrayContaining(followed.flatMap((kind) => [`list ${kind}`, `watch ${kind}`])));
  expect(missing).toEqual([
    { verb: 'list', resource: 'jobs.batch', namespace: 'prod' },
    { verb: 'watch', resource: 'jobs.batch', namespace: 'prod' },
  ]);
});
