import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { makeAuthority } from '../../sandbox/src/x509.ts';
import { chartsRepository, components } from '../../sandbox/worlds/codemie/index.ts';
import { requestAccessToken } from '../src/adapters/credentials/google-token.ts';
import { readKeyFile } from '../src/adapters/credentials/key-file.ts';
import { makeHttpClient } from '../src/adapters/http/http-client.ts';
import { Redactor } from '../src/model/redaction.ts';
import { passOn, startCompanyProxy, startTlsFront, type CompanyProxy } from './support/company-network.ts';
import { makeOperator, type Operator, type Outcome } from './support/liftlock.ts';
import { affirmed, openScene, type Scene } from './support/stage.ts';

/** Names that no resolver knows: who does not ask the proxies reaches nothing. */
const api = 'api.cluster.example';
const registry = 'registry.vendor.example';
const realm = 'realm.vendor.example';
const google = 'oauth.vendor.example';
const platform = 'codemie.company.example';

/** Seconds that the plug-in says its token lives, and those after which the API server refuses it. */
const saidSeconds = 3;
const realSeconds = 12;

let scene: Scene;
let operator: Operator;
let site: Readonly<Record<string, unknown>>;
let caFile: string;
let clusterProxy: CompanyProxy;
let webProxy: CompanyProxy;
let applied: Outcome;
const tokensUsed = new Set<string>();
let refused = 0;
const closing: (() => void)[] = [];

/** Hands out fresh tokens of a service account, as a company's single sign-on does. */
async function startSignOn(): Promise<string> {
  const { namespace, sandbox } = scene;
  const account = { namespace, name: 'operator' };
  await sandbox.api.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'operator' } });
  await sandbox.api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: `operator-${namespace}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
  const server = createServer((_request, response) => {
    void sandbox.api
      .create(`/api/v1/namespaces/${namespace}/serviceaccounts/operator/token`, {
        metadata: {},
        spec: { expirationSeconds: 600 },
      })
      .then((answer) => response.end((answer as unknown as { status: { token: string } }).status.token));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An exec plug-in whose token ends soon. */
async function writePlugin(signOn: string): Promise<string> {
  const file = join(scene.stage.folder, 'sign-on.mjs');
  const text = `#!${process.execPath}
const token = await (await fetch(${JSON.stringify(signOn)})).text();
const expirationTimestamp = new Date(Date.now() + ${saidSeconds * 1000}).toISOString();
const status = { token, expirationTimestamp };
console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }));
`;
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

/** The API server under another name and authority, which refuses tokens that are older than a few seconds. */
async function startApi(): Promise<{ readonly port: number; readonly caCertificate: string }> {
  const authority = makeAuthority('cluster authority');
  const ca = await readFile(scene.sandbox.caFile, 'utf8');
  const front = await startTlsFront(authority, 'cluster authority', [api], (request, response) => {
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? 'e30', 'base64url').toString()) as { iat?: number };
    if (Date.now() / 1000 > (claims.iat ?? 0) + realSeconds) {
      refused += 1;
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 401 }));
      request.resume();
      return;
    }
    tokensUsed.add(token);
    passOn(scene.sandbox.server, request, response, { ca });
  });
  closing.push(front.close);
  return { port: front.port, caCertificate: authority.certificate };
}

/** Registry, its token realm, Google and the platform itself, each under a name and a company's authority. */
async function startWeb(): Promise<number> {
  const { sandbox, stage } = scene;
  const authority = makeAuthority('company authority');
  await writeFile(caFile, authority.certificate);
  const identity = new URL(sandbox.identity.tokenUri).origin;
  const services = new URL(stage.services.uiUrl).origin;
  const http = makeHttpClient({ env: {} });
  closing.push(() => http.close());
  const exchange = async (): Promise<string> => {
    const redactor = new Redactor();
    const key = readKeyFile(stage.keyFile, redactor);
    const asked = { key, tokenHosts: [new URL(identity).host], now: new Date(), redactor, request: http.request };
    const { token } = await requestAccessToken(asked);
    return JSON.stringify({ access_token: token, expires_in: 3599, token_type: 'Bearer' });
  };
  const hosts = [registry, realm, google, platform];
  const front = await startTlsFront(authority, 'company authority', hosts, (request, response) => {
    switch (request.headers.host) {
      case registry:
        passOn(sandbox.registry.url, request, response, {
          rewrite: (text) => text.replaceAll(identity, `https://${realm}`),
        });
        break;
      case realm:
        passOn(identity, request, response);
        break;
      case google:
        request.resume();
        void exchange().then((text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text));
        break;
      default:
        passOn(services, request, response, {
          rewrite: (text) => text.replaceAll(`http://${platform}`, `https://${platform}`),
        });
    }
  });
  closing.push(front.close);
  return front.port;
}

beforeAll(async () => {
  scene = await openScene();
  const { stage, sandbox } = scene;
  caFile = join(stage.folder, 'company-ca.pem');
  const [plugin, front, web] = await Promise.all([startSignOn().then(writePlugin), startApi(), startWeb()]);
  clusterProxy = await startCompanyProxy(new Map([[`${api}:6443`, front.port]]));
  const names = [registry, realm, google, platform].map((name) => [`${name}:443`, web] as const);
  webProxy = await startCompanyProxy(new Map(names));
  closing.push(clusterProxy.close, webProxy.close);
  const kubeconfig = join(stage.folder, 'kubeconfig');
  await writeFile(
    kubeconfig,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'company',
      contexts: [{ name: 'company', context: { cluster: 'company', user: 'company' } }],
      clusters: [
        {
          name: 'company',
          cluster: {
            server: `https://${api}:6443`,
            'proxy-url': clusterProxy.url,
            'certificate-authority-data': Buffer.from(front.caCertificate).toString('base64'),
          },
        },
      ],
      users: [
        {
          name: 'company',
          user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' } },
        },
      ],
    }),
  );
  const key = { ...JSON.parse(await readFile(stage.keyFile, 'utf8')), token_uri: `https://${google}/token` } as object;
  await writeFile(join(stage.folder, 'company-key.json'), JSON.stringify(key), { mode: 0o600 });
  const own = `https://${platform}`;
  site = {
    graces: { minReady: '1s' },
    cluster: { kubeconfig },
    credentials: { registry: { keyFile: './company-key.json', tokenHosts: [google, registry], caFile } },
    mirrors: [
      {
        from: 'oci://europe-west3-docker.pkg.dev/or2-msq-epmd-edp-anthos-t1iylu/helm-charts',
        to: `oci://${registry}/${chartsRepository}`,
      },
    ],
    checks: {
      ui: { url: `${own}/` },
      login: {
        url: stage.services.issuerUrl.replace(/^http:\/\/[^/]+/, own),
        clientId: stage.services.clientId,
        clientSecretFile: './client-secret',
        username: stage.services.username,
        passwordFile: './test-user-password',
      },
      assistant: { url: stage.services.apiUrl.replace(/^http:\/\/[^/]+/, own) },
    },
  };
  await stage.writeSite(site);
  const environment = { HTTPS_PROXY: webProxy.url };
  operator = await makeOperator({ helm: sandbox.bin.helm3, cwd: stage.folder, environment });
  applied = await operator.run('apply', '-f', stage.siteFile, '--version', '2.2.5', '--yes', ...affirmed);
});
afterAll(async () => {
  await scene.sandbox.api
    .delete(`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/operator-${scene.namespace}`)
    .catch(() => undefined);
  for (const close of closing.toReversed()) close();
  await scene.close();
});

it('O22 C15: upgrades the platform through proxies and private authorities, as a user whose token ends every few seconds', async () => {
  expect(applied.stderr).toContain('2.2.5');
  expect(applied.code).toBe(0);
  expect(Object.values(await scene.versions())).toEqual(components.map(() => 'deployed 2.2.5'));
  expect(tokensUsed.size).toBeGreaterThan(2);
  // Each token was renewed before its end, also helm's in the middle of an upgrade.
  expect(refused).toBe(0);
  expect(scene.stage.services.requests.map((request) => request.method)).toContain('DELETE');
  expect(scene.stage.services.assistants).toEqual([]);
});

it('O22: reaches the API server through proxy-url alone, and all else through HTTPS_PROXY alone', () => {
  expect(new Set(clusterProxy.asked)).toEqual(new Set([`${api}:6443`]));
  expect(new Set(webProxy.asked)).toEqual(new Set([registry, realm, google, platform].map((name) => `${name}:443`)));
});

it("O22: every write, helm's too, is that user's", async () => {
  const writes = await scene.writes();
  expect(writes.some((entry) => /^helm/i.test(entry.userAgent))).toBe(true);
  expect(new Set(writes.map((entry) => entry.user))).toEqual(
    new Set([`system:serviceaccount:${scene.namespace}:operator`]),
  );
});

it("O22 C12: helm's login goes the same way", async () => {
  const outcome = await operator.run('login', '-f', scene.stage.siteFile);
  expect(outcome).toMatchObject({ code: 0, stderr: `Logged in to ${registry} as oauth2accesstoken.\n` });
});

it('O22: SSL_CERT_FILE does what caFile does; with neither the registry is not believed', async () => {
  const { stage, sandbox } = scene;
  const credentials = { registry: { keyFile: './company-key.json', tokenHosts: [google, registry] } };
  await stage.writeSite({ ...site, credentials });
  const plan = ['plan', '-f', stage.siteFile, '--version', '2.2.5', '--no-forecast', ...affirmed];
  const before = (await scene.writes()).length;
  const [believing, doubting] = await Promise.all(
    [{ SSL_CERT_FILE: caFile }, {}].map(async (more) => {
      const environment = { HTTPS_PROXY: webProxy.url, ...more };
      return (await makeOperator({ helm: sandbox.bin.helm3, cwd: stage.folder, environment })).run(...plan);
    }),
  );
  await stage.writeSite(site);
  expect(believing?.stderr).toBe('');
  expect(believing?.code).toBe(0);
  expect(doubting?.stderr).toMatch(/certificate/);
  expect(doubting?.code).toBe(3);
  expect(await scene.writes()).toHaveLength(before);
});

it('O22: without the proxy nothing is reached, and that is said before any write', async () => {
  const { stage, sandbox } = scene;
  const direct = await makeOperator({ helm: sandbox.bin.helm3, cwd: stage.folder });
  const before = (await scene.writes()).length;
  const asked = webProxy.asked.length;
  const outcome = await direct.run('apply', '-f', stage.siteFile, '--version', '2.2.6', '--yes', ...affirmed);
  expect(outcome.stderr).toContain(registry);
  expect(outcome.code).toBe(3);
  expect(webProxy.asked).toHaveLength(asked);
  expect(await scene.writes()).toHaveLength(before);
});
