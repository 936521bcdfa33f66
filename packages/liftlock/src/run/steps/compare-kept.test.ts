import { expect, test } from 'vitest';
import type { KubeObject } from '../../model/kube.ts';
import type { CompareKeptStep } from '../../model/step.ts';
import { Redactor } from '../../model/redaction.ts';
import type { StepState } from '../../journal/fold.ts';
import { copyOf } from '../aside.ts';
import type { World } from '../world.ts';
import { compareKept } from './compare-kept.ts';

const object = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'login' };
const step = {
  kind: 'compare-kept',
  component: 'ui',
  release: 'ui',
  namespace: 'shop',
  kept: [{ object, isPutBack: false }],
  claims: [],
} as unknown as CompareKeptStep;

function secret(data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login', namespace: 'shop' }, data };
}

/** After an installation: what was put aside, what is there now, and the fields that the forecast saw change. */
function observing(kept: KubeObject, live: KubeObject | undefined, foreseen: readonly string[] = []) {
  const stored = [copyOf(kept, 'run-1', 'ui'), ...(live === undefined ? [] : [live])];
  const discovery = { resources: [{ kind: 'Secret', name: 'secrets', namespaced: true }] };
  const world = {
    plan: { forecast: { changes: { ui: [{ object, fields: foreseen.map((path) => ({ path })) }] } } },
    reader: {
      find: async (path: string) =>
        path === '/api/v1'
          ? discovery
          : stored.find(({ metadata: { name } }) => path.endsWith(`/shop/secrets/${name}`)),
    },
    folder: { path: '/runs/run-1', read: async () => JSON.stringify(kept) },
    redactor: new Redactor(),
  } as unknown as World;
  return compareKept.observe(step, world, {} as StepState);
}

test('O4: a Secret that has vanished differs, whoever should have kept it, and its copy stays', async () => {
  await expect(observing(secret({ key: 'b2xk' }), undefined)).rejects.toMatchObject({
    code: 'KEPT_DIFFERS',
    message: 'Not as before: Secret shop/login is gone.',
    advice: expect.arrayContaining([expect.stringContaining('liftlock restore run-1 --only secret/login')]) as unknown,
  });
});

test('O4: a key with dots may change where the plan showed that very key', async () => {
  const [kept, live] = [secret({ 'tls.crt': 'b2xk' }), secret({ 'tls.crt': 'bmV3' })];
  await expect(observing(kept, live, ['data.tls.crt'])).resolves.toMatchObject({ observation: 'todo' });
  await expect(observing(kept, live, ['data.tls.key'])).rejects.toMatchObject({ code: 'KEPT_DIFFERS' });
  await expect(observing(secret({ tls: 'b2xk' }), secret({ tls: 'bmV3' }), ['data.tls.crt'])).rejects.toMatchObject({
    code: 'KEPT_DIFFERS',
  });
});
