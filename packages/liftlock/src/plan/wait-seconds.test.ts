import { expect, it } from 'vitest';
import type { Step } from '../model/step.ts';
import { awaitConditionStep } from './steps/await-condition.ts';
import { restartStep } from './steps/restart.ts';
import { scaleStep } from './steps/scale.ts';
import { waitSeconds } from './wait-seconds.ts';

it('O24: the worst case of a component counts what its migrations wait for', () => {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
  const facts = { title: 't', component: 'web' };
  const steps: readonly Step[] = [
    awaitConditionStep({ ...facts, id: 'a', url: 'http://x', until: 'true', timeoutSeconds: 100, minimumSeconds: 20 }),
    restartStep({ ...facts, id: 'b', object, timeoutSeconds: 30 }),
    restartStep({ ...facts, id: 'c', component: 'api', object, timeoutSeconds: 1000 }),
    scaleStep({ ...facts, id: 'd', object, replicas: 0 }),
  ];
  expect(waitSeconds(steps, 'web')).toBe(150);
  expect(waitSeconds(steps, 'other')).toBe(0);
});
