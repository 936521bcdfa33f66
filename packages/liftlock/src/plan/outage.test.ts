import { describe, expect, it } from 'vitest';
import type { Step } from '../model/step.ts';
import { outageWith } from './outage.ts';

const component = {
  name: 'web',
  release: 'shop',
  outage: { expected: false, why: 'pods are replaced one after another' },
};

function replaces(kind: string, orphansPods = false): Step {
  return {
    kind: 'replace-object',
    id: `web/recreate/${kind.toLowerCase()}/x`,
    title: '',
    component: 'web',
    object: { apiVersion: 'v1', kind, namespace: 'shop', name: 'x' },
    orphansPods,
    risk: 'irreversible',
  };
}

describe('what users notice of remedies', () => {
  it('O30: a workload that is deleted with its pods, a door that is made anew', () => {
    expect(outageWith([replaces('Deployment')], component)).toEqual({
      expected: true,
      why: 'Deployment shop/x is deleted, and its pods with it, before new ones start',
    });
    expect(outageWith([replaces('Ingress')], component).why).toContain('its address may be another');
  });

  it('nothing of pods that stay, of objects without users, of other components', () => {
    for (const steps of [
      [replaces('StatefulSet', true)],
      [replaces('ConfigMap')],
      [{ ...replaces('Deployment'), component: 'api' }],
    ])
      expect(outageWith(steps, component)).toBe(component.outage);
  });
});
