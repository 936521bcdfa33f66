import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { coderSite, openCoder, type CoderScene } from './support/coder.ts';
import { saidBy } from './support/happenings.ts';
import type { Outcome } from './support/liftlock.ts';

interface Live {
  readonly metadata: { readonly uid: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly volumeName?: string };
}

const values = { cemanager: { replicas: 2 }, ingress: { host: 'coder.corp.example' } };

let scene: CoderScene;
let before: readonly unknown[];
let reinstalled: Outcome;

async function live(plural: string, name: string): Promise<Live> {
  return (await scene.sandbox.api.get(`/api/v1/namespaces/${scene.namespace}/${plural}/${name}`)) as unknown as Live;
}

/** What must be the same afterwards: the database's claim with its volume, and the password that the chart has made. */
async function kept(): Promise<readonly unknown[]> {
  const claim = await live('persistentvolumeclaims', 'timescale-data-timescale-0');
  return [claim.metadata.uid, claim.spec?.volumeName, (await live('secrets', 'timescale')).data];
}

beforeAll(async () => {
  scene = await openCoder({ published: ['1.15.3', '1.16.1'], values });
  before = await kept();
  reinstalled = await scene.operator.run(...scene.apply('1.16.1', '--allow', 'reinstall:coder'));
});
afterAll(() => scene.close());

it('D12, D16: a reinstall that was named runs, and ends with the names whose address must be looked at', () => {
  expect(saidBy(reinstalled)).toContain('coder.corp.example');
  expect(reinstalled.code, saidBy(reinstalled)).toBe(6);
});

it('D14, D18: the release is at revision 1 of the new version, with the values of before', async () => {
  expect((await scene.history()).map(({ revision, status, chart }) => [revision, status, chart])).toEqual([
    [1, 'deployed', 'coder-1.16.1'],
  ]);
  expect(await scene.values()).toEqual(values);
});

it('D15: the claim, its volume and the generated password are those of before', async () => {
  expect(await kept()).toEqual(before);
});

it('D13: the values were kept before anything was taken away', async () => {
  const { folder } = await coderSite(scene);
  expect(parse(await readFile(join(folder, 'backup', 'current-values.yml'), 'utf8'))).toEqual(values);
  const uninstalled = (await scene.writes()).findIndex(
    ({ verb, resource, name }) => verb === 'delete' && resource === 'deployments' && name === 'cemanager',
  );
  const aside = (await scene.writes()).findIndex(({ verb, resource }) => verb === 'create' && resource === 'secrets');
  expect(aside).toBeGreaterThanOrEqual(0);
  expect(aside).toBeLessThan(uninstalled);
});

it('D19: the run stays open until somebody says that DNS leads to the new address', async () => {
  const open = await scene.operator.run('resume');
  expect(open.code).toBe(6);
  const done = await scene.operator.run('resume', '--affirm', 'dns=Grace');
  expect(done.code, saidBy(done)).toBe(0);
  expect(saidBy(done)).toContain('✓ Coder');
});
