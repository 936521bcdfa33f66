import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { issueCertificate, makeAuthority } from '../../../sandbox/src/x509.ts';
import { serviceAccountToken } from './kubeconfigs.ts';
import { makeOperator, type Operator } from './liftlock.ts';
import { openOneRelease, type OneRelease } from './one-release.ts';
import { recordHelm, type RecordingHelm } from './recording-helm.ts';
import { sharedSandbox } from './stage.ts';
import type { Secrets } from './sweep.ts';

/** A release whose every secret carries a canary, and an operator whose environment holds one as well. */
export interface SecretShop {
  readonly shop: OneRelease;
  readonly operator: Operator;
  readonly helm: RecordingHelm;
  /** Everything that nobody may find, by name. */
  readonly secrets: Secrets;
  /** What pods of the release print in their logs. */
  readonly logged: readonly string[];
  readonly temporary: string;
  /** A kubeconfig of its own for each way to log in. */
  readonly logins: { readonly plugin: string; readonly failingPlugin: string; readonly key: string };
  /** What the plug-in was given and who had called it. */
  readonly pluginFile: string;
}

const image = 'team/secret-shop';

/** The password is made up once; everything else comes from values. */
const secretTemplate = `apiVersion: v1
kind: Secret
metadata: {name: shop}
data:
  generated: {{ with lookup "v1" "Secret" .Release.Namespace "shop" }}{{ .data.generated }}{{ else }}{{ randAlphaNum 24 | b64enc }}{{ end }}
  password: {{ ((.Values.login).password) | default "none" | b64enc }}
  # As Secrets have it: names beside what is secret. A run is carried out by them all the same.
  namespace: {{ .Release.Namespace | b64enc }}
  release: {{ printf "%s/upgrade" .Release.Name | b64enc }}
  settings: {{ .Values.settings | default "none" | b64enc }}
`;

function deployment(label: string, volumes: readonly object[]): object {
  const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'shop', key: 'generated' } } }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      // It cannot be changed: the way there is a reinstall.
      selector: { matchLabels: { app: label } },
      template: {
        metadata: { labels: { app: label } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image, env }], volumes },
      },
    },
  };
}

const definition = {
  inputs: {
    cert: { type: 'file', description: 'The certificate', requiredWhen: 'true' },
    key: { type: 'file', description: 'Its key', requiredWhen: 'true' },
    token: { type: 'file', description: 'What the shop logs in with', requiredWhen: 'true' },
  },
  migrations: [
    {
      id: 'door',
      title: 'TLS',
      crosses: '2.0.0',
      source: 'page 1',
      steps: [
        {
          kind: 'create-secret',
          id: 'tls',
          name: 'door',
          type: 'kubernetes.io/tls',
          files: { 'tls.crt': '{inputs.cert}', 'tls.key': '{inputs.key}' },
        },
        { kind: 'create-secret', id: 'login', name: 'login', type: 'Opaque', files: { token: '{inputs.token}' } },
      ],
    },
  ],
};

export async function openSecretShop(): Promise<SecretShop> {
  const sandbox = sharedSandbox();
  const shop = await openOneRelease(sandbox, {
    name: 'secret',
    helm: 'helm3',
    before: [deployment('web', [])],
    after: [deployment('web-2', [{ name: 'door', secret: { secretName: 'door' } }])],
    files: { 'templates/secret.yaml': secretTemplate },
    definition,
    component: { reinstall: true },
    // One that crashes has not given its lease back: what resumes waits for it to lapse.
    site: {
      proveImages: 'off',
      lease: { seconds: 10 },
      inputs: { cert: './tls.crt', key: './tls.key', token: './token' },
    },
  });
  const { folder, namespace } = shop.world;
  const planted = {
    'a password with quotes in values': String.raw`canary "quo\ted" &%7f with blanks, longer than a line of a terminal is wide: eighty columns 1a2b3c`,
    'a password in an address in values': 'canary-address-81cf22',
    'a line of settings in values': 'canary-settings-5d90be',
    'a token in a file': 'canary-token-file-3b1d77',
    'the environment of the operator': 'canary-environment-c4a811',
  };
  const values = {
    login: { password: planted['a password with quotes in values'] },
    database: `postgres://shop:${planted['a password in an address in values']}@db.example.test:5432/shop`,
    settings: `level: info\napi_token: ${planted['a line of settings in values']}\n`,
  };
  const authority = makeAuthority('secret-shop');
  const pair = issueCertificate(authority, 'secret-shop', {
    commonName: 'shop.example.test',
    hosts: ['shop.example.test'],
  });
  await Promise.all([
    writeFile(join(folder, 'values.yaml'), JSON.stringify(values), { mode: 0o600 }),
    writeFile(join(folder, 'tls.crt'), pair.certificate),
    writeFile(join(folder, 'tls.key'), pair.key, { mode: 0o600 }),
    writeFile(join(folder, 'token'), planted['a token in a file'], { mode: 0o600 }),
  ]);
  const generated = await generatedOf(shop);
  const logins = await writeLogins(shop);
  const temporary = join(folder, 'temporary');
  await mkdir(temporary);
  const helm = await recordHelm(sandbox.bin.helm3, folder);
  const operator = await makeOperator({
    helm: helm.path,
    cwd: folder,
    environment: {
      TMPDIR: temporary,
      AWS_SECRET_ACCESS_KEY: planted['the environment of the operator'],
      HTTP_PROXY: `http://ada:${planted['the environment of the operator']}@127.0.0.1:9`,
      NO_PROXY: '127.0.0.1,localhost',
    },
  });
  const keyLine = pair.key.split('\n')[2] ?? '';
  return {
    shop,
    operator,
    helm,
    temporary,
    logins,
    pluginFile: join(folder, 'plug-in.seen'),
    secrets: {
      ...planted,
      'a line of a TLS key': keyLine,
      'the generated password': generated,
      'the password of the registry': sandbox.registry.password,
      'the signature of a token': logins.token.split('.')[2] ?? '',
      'a line of the key of a client': logins.clientKey.split('\n')[2] ?? '',
    },
    logged: [
      `connecting with ${generated}`,
      `settings: ${JSON.stringify(values.settings)}`,
      `password=${planted['a password with quotes in values']} ${encodeURIComponent(planted['a password with quotes in values'])}`,
      `key ${keyLine}`,
      `using token ${planted['a token in a file']} in ${namespace}`,
      `Authorization: Basic ${Buffer.from(`shop:${planted['a token in a file']}`).toString('base64')}`,
      'FATAL cannot start',
    ],
  };
}

async function generatedOf({ world }: OneRelease): Promise<string> {
  const secret = await world.sandbox.api.get(`/api/v1/namespaces/${world.namespace}/secrets/shop`);
  const { generated } = (secret as unknown as { readonly data: { readonly generated: string } }).data;
  return Buffer.from(generated, 'base64').toString();
}

interface Kubeconfig {
  users: [{ user: Record<string, unknown> }];
}

/** One file for each way to log in: an exec plug-in, one that fails and prints its token, and a client certificate. */
async function writeLogins({ world: { sandbox, folder } }: OneRelease) {
  const token = await serviceAccountToken(sandbox);
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token },
  };
  const key = sandbox.kubeconfigFor({ user: 'ada', groups: ['system:masters'] });
  const config = parse(await readFile(key, 'utf8')) as Kubeconfig;
  const clientKey = Buffer.from(String(config.users[0].user['client-key-data']), 'base64').toString();
  await writeFile(join(folder, 'credential.json'), JSON.stringify(credential), { mode: 0o600 });
  const plugin = async (name: string, script: string) => {
    const program = join(folder, name);
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    const file = join(folder, `kubeconfig-${name}`);
    const exec = { apiVersion: credential.apiVersion, command: program, interactiveMode: 'Never' };
    config.users[0].user = { exec };
    await writeFile(file, JSON.stringify(config), { mode: 0o600 });
    return file;
  };
  const seen = join(folder, 'plug-in.seen');
  return {
    token,
    clientKey,
    key,
    plugin: await plugin(
      'plug-in',
      `cat /proc/$PPID/cmdline | tr '\\0' ' ' >> '${seen}'; cat '${folder}/credential.json'`,
    ),
    failingPlugin: await plugin('failing-plug-in', `cat '${folder}/credential.json' >&2; exit 1`),
  };
}
