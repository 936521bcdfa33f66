import { execFile } from 'node:child_process';
import { copyFile, cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../src/model/kube.ts';
import { readReleaseRecord } from '../src/release/release-record.ts';
import { newestJournal, saidBy, siteFolder } from './support/happenings.ts';
import type { KubeObject as Stored } from '@liftlock/sandbox';
import { affirmed, openScene, type Scene } from './support/stage.ts';

const charts = fileURLToPath(new URL('../../sandbox/worlds/codemie/charts/', import.meta.url));
const release = 'mermaid-server';
const leftover = `clean:mermaid:deployment/${release}:spec.template.spec.nodeSelector.disk`;

describe('What a run has backed up', () => {
  let scene: Scene;
  let patchingRun: string;
  const secrets = () => `/api/v1/namespaces/${scene.namespace}/secrets`;
  const deployment = () => `/apis/apps/v1/namespaces/${scene.namespace}/deployments/${release}`;
  const read = async (path: string) => (await scene.sandbox.api.get(path)) as unknown as KubeObject;
  const newestRun = () => newestJournal(scene)[0]?.run ?? '';

  async function upgrade(version: string, ...allow: readonly string[]): Promise<void> {
    const only = ['--version', version, '--only', 'mermaid', ...allow, ...affirmed];
    const outcome = await scene.operator.run('apply', '-f', scene.stage.siteFile, ...only, '--yes');
    expect(outcome.code, saidBy(outcome)).toBe(0);
  }

  async function records(): Promise<readonly KubeObject[]> {
    const { items } = await scene.sandbox.api.list(`${secrets()}?labelSelector=owner%3Dhelm%2Cname%3D${release}`);
    return items as unknown as readonly KubeObject[];
  }

  beforeAll(async () => {
    scene = await openScene({ releases: [release] });
  });
  afterAll(async () => scene.close());

  it('O23: the pull secret of before a rotation is put back', async () => {
    const path = `${secrets()}/gcp-artifact-registry`;
    const before = await read(path);
    await copyFile(await scene.stage.newKey('new-key.json'), scene.stage.keyFile);
    const rotated = await scene.operator.run('credentials', 'rotate', '-f', scene.stage.siteFile, '--yes');
    expect(rotated.code, saidBy(rotated)).toBe(0);
    const after = await read(path);
    expect(after.data).not.toEqual(before.data);
    const rotation = newestRun();

    const listed = await scene.operator.run('restore', rotation);
    expect(listed.code).toBe(6);
    expect(listed.stdout).toMatch(/secret\/gcp-artifact-registry\s+in the cluster +differs/);
    expect(listed.stderr).toContain('--only');
    const unasked = await scene.operator.run('restore', rotation, '--only', 'secret/gcp-artifact-registry');
    expect(unasked.code).toBe(6);
    expect(unasked.stderr).toContain('the API server accepts it');
    expect((await read(path)).metadata.resourceVersion).toBe(after.metadata.resourceVersion);

    const restored = await scene.operator.run('restore', rotation, '--only', 'secret/gcp-artifact-registry', '--yes');
    expect(restored.code, saidBy(restored)).toBe(0);
    expect((await read(path)).data).toEqual(before.data);
    expect(newestJournal(scene)[0]).toMatchObject({ type: 'run-started', purpose: 'restore' });
    // What stood there is kept with the restore, so that it can be taken back as well.
    const again = await scene.operator.run('restore', newestRun(), '--only', 'secret/gcp-artifact-registry', '--yes');
    expect(again.code, saidBy(again)).toBe(0);
    expect((await read(path)).data).toEqual(after.data);
  });

  it('O23: a patched object is put back', async () => {
    const chart = join(scene.stage.folder, 'broken');
    await cp(join(charts, release), chart, { recursive: true, filter: (file) => !file.endsWith('versions.yaml') });
    const edit = async (name: string, change: (text: string) => string) => {
      const file = join(chart, name);
      await writeFile(file, change(await readFile(file, 'utf8')));
    };
    await edit('Chart.yaml', (text) => text.replace(/^version: .*$/m, 'version: 2.2.5'));
    await edit('templates/deployment.yaml', (text) =>
      text.replace('      containers:\n', '      nodeSelector: {disk: none}\n      containers:\n'),
    );
    const values = join(scene.stage.checkout, release, 'values.yaml');
    const where = ['--namespace', scene.namespace, '--kubeconfig', scene.sandbox.kubeconfig];
    const args = ['upgrade', release, chart, '-f', values, '--wait', '--timeout', '3s', ...where];
    await expect(promisify(execFile)(scene.sandbox.bin.helm3, args)).rejects.toThrow(/timed out|deadline|not ready/i);
    const broken = await read(deployment());

    await upgrade('2.2.5', '--allow', 'unhealthy:mermaid', '--allow', leftover);
    patchingRun = newestRun();
    expect(await read(deployment())).not.toMatchObject({ spec: { template: broken.spec?.['template'] } });
    const args2 = ['restore', patchingRun, '--only', `deployment/${release}`, '--yes'];
    const mended = await read(deployment());
    const restored = await scene.operator.run(...args2);
    expect(restored.code, saidBy(restored)).toBe(0);
    expect((await read(deployment())).spec).toEqual(broken.spec);
    const back = await scene.operator.run('restore', newestRun(), '--only', `deployment/${release}`, '--yes');
    expect(back.code, saidBy(back)).toBe(0);
    expect((await read(deployment())).spec).toEqual(mended.spec);
  });

  it('O23: a record that was unlocked is kept to be read, and is not put back', async () => {
    const newest = (await records()).toSorted((a, b) => versionOf(b) - versionOf(a))[0];
    if (newest === undefined) throw new Error('no record');
    await scene.sandbox.api.replace(`${secrets()}/${newest.metadata.name}`, pending(newest));
    await upgrade('2.2.6', '--allow', `unlock:${release}`);
    const folder = join(siteFolder(scene), 'runs', newestRun(), 'backup');
    const file = (await readdir(folder)).find((name) => name.startsWith('unlocked-')) ?? '';
    const kept = JSON.parse(await readFile(join(folder, file), 'utf8')) as KubeObject;
    expect(readReleaseRecord(kept).record).toMatchObject({ name: release, status: 'pending-upgrade' });
    const listed = await scene.operator.run('restore', newestRun());
    expect(listed.stdout).toMatch(/in the cluster +kept to read\s+backup +backup\/unlocked-/);
    const refused = await scene.operator.run('restore', newestRun(), '--only', `release/${release}`, '--yes');
    expect(saidBy(refused)).toContain('or newer');
  });

  it('O23: records of a release that are gone are re-created, and its values are written to a file', async () => {
    const file = join(scene.stage.folder, 'values-of-before.yaml');
    const valued = await scene.operator.run('restore', patchingRun, '--only', `release/${release}`, '--out-file', file);
    expect(valued.code, saidBy(valued)).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    for (const record of await records()) await scene.sandbox.api.delete(`${secrets()}/${record.metadata.name}`);
    const restored = await scene.operator.run('restore', patchingRun, '--only', `release/${release}`, '--yes');
    expect(restored.code, saidBy(restored)).toBe(0);
    const found = (await records()).map((record) => `${versionOf(record)} ${record.metadata.labels?.['status']}`);
    expect(found.toSorted()).toEqual(['1 deployed', '2 failed']);
    expect(Object.keys(await scene.versions())).toEqual([release]);
  });
});

function versionOf(record: KubeObject): number {
  return Number(record.metadata.labels?.['version']);
}

/** As a helm leaves its record that is killed in the middle. */
function pending(record: KubeObject): Stored {
  const encoded = record.data?.['release'] as string;
  const packed = Buffer.from(Buffer.from(encoded, 'base64').toString('latin1'), 'base64');
  const payload = JSON.parse(gunzipSync(packed).toString('utf8')) as { readonly info: object };
  const text = JSON.stringify({ ...payload, info: { ...payload.info, status: 'pending-upgrade' } });
  const data = Buffer.from(gzipSync(text).toString('base64')).toString('base64');
  const labels = { ...record.metadata.labels, status: 'pending-upgrade' };
  return {
    ...record,
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...record.metadata, labels },
    data: { release: data },
  } as unknown as Stored;
}
