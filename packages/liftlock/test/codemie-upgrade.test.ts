import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry } from '@liftlock/sandbox';
import type { SiteVersions } from '../src/model/site-versions.ts';
import { affirmed, openScene, type HelmName, type Scene } from './support/stage.ts';
import type { Outcome } from './support/liftlock.ts';

const releases = [
  'codemie-mcp-connect-service',
  'mermaid-server',
  'codemie-nats-auth-callout',
  'codemie-ui',
  'codemie-api',
];

/** The release that a write belongs to, told by helm's own records. */
function releaseOf(entry: AuditEntry): string | undefined {
  return /^sh\.helm\.release\.v1\.(.+)\.v\d+$/.exec(entry.name ?? '')?.[1];
}

describe.each<{ readonly helm: HelmName }>([{ helm: 'helm3' }, { helm: 'helm4' }])(
  'CodeMie from 2.2.4 to 2.2.5 with $helm',
  ({ helm }) => {
    let scene: Scene;
    let outcome: Outcome;
    let decoysBefore: string;

    async function decoys(): Promise<string> {
      const suffix = scene.namespace.replace(/^codemie/, '');
      const objects = await Promise.all(
        ['security', 'elastic'].map(async (name) => {
          const list = await scene.sandbox.api.list(`/apis/apps/v1/namespaces/${name}${suffix}/statefulsets`);
          return list.items.map((item) => `${item.metadata.name} ${item.metadata.uid} ${JSON.stringify(item.spec)}`);
        }),
      );
      return JSON.stringify(objects);
    }

    beforeAll(async () => {
      scene = await openScene({ helm, decoys: true });
      decoysBefore = await decoys();
      outcome = await scene.operator.run(
        'apply',
        '-f',
        scene.stage.siteFile,
        '--version',
        '2.2.5',
        '--yes',
        ...affirmed,
      );
    });
    afterAll(async () => scene.close());

    it('C15 C22: every release is deployed at the one version that was asked for', async () => {
      expect(outcome.stderr).toContain('2.2.5');
      expect(outcome.code).toBe(0);
      const versions = await scene.versions();
      expect(releases.map((release) => versions[release])).toEqual(releases.map(() => 'deployed 2.2.5'));
    });

    it('C16 X02: in the order of the guide, the next never before the last is deployed', async () => {
      const records = (await scene.writes()).filter((entry) => releaseOf(entry) !== undefined);
      const order = records.map((entry) => releaseOf(entry));
      expect([...new Set(order)]).toEqual(releases);
      // helm's last write to a record is the one that says deployed: none comes after another release has begun.
      for (const [index, release] of releases.entries()) {
        const next = releases[index + 1];
        if (next !== undefined) expect(order.lastIndexOf(release)).toBeLessThan(order.indexOf(next));
      }
    });

    it('C03: the neighbours keep their objects as they were', async () => {
      expect(await decoys()).toBe(decoysBefore);
      const versions = await scene.versions();
      expect(versions['codemie-nats']).toBe('deployed 1.2.6');
    });

    it('C17 C18 C19 C20 C21: helm gains one revision a release, with the values of the file', async () => {
      const history = await Promise.all(
        releases.map(async (release) => {
          const records = await scene.sandbox.api.list(
            `/api/v1/namespaces/${scene.namespace}/secrets?labelSelector=owner%3Dhelm%2Cname%3D${release}`,
          );
          return records.items.length;
        }),
      );
      expect(history).toEqual([2, 2, 2, 2, 2]);
    });

    it('C26 C27 C28 C29 C30: looks at the result as the guide says, and leaves no assistant behind', () => {
      expect(outcome.stderr).toMatch(/pods/i);
      expect(scene.stage.services.requests.map((request) => request.method)).toContain('DELETE');
      expect(scene.stage.services.assistants).toEqual([]);
    });

    it('C09: the backup holds the former records byte by byte', async () => {
      const report = await scene.operator.run('report', '-o', 'json');
      const run = (JSON.parse(report.stdout) as { readonly run: string }).run;
      const folder = `${scene.operator.home}/state/liftlock/sites/${scene.namespace}/runs/${run}/backup`;
      const index = JSON.parse(await readFile(`${folder}/index.json`, 'utf8')) as Record<string, string>;
      expect(Object.keys(index).filter((name) => name.includes('codemie-api'))).toEqual([
        'backup/codemie-api/sh.helm.release.v1.codemie-api.v1.json',
      ]);
    });

    it('C02: status says that nothing is behind any more', async () => {
      const status = await scene.operator.run('status', '-f', scene.stage.siteFile, '--version', '2.2.5', '-o', 'json');
      const { components } = JSON.parse(status.stdout) as {
        readonly components: readonly { readonly state: string }[];
      };
      expect(components.map((component) => component.state)).toEqual([
        'current',
        'current',
        'current',
        'current',
        'current',
      ]);
    });

    it('versions: charts in a registry have no index, but tags', async () => {
      const { stdout } = await scene.operator.run('versions', '-f', scene.stage.siteFile, '--all', '-o', 'json');
      expect(JSON.parse(stdout)).toMatchObject({ available: 'registry', from: '2.2.5' });
      const { versions } = JSON.parse(stdout) as SiteVersions;
      expect(versions.map(({ version, stands }) => `${version} ${stands}`)).toEqual(
        expect.arrayContaining(['2.2.5 installed', '2.2.4 older']),
      );
    });

    it('does nothing when it is run again', async () => {
      const before = (await scene.writes()).length;
      const again = await scene.operator.run(
        'apply',
        '-f',
        scene.stage.siteFile,
        '--version',
        '2.2.5',
        '--yes',
        ...affirmed,
      );
      expect(again.stderr).toContain('Nothing to do');
      expect(again.code).toBe(0);
      expect((await scene.writes()).length).toBe(before);
    });
  },
);
