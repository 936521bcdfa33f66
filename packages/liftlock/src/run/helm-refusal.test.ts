import { expect, test } from 'vitest';
import type { HelmUpgradeStep } from '../model/step.ts';
import { refusalOf } from './helm-refusal.ts';

const step = { kind: 'helm-upgrade', component: 'coder', release: 'coder', namespace: 'coder' } as HelmUpgradeStep;

test('D10: helm that was refused an address in earnest has the code and the remedies of the forecast', () => {
  const words =
    'Error: UPGRADE FAILED: failed to replace object: Service "cemanager" is invalid: spec.clusterIP: Invalid value: "": field is immutable';
  expect(refusalOf({ ...step, force: true }, words)).toEqual({
    code: 'IMMUTABLE_FIELD',
    message:
      'Service cemanager: the upgrade would change spec.clusterIP, which cannot be changed (field is immutable).',
    advice: [
      'To go on with a remedy: liftlock resume --allow drop:coder:--force',
      'To go on with a remedy: liftlock resume --allow recreate:service/cemanager',
    ],
  });
});

test('a claim is never offered to be made anew, and unknown words offer nothing', () => {
  const claim =
    'Error: UPGRADE FAILED: cannot patch "p" with kind PersistentVolumeClaim: PersistentVolumeClaim "p" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests';
  expect(refusalOf(step, claim)).toMatchObject({ code: 'IMMUTABLE_FIELD', advice: [] });
  expect(refusalOf(step, 'Error: UPGRADE FAILED: nobody has seen this')).toBeUndefined();
});
