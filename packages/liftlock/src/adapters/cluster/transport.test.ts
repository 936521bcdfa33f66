import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { issueCertificate, makeAuthority } from '../../../../sandbox/src/x509.ts';
import { readText } from '../http/http-client.ts';
import type { KubeconfigContext } from './kubeconfig.ts';
import { makeTransport } from './transport.ts';

const authority = makeAuthority('test');

/** A server that says whom a client certificate is of, and the files that a kubeconfig would name. */
async function serverWithFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'liftlock-transport-'));
  const own = issueCertificate(authority, 'test', { commonName: 'localhost', hosts: ['localhost', '127.0.0.1'] });
  const server = createServer(
    { cert: own.certificate, key: own.key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true },
    (request, response) => response.end(String((request.socket as TLSSocket).getPeerCertificate().subject.CN)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  writeFileSync(join(folder, 'ca'), authority.certificate);
  const { port } = server.address() as AddressInfo;
  const context = {
    name: 'test',
    server: `https://127.0.0.1:${port}`,
    cluster: { name: 'test', folder, fields: { 'certificate-authority': 'ca' } },
    user: { name: 'ada', folder, fields: { 'client-certificate': 'cert', 'client-key': 'key' } },
  } as unknown as KubeconfigContext;
  const transport = makeTransport(context, { env: {}, userAgent: 'test' });
  onTestFinished(() => {
    transport.close();
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: 'cert' | 'key', pem: string) => writeFileSync(join(folder, name), pem, { mode: 0o600 });
  const send = async (method: string) => readText(await transport.send({ method, path: '/' }));
  return { write, send };
}

test('a certificate and a key that are renewed one after the other are both taken, in any order', async () => {
  const { write, send } = await serverWithFiles();
  const pair = (commonName: string) => issueCertificate(authority, 'test', { commonName });
  for (const [name, first, second] of [
    ['one', 'cert', 'key'],
    ['two', 'cert', 'key'],
    ['three', 'key', 'cert'],
  ] as const) {
    const made = pair(name);
    const files = { cert: made.certificate, key: made.key };
    write(first, files[first]);
    // In between, nothing can be sent: a write was not.
    if (name !== 'one')
      await expect(send('PATCH')).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE', touched: 'no' });
    write(second, files[second]);
    expect(await send('GET')).toBe(name);
  }
});
