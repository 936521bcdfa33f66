import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import type { Sandbox } from '@liftlock/sandbox';
import type { KubeObject } from '@liftlock/sandbox';

/**
 * Puts an object into etcd past the API server: what an older API server took, and today's keeps but would refuse.
 *
 * @param key as the API server has it, from `/registry/` on
 */
export async function storeDirectly(sandbox: Sandbox, key: string, object: KubeObject): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const body = JSON.stringify({ key: base64(key), value: base64(JSON.stringify(object)) });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const certificates = join(sandbox.folder, 'certificates');
  const outgoing = request(`${etcdAddress(sandbox)}/v3/kv/put`, {
    method: 'POST',
    ca: readFileSync(sandbox.caFile),
    cert: readFileSync(join(certificates, 'etcd.crt')),
    key: readFileSync(join(certificates, 'etcd.key')),
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  });
  outgoing.once('response', (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  });
  outgoing.once('error', reject);
  outgoing.end(body);
  const status = await promise;
  if (status !== 200) throw new Error(`etcd answered ${status}`);
}

/** As its own command line says. */
function etcdAddress(sandbox: Sandbox): string {
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      } catch {
        return [];
      }
    });
  const own = commands.find((words) => words.includes(`--data-dir=${join(sandbox.folder, 'etcd')}`));
  const address = own?.find((word) => word.startsWith('--listen-client-urls='))?.split('=')[1];
  if (address === undefined) throw new Error('the etcd of this sandbox does not run');
  return address;
}
