import { createSign } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Sandbox, ServiceAccountKey } from '../src/index.ts';

const run = promisify(execFile);

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Google's way to an access token: RFC 7523 with the key of a service account. */
async function exchange(key: ServiceAccountKey): Promise<Response> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: key.client_email,
    aud: key.token_uri,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    iat: now,
    exp: now + 3600,
  };
  const body = `${encode({ alg: 'RS256', typ: 'JWT', kid: key.private_key_id })}.${encode(claims)}`;
  const signature = createSign('RSA-SHA256').update(body).sign(key.private_key, 'base64url');
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: `${body}.${signature}`,
  });
  return fetch(key.token_uri, { method: 'POST', body: form });
}

async function registryToken(sandbox: Sandbox, username: string, password: string): Promise<Response> {
  const challenge = (await fetch(`${sandbox.registry.url}/v2/`)).headers.get('www-authenticate') ?? '';
  const realm = /realm="(?<realm>[^"]+)"/.exec(challenge)?.groups?.['realm'] ?? '';
  const service = /service="(?<service>[^"]+)"/.exec(challenge)?.groups?.['service'] ?? '';
  const url = `${realm}?${new URLSearchParams({ service, scope: 'repository:team/chart:pull,push' }).toString()}`;
  return fetch(url, {
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
  });
}

async function tokenOf(response: Response): Promise<string> {
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null || !('access_token' in body)) throw new Error('no token');
  return String(body.access_token);
}

/** A registry that sends its clients to a token server, and the login of a Google service account. */
export function registrySuite(sandboxOf: () => Sandbox): void {
  describe('registry', () => {
    it('refuses without a token and accepts one got with a service account key', async () => {
      const sandbox = sandboxOf();
      expect((await fetch(`${sandbox.registry.url}/v2/team/chart/tags/list`)).status).toBe(401);
      const key = await sandbox.identity.newKey();
      const accessToken = await tokenOf(await exchange(key));
      const token = await tokenOf(await registryToken(sandbox, 'oauth2accesstoken', accessToken));
      const listed = await fetch(`${sandbox.registry.url}/v2/team/chart/tags/list`, {
        headers: { authorization: `Bearer ${token}` },
      });
      // It let us in, and knows no such repository.
      expect(listed.status).toBe(404);
      expect((await registryToken(sandbox, '_json_key', JSON.stringify(key))).status).toBe(200);
      expect((await registryToken(sandbox, sandbox.registry.username, sandbox.registry.password)).status).toBe(200);
      expect((await registryToken(sandbox, sandbox.registry.username, 'wrong')).status).toBe(401);
    });

    it('refuses a revoked key, a key past its days and one that was changed', async () => {
      const sandbox = sandboxOf();
      const revoked = await sandbox.identity.newKey();
      const accessToken = await tokenOf(await exchange(revoked));
      expect(await sandbox.identity.revokeKey(revoked.private_key_id)).toBe(true);
      const expired = await sandbox.identity.newKey({ createdDaysAgo: 100, validDays: 90 });
      const other = await sandbox.identity.newKey();
      for (const key of [revoked, expired, { ...other, private_key: expired.private_key }]) {
        const answer = await exchange(key);
        expect(answer.status).toBe(400);
        expect(await answer.json()).toMatchObject({ error: 'invalid_grant' });
      }
      expect((await registryToken(sandbox, 'oauth2accesstoken', accessToken)).status).toBe(401);
      expect((await registryToken(sandbox, '_json_key', JSON.stringify(revoked))).status).toBe(401);
      expect(await sandbox.identity.revokeKey('unknown')).toBe(false);
    });

    it.each(['helm3', 'helm4'] as const)('%s logs in, pushes a chart and pulls it', async (helm) => {
      const sandbox = sandboxOf();
      const folder = await mkdtemp(join(tmpdir(), 'sandbox-registry-'));
      const home = {
        HELM_CONFIG_HOME: folder,
        HELM_CACHE_HOME: folder,
        HELM_DATA_HOME: folder,
        HELM_REGISTRY_CONFIG: join(folder, 'login.json'),
      };
      const execute = (...args: string[]): Promise<{ stdout: string }> =>
        run(sandbox.bin[helm], args, { cwd: folder, env: { ...process.env, ...home } });
      try {
        const { host, username, password } = sandbox.registry;
        const login = execFile(
          sandbox.bin[helm],
          ['registry', 'login', host, '--plain-http', '--username', username, '--password-stdin'],
          {
            env: { ...process.env, ...home },
          },
        );
        login.stdin?.end(password);
        await new Promise((resolve) => login.once('close', resolve));
        expect(login.exitCode).toBe(0);
        await execute('create', helm);
        await execute('package', helm);
        await execute('push', `${helm}-0.1.0.tgz`, `oci://${host}/charts`, '--plain-http');
        await rm(join(folder, `${helm}-0.1.0.tgz`));
        await execute('pull', `oci://${host}/charts/${helm}`, '--version', '0.1.0', '--plain-http');
        const { stdout } = await execute('show', 'chart', `${helm}-0.1.0.tgz`);
        expect(stdout).toContain(`name: ${helm}`);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
}
