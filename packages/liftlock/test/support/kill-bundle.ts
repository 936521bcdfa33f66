import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry } from '../registry-server.ts';
import { packShop, pushShopImages, tester, writeShopSite } from './bundles.ts';
import type { KillScenario } from './kill-platform.ts';
import { makeOperator } from './liftlock.ts';

/** A bundle's images go into a private registry, its charts and helm into a folder; the command itself goes on with it. */
export const bundleLoad: KillScenario = {
  name: 'bundle load',
  helms: 0,
  async open(sandbox) {
    const folder = await mkdtemp(join(tmpdir(), 'liftlock-kill-bundle-'));
    const [source, closed] = await Promise.all([startRegistry('token'), startRegistry('basic')]);
    const images = await pushShopImages(source.host, tester);
    for (const version of ['1.5.0', '2.0.0']) await source.push(await packShop(folder, version, source.host), 'charts');
    await writeShopSite(folder, source);
    const operator = await makeOperator({ helm: sandbox.bin.helm3, cwd: folder });
    const site = ['-f', 'site.yaml', '--from', '1.0.0', '--to', '2.0.0'];
    const made = await operator.run('bundle', 'create', ...site, '--out', 'bundle.tar');
    if (made.code !== 0) throw new Error(made.stderr);
    const into = join(folder, 'laid');
    const words = ['bundle', 'load', 'bundle.tar', ...site, '--into', into, '--registry', `${closed.host}/private`];
    const authorization = `Basic ${Buffer.from(`${tester.username}:${tester.password}`).toString('base64')}`;
    const manifestOf = async (name: string) => {
      const [path = '', tag = ''] = name.split(':');
      const accept = ['manifest.v1', 'index.v1'].map((type) => `application/vnd.oci.image.${type}+json`).join(', ');
      const answer = await fetch(`http://${closed.host}/v2/private/${path}/manifests/${tag}`, {
        headers: { authorization, accept },
      });
      return answer.headers.get('docker-content-digest') ?? `HTTP ${answer.status}`;
    };
    return {
      sandbox,
      namespace: 'no-cluster-is-asked',
      operator,
      words,
      again: words,
      isThrough: ({ code }) => code === 0,
      more: async () => [
        ...(await Promise.all(
          Object.entries(images).map(
            async ([name, digest]) => `${name} as made: ${(await manifestOf(name)) === digest}`,
          ),
        )),
        ...namesBelow(into).map(
          (name) => `${name} ${/\.tgz$|helm|loaded/.test(name) ? '' : digestOf(join(into, name))}`,
        ),
      ],
      close: async () => {
        await Promise.all([source.close(), closed.close()]);
        await operator.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};

function namesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
}
