import { expect, test } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { masked, Redactor } from '../model/redaction.ts';
import { keepReadable, spareNames } from './keep-readable.ts';

const upgrade = {
  kind: 'helm-upgrade',
  id: 'postgresql/upgrade',
  title: 'Upgrade shop-postgresql with canary-1',
  component: 'postgresql',
  release: 'shop-postgresql',
  namespace: 'shop-prod',
  keep: ['auth.password', 'auth.secretKeys.adminPasswordKey'],
};

function planOf(...steps: readonly object[]): Plan {
  return {
    site: { name: 'shop', namespace: 'shop-prod', options: {}, digest: 'sha256:1' },
    components: [],
    ahead: [],
    decisions: [{ remedy: 'keep:postgresql:auth.password' }],
    state: { postgresql: 'deployed 3' },
    inputs: { kubeconfig: '/home/keycloak/kubeconfig' },
    steps,
  } as unknown as Plan;
}

/** As Secrets of a namespace have it: who logs in where, beside the password. */
function knowing(...secrets: readonly string[]): Redactor {
  const redactor = new Redactor();
  const data = secrets.map((secret, index) => [`entry-${index}`, Buffer.from(secret).toString('base64')]);
  redactor.learnSecretData(Object.fromEntries(data));
  return redactor;
}

test('a plan is carried out as it was made, whatever Secrets hold of its names; what it shows is masked', () => {
  const redactor = knowing(
    'shop-postgresql',
    'shop-prod',
    'postgresql',
    'keycloak',
    'deployed',
    'password',
    'canary-1',
  );
  const plan = planOf(upgrade);
  keepReadable(plan, redactor);
  const title = `Upgrade shop-postgresql with ${masked}`;
  expect(redactor.json(plan)).toEqual(planOf({ ...upgrade, title }));
});

test.each([
  ['under the name of one', { env: [{ name: 'DB_PASSWORD', value: 'canary-1' }] }, 'env.0.value'],
  ['among arguments', { argv: ['migrate', '--password=canary-1'] }, 'argv.1'],
  ['as a number', { settings: { pin: 7351926483 } }, 'settings.pin'],
  ['that was masked before', { release: masked }, 'release'],
])('a plan that acts by a secret %s is refused before it begins', (_, fields, place) => {
  const redactor = knowing('canary-1', '7351926483');
  const plan = planOf(upgrade, { kind: 'run-job', id: 'api/migrate', title: 'Migrate', ...fields });
  expect(() => keepReadable(plan, redactor)).toThrow(
    expect.objectContaining({ code: 'PLAN_MASKED', details: { places: [`api/migrate.${place}`] } }),
  );
});

test('what a plan names stays masked where it stands under the name of a secret', () => {
  const redactor = knowing('canary-1');
  spareNames(planOf({ ...upgrade, settings: { apiToken: 'canary-1' } }), redactor);
  expect(redactor.text('canary-1')).toBe(masked);
});
