import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { coderAffirmed, coderSite, openCoder, planCoder, type CoderScene } from './support/coder.ts';
import { saidBy } from './support/happenings.ts';
import type { HelmName } from './support/stage.ts';

const accountPath = (namespace: string) => `/api/v1/namespaces/${namespace}/serviceaccounts/coder`;

/** Address and identity of the Service that the guide's first failure names. */
async function addressOf(scene: CoderScene): Promise<unknown> {
  const live = (await scene.sandbox.api.get(`/api/v1/namespaces/${scene.namespace}/services/cemanager`)) as unknown as {
    readonly metadata: { readonly uid: string };
    readonly spec: { readonly clusterIP: string };
  };
  return [live.metadata.uid, live.spec.clusterIP];
}

describe.each<{
  readonly helm: HelmName;
  readonly flags: string;
  readonly values: Record<string, unknown> | undefined;
  readonly verb: 'update' | 'patch';
}>([
  { helm: 'helm3', flags: '--force --install --atomic --wait', values: undefined, verb: 'update' },
  {
    helm: 'helm4',
    flags: '--install --rollback-on-failure --wait',
    values: { cemanager: { replicas: 2 }, ingress: { host: 'on' } },
    // Born under Helm 4, the release is applied server-side, where nothing can be replaced.
    verb: 'patch',
  },
])('Coder with $helm', ({ helm, flags, values, verb }) => {
  let scene: CoderScene;
  let accountUid: string | undefined;
  let address: unknown;

  beforeAll(async () => {
    scene = await openCoder({ helm, values, published: ['1.15.3', '1.16.1'] });
    const made = await scene.sandbox.api.create(`/api/v1/namespaces/${scene.namespace}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'coder' },
    });
    address = await addressOf(scene);
    accountUid = (made as { readonly metadata: { readonly uid?: string } }).metadata.uid;
  });
  afterAll(() => scene.close());

  it('D05, D08: the index is read anew, and the latest version is said before it is used', async () => {
    const early = await planCoder(scene);
    expect(early.plan.route[0]?.to).toBe('1.16.1');
    await scene.stage.publish('1.44.3');
    const late = await planCoder(scene);
    expect(late.plan.route[0]).toMatchObject({ from: '1.15.3', to: '1.44.3' });
    const said = late.plan.forecast.findings.filter(({ code }) => code === 'VERSION_LATEST');
    expect(said.map(({ message }) => message)).toEqual([
      'No version was named: 1.44.3 is the latest in https://helm.coder.com.',
    ]);
    const text = await scene.operator.run('plan', '-f', scene.stage.siteFile, ...coderAffirmed);
    expect(text.stdout).toContain('1.15.3 → 1.44.3 (latest)');
    const index = late.plan.forecast.findings.find(({ code }) => code === 'CHART_INDEX');
    expect(index?.message).toMatch(/index of \d{4}-\d\d-\d\dT.* was read at \d{4}-.*: sha256:[0-9a-f]{64}/);
  });

  it('D01, D07: the guide’s command keeps its flags, under the names that this helm has for them', async () => {
    const { plan } = await planCoder(scene, '--version', '1.16.1');
    const upgrade = plan.steps.find(({ kind }) => kind === 'helm-upgrade');
    const kept = await scene.operator.run(
      'runbook',
      '-f',
      scene.stage.siteFile,
      '--version',
      '1.16.1',
      ...coderAffirmed,
    );
    const typed = `helm upgrade --namespace ${scene.namespace} ${flags} --version 1.16.1 coder coder/coder --values current-values.yml`;
    expect(kept.stdout.replaceAll(/\s*\\\n\s*/g, ' ')).toContain(typed);
    expect(upgrade?.guideCommand?.join(' ')).toContain(
      helm === 'helm3' ? '--force --install --atomic' : '--force-replace --install --rollback-on-failure',
    );
    expect(upgrade?.command?.join(' ')).not.toMatch(/atomic|rollback-on-failure/);
    expect(upgrade?.command).toContain('300s');
  });

  it('D02, D03, D11: the repository is added, the hand-made ServiceAccount adopted, the upgrade done', async () => {
    expect((await scene.typed('repo', 'list', '-o', 'json').catch(() => ({ stdout: '[]' }))).stdout.trim()).toBe('[]');
    const { plan, code } = await planCoder(scene, '--version', '1.16.1');
    expect(plan.decisions).toContainEqual(
      expect.objectContaining({ code: 'FOREIGN_OWNERSHIP', remedy: 'adopt:serviceaccount/coder', how: 'default' }),
    );
    expect(plan.steps.map(({ id }) => id)).toContain('coder/adopt/serviceaccount/coder');
    expect(code).toBe(0);
    const outcome = await scene.operator.run(...scene.apply('1.16.1'));
    expect(outcome.stderr).toContain('✓ Coder 1.15.3 → 1.16.1');
    expect(outcome.code).toBe(0);
    const live = await scene.sandbox.api.get(accountPath(scene.namespace));
    expect((live as { readonly metadata: { readonly uid?: string } }).metadata.uid).toBe(accountUid);
    const repositories = JSON.parse((await scene.typed('repo', 'list', '-o', 'json')).stdout) as unknown;
    expect(repositories).toEqual([{ name: 'coder', url: scene.stage.repository.url }]);
    expect((await scene.history()).map(({ status, chart }) => `${status} ${chart}`)).toEqual([
      'superseded coder-1.15.3',
      'deployed coder-1.16.1',
    ]);
  });

  it('D06: the exported values are YAML and the live ones, and the release has them afterwards', async () => {
    const { folder } = await coderSite(scene);
    const text = await readFile(join(folder, 'backup', 'current-values.yml'), 'utf8');
    expect(parse(text)).toEqual(values ?? {});
    expect(text).toBe(values === undefined ? '{}\n' : text);
    // helm says null where there are none.
    expect((await scene.values()) ?? {}).toEqual(values ?? {});
    await scene.typed(
      'template',
      'coder',
      join(scene.stage.folder, 'packed', 'coder-1.16.1.tgz'),
      '-f',
      join(folder, 'backup', 'current-values.yml'),
    );
  });

  it('D07: with --force helm replaces what it would patch without', async () => {
    const writes = (await scene.writes()).filter(
      ({ resource, name }) => resource === 'deployments' && name === 'cemanager',
    );
    expect(writes.map((entry) => entry.verb)).toEqual([verb]);
  });

  it('D10: on this Kubernetes a Service keeps its address, forced or not, though the chart names none', async () => {
    const service = (await scene.writes()).filter(
      ({ resource, name }) => resource === 'services' && name === 'cemanager',
    );
    expect(service.map((entry) => entry.verb)).toEqual([verb]);
    expect(await addressOf(scene)).toEqual(address);
  });
});

describe('the repository that helm knows', () => {
  let scene: CoderScene;
  beforeAll(async () => {
    scene = await openCoder({ published: ['1.15.3', '1.16.1'] });
  });
  afterAll(() => scene.close());
  const list = async () => JSON.parse((await scene.typed('repo', 'list', '-o', 'json')).stdout) as unknown;

  it('D02: another address under the known name stops the plan, and stays until it is named', async () => {
    const other = `${scene.stage.repository.url}/./`;
    await scene.typed('repo', 'add', 'coder', other);
    const blocked = await scene.operator.run(...scene.apply('1.16.1'));
    expect(blocked.code).toBe(3);
    expect(saidBy(blocked)).toContain('REPO_ADDRESS_DIFFERS');
    expect(saidBy(blocked)).toContain('--allow repo:coder');
    expect(await list()).toEqual([{ name: 'coder', url: other }]);
    expect(await scene.writes()).toEqual([]);
  });

  it('D03: once it is named, the address is replaced; one that differs by its last slash is right', async () => {
    const allowed = await scene.operator.run(...scene.apply('1.16.1', '--allow', 'repo:coder'));
    expect(allowed.code).toBe(0);
    expect(await list()).toEqual([{ name: 'coder', url: scene.stage.repository.url }]);
    await scene.typed('repo', 'add', 'coder', `${scene.stage.repository.url}/`, '--force-update');
    const { plan } = await planCoder(scene, '--version', '1.16.1');
    expect(plan.forecast.findings.filter(({ code }) => code === 'REPO_ADDRESS_DIFFERS')).toEqual([]);
  });

  it('D20: namespace, release, chart, file and version are defaults that a site changes', async () => {
    await scene.stage.writeSite({ releases: { coder: 'dev-coder' }, namespace: 'elsewhere' });
    const renamed = await scene.operator.run('plan', '-f', scene.stage.siteFile, '--version', '1.16.1');
    expect(saidBy(renamed)).toContain('elsewhere');
    expect(renamed.code).toBe(3);
    await scene.stage.writeSite({ releases: { coder: 'dev-coder' } });
    const absent = await planCoder(scene, '--version', '1.16.1');
    expect(absent.plan.components[0]).toMatchObject({ release: 'dev-coder', namespace: scene.namespace });
    await scene.stage.writeSite();
  });

  it('an archive that is not what the index promises is refused, and nothing is written', async () => {
    await scene.stage.publish('1.16.3');
    scene.stage.repository.tamper('coder-1.16.3.tgz', Buffer.from('other bytes'));
    const outcome = await scene.operator.run(...scene.apply('1.16.3'));
    expect(saidBy(outcome)).toContain('announced sha256:');
    expect(outcome.code).toBe(3);
  });
});

it('D04: a cluster without the release is refused before anything is done', async () => {
  const scene = await openCoder({ version: undefined });
  try {
    const outcome = await scene.operator.run(...scene.apply('1.16.1'));
    expect(saidBy(outcome)).toContain('ALL_RELEASES_ABSENT');
    expect(saidBy(outcome)).toContain(scene.sandbox.name);
    expect(outcome.code).toBe(3);
    expect(await scene.writes()).toEqual([]);
  } finally {
    await scene.close();
  }
});
