import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configMap } from './corpus/objects.ts';
import { openOneRelease, type OneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

const ingress = (host: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'door' },
  spec: {
    rules: [
      {
        host,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
  },
});
const door = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'door' };

/** A chart whose 2.0.0 gives up a ConfigMap with data, has its Ingress made anew, and wants a switch set while it migrates. */
const definition = {
  inputs: { domain: { type: 'fqdn', description: 'The host of the shop', example: 'shop.example.com' } },
  facts: {
    doors: { objects: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', names: ['door', 'gone'] } },
    edition: { value: { component: 'shop', path: 'edition' } },
    isBig: { cel: 'facts.edition == "big"' },
    many: { ask: 'More than 100 customers?' },
  },
  migrations: [
    {
      id: 'door',
      title: 'The Ingress is made anew',
      crosses: '2.0.0',
      when: 'size(facts.doors) > 0 && facts.doors[0].spec.rules[0].host != inputs.domain',
      source: 'page 2',
      steps: [
        {
          id: 'ingress',
          kind: 'replace-object',
          object: door,
          returns: 'object.spec.rules.exists(r, r.host == "{inputs.domain}")',
          returnsWithin: '30s',
        },
      ],
      values: { set: { domain: '{inputs.domain}' } },
    },
    {
      id: 'keep',
      title: 'Keep the data',
      why: 'The new chart does not have it.',
      crosses: '1.5.0',
      source: 'page 1',
      steps: [
        {
          id: 'data',
          kind: 'patch-object',
          object: { kind: 'ConfigMap', name: 'data' },
          set: { [String.raw`metadata.annotations.helm\.sh/resource-policy`]: 'keep' },
        },
      ],
    },
    {
      id: 'big',
      title: 'For the big edition alone',
      crosses: '1.6.0',
      when: 'facts.isBig',
      source: 'page 3',
      steps: [{ id: 'gone', kind: 'replace-object', object: { kind: 'ConfigMap', name: 'settings' } }],
    },
    {
      id: 'switch',
      title: 'Set while it migrates',
      crosses: '2.0.0',
      when: '!facts.many',
      source: 'page 4',
      values: { set: { 'migration.active': true }, thisHopOnly: true },
    },
    { id: 'old', title: 'Of a version behind us', crosses: '1.0.0', source: 'page 5', values: { set: { old: true } } },
  ],
  checks: [
    {
      id: 'kept',
      kind: 'condition',
      title: 'The data is there',
      objects: { kind: 'ConfigMap', names: ['data'] },
      until: 'size(objects) == 1 && version == "2.0.0"',
      within: '5s',
    },
  ],
};

let scene: OneRelease;
beforeAll(async () => {
  scene = await openOneRelease(sharedSandbox(), {
    name: 'migrations',
    helm: 'helm3',
    definition,
    files: { 'values.yaml': 'domain: old.example.com\nedition: small\nmigration: {active: false}\nmine: {}\n' },
    before: [configMap('settings', { mode: 'a' }), configMap('data', { of: 'years' }), ingress('old.example.com')],
    after: [
      configMap('settings', { active: '{{ .Values.migration.active }}', mine: '{{ .Values.mine.key }}' }),
      ingress('{{ .Values.domain }}'),
    ],
  });
  await writeFile(join(scene.world.folder, 'values.yaml'), 'mine: {key: value}\n');
});
afterAll(() => scene.close());

const said = ['--input', 'domain=shop.example.com', '--answer', 'many=false'];
const find = (kind: string, name: string) =>
  scene.world.find(kind === 'Ingress' ? 'networking.k8s.io/v1' : 'v1', kind, name);

it('says what it has to be told before anything is planned', async () => {
  const words = ['plan', '-f', 'site.yaml', '--version', '2.0.0', '--no-forecast'];
  const { operator } = scene;
  const unanswered = await operator.run(...words, '--input', 'domain=shop.example.com');
  expect(unanswered.code).toBe(3);
  expect(unanswered.stderr.replaceAll(/\s+/g, ' ')).toContain('only a person knows: More than 100 customers?');
  const misspelt = await operator.run(...words, '--input', 'domian=shop.example.com', '--answer', 'many=false');
  expect([misspelt.code, misspelt.stderr]).toEqual([2, expect.stringContaining('Did you mean "domain"')]);
  const left = await operator.run(...words, '--input', 'domain=<DOMAIN>', '--answer', 'many=false');
  expect([left.code, left.stderr]).toEqual([2, expect.stringContaining('<DOMAIN> is a placeholder')]);
  const missing = await operator.run(...words, '--answer', 'many=false');
  expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining('INPUT_MISSING')]);
});

it('R06: plans what every version crossed asks for, in order, and leaves out what does not hold', async () => {
  const plan = await scene.plan(...said);
  expect(plan.forecast.findings.filter(({ severity }) => severity === 'blocker')).toEqual([]);
  expect(plan.steps.map(({ id }) => id)).toEqual([
    'backup',
    'shop/keep/data',
    'shop/door/ingress',
    'shop/upgrade',
    'shop/door/ingress/returns',
    'shop/take-back',
    'check/kept',
  ]);
  const text = await scene.operator.run('plan', '-f', 'site.yaml', '--version', '2.0.0', '--no-forecast', ...said);
  expect(text.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'for keep, Keep the data: The new chart does not have it. Source: page 1',
  );
});

it('carries them out: what is patched stays, what is deleted comes back, what was set for the hop is taken back', async () => {
  const before = { data: await find('ConfigMap', 'data'), door: await find('Ingress', 'door') };
  const outcome = await scene.apply(...said);
  expect([outcome.code, outcome.stderr]).toEqual([0, expect.anything()]);
  const data = await find('ConfigMap', 'data');
  expect(data?.metadata['uid']).toBe(before.data?.metadata['uid']);
  expect(data?.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
  const made = await find('Ingress', 'door');
  expect(made?.metadata['uid']).not.toBe(before.door?.metadata['uid']);
  expect(made).toMatchObject({ spec: { rules: [{ host: 'shop.example.com' }] } });
  expect(await find('ConfigMap', 'settings')).toMatchObject({ data: { active: 'false', mine: 'value' } });
  const values = await scene.world.helm('helm3', 'get', 'values', 'shop', '-o', 'json');
  expect(JSON.parse(values.stdout)).toEqual({ mine: { key: 'value' }, domain: 'shop.example.com' });
  const first = await scene.world.helm('helm3', 'get', 'values', 'shop', '--revision', '2', '-o', 'json');
  expect(JSON.parse(first.stdout)).toMatchObject({ migration: { active: true } });
});
