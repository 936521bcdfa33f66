import { expect, it } from 'vitest';
import { Check } from '../../model/platform.ts';
import { checkStep } from '../../plan/steps/check.ts';
import type { World } from '../world.ts';
import { condition } from './condition.ts';

const check = Check.parse({
  id: 'connected',
  kind: 'condition',
  title: 'The cluster is connected',
  objects: { apiVersion: 'v1', kind: 'ConfigMap', names: ['cluster'] },
  until: 'object.data.state == "Connected" && object.data.version == version',
  within: '60s',
});
const step = checkStep(check, { components: ['core'], isWhole: true, target: '2.19.11' });

/** A cluster whose object has one state after the other, a look each; time passes with every pause. */
function look(...states: readonly (Record<string, string> | undefined)[]) {
  let looks = 0;
  let now = 0;
  const world = {
    plan: { site: { namespace: 'shop' } },
    site: { timeScale: 0.05 },
    reader: {
      find: async (path: string) => {
        if (path === '/api/v1') return { resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }] };
        const data = states[Math.min(looks++, states.length - 1)];
        return data === undefined ? undefined : { metadata: { name: 'cluster' }, data };
      },
    },
    stop: { level: 'none', signal: new AbortController().signal },
    clock: {
      now: () => new Date(now),
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
    },
  };
  if (check.kind !== 'condition') throw new Error('another kind');
  return condition(check, step, world as unknown as World);
}

it('R26: waits until the condition holds, and tells what it has seen', async () => {
  const result = await look(undefined, { state: 'Pending' }, { state: 'Connected', version: '2.19.11' });
  expect(result).toMatchObject({ verdict: 'passed', note: 'ConfigMap cluster: as it should be' });
});

it('fails when its time is over, which the site may shrink', async () => {
  const result = await look({ state: 'Connected', version: '2.18.0' });
  expect(result).toMatchObject({ verdict: 'failed', note: expect.stringContaining('not so after 3 s') });
  expect(await look(undefined)).toMatchObject({ note: expect.stringContaining('there is no ConfigMap') });
});
