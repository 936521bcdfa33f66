import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishCharts } from '../../sandbox/worlds/codemie/index.ts';
import type { Outcome } from './support/liftlock.ts';
import { apply, expectRefusal, helmOfVersion, withSite, withText, type Refusal } from './support/refusals.ts';
import { isWrite, openScene, type Scene } from './support/stage.ts';

/** A thing that people get wrong: how, and what they are told. */
interface Mistake extends Refusal {
  readonly title: string;
  readonly make: () => Promise<Outcome>;
}

let scene: Scene;
let began: string;

beforeAll(async () => {
  scene = await openScene();
  began = new Date().toISOString();
});
afterAll(async () => scene.close());

const inFolder = (name: string) => join(scene.stage.folder, name);
const uiValues = () => join(scene.stage.checkout, 'codemie-ui/values-aws.yaml');

/** Takes a file or folder away, applies, and brings it back. */
async function without(path: string): Promise<Outcome> {
  await rename(path, `${path}.away`);
  try {
    return await apply(scene);
  } finally {
    await rename(`${path}.away`, path);
  }
}

/** Writes to the scene's namespace and to those that are named after it. */
async function writes(): Promise<readonly unknown[]> {
  const entries = await scene.sandbox.audit();
  return entries.filter(
    (entry) => entry.time >= began && entry.namespace?.startsWith(scene.namespace) && isWrite(entry),
  );
}

async function deadKubeconfig(): Promise<string> {
  const file = inFolder('dead-kubeconfig');
  const text = `apiVersion: v1
kind: Config
current-context: dead
clusters: [{name: dead, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: dead, user: {token: none}}]
contexts: [{name: dead, context: {cluster: dead, user: dead}}]
`;
  await writeFile(file, text);
  return file;
}

async function revokedKey(): Promise<string> {
  const file = await scene.stage.newKey('revoked.json');
  const key = JSON.parse(await readFile(file, 'utf8')) as { readonly private_key_id: string };
  await scene.sandbox.identity.revokeKey(key.private_key_id);
  return file;
}

/** Publishes all charts but one in a version of its own. */
async function publishFourOf(version: string): Promise<void> {
  const charts = ['codemie-mcp-connect-service', 'mermaid-server', 'codemie-nats-auth-callout', 'codemie'];
  const { registry, bin } = scene.sandbox;
  await publishCharts({ helm: bin.helm3, registry, versions: [version], charts, folder: inFolder('four-charts') });
}

const badVersion = { exitCode: 2, code: 'BAD_VERSION' } as const;
const mistakes: readonly Mistake[] = [
  {
    title: 'C01: an unknown cloud',
    make: () => apply(scene, '--cloud', 'ibm'),
    exitCode: 2,
    code: 'BAD_OPTION',
    says: ['"ibm" is no cloud'],
    advises: 'aws, azure, gcp',
  },
  ...['2.2', 'latest', ''].map((version) => ({
    ...badVersion,
    title: `C15: the version "${version}"`,
    make: () => apply(scene, '--version', version),
    says: [`"${version}" is not a version of the form x.y.z`],
    advises: 'for example 2.2.5',
  })),
  {
    ...badVersion,
    title: 'C15: the version "v2.2.5"',
    make: () => apply(scene, '--version', 'v2.2.5'),
    says: ['"v2.2.5"'],
    advises: 'Did you mean 2.2.5?',
  },
  {
    title: 'no site file',
    make: () => without(scene.stage.siteFile),
    exitCode: 2,
    code: 'FILE_UNREADABLE',
    says: ['site.yaml does not exist'],
    advises: 'Check the path',
  },
  {
    title: 'a site file with an unknown key',
    make: () =>
      withText(
        scene.stage.siteFile,
        (text) => text.replace('valuesFrom', 'valueFrom'),
        () => apply(scene),
      ),
    exitCode: 2,
    code: 'BAD_DEFINITION',
    says: [/site\.yaml:11:1 valueFrom: unknown key; did you mean "valuesFrom"/],
    advises: 'Correct the lines above',
  },
  {
    title: 'C04: no checkout',
    make: () => without(scene.stage.checkout),
    exitCode: 3,
    code: 'CHECKOUT_MISSING',
    says: ['There is no folder', 'codemie-helm-charts'],
    advises: 'valuesFrom',
  },
  {
    title: 'C04: a checkout without one folder',
    make: () => without(join(scene.stage.checkout, 'codemie-ui')),
    exitCode: 3,
    code: 'CHECKOUT_MISSING',
    says: ['lacks codemie-ui/.'],
    advises: 'valuesFrom',
  },
  {
    title: 'C07: a values file that is missing',
    make: () => without(uiValues()),
    exitCode: 3,
    code: 'VALUES_FILE_MISSING',
    says: ['codemie-ui/values-aws.yaml'],
    advises: 'Restore it',
  },
  {
    title: 'C07: a placeholder that was left, with file and line',
    make: () =>
      withText(
        uiValues(),
        (text) => text.replace('codemie.example.org', '%%DOMAIN%%'),
        () => apply(scene),
      ),
    exitCode: 3,
    code: 'PLACEHOLDER_LEFT',
    says: [/values-aws\.yaml:4:21: %%DOMAIN%%/],
    advises: 'helm get values',
  },
  {
    title: 'C07: a values file that does not parse',
    make: () =>
      withText(
        uiValues(),
        (text) => `${text}\n  x: [1,\n`,
        () => apply(scene),
      ),
    exitCode: 3,
    code: 'VALUES_UNREADABLE',
    says: [/values-aws\.yaml:\d+:\d+/],
    advises: 'correct it',
  },
  {
    title: 'C06: no helm',
    make: () => apply(scene, '--helm', inFolder('no-helm')),
    exitCode: 3,
    code: 'HELM_ABSENT',
    says: ['There is no helm to run at'],
    advises: 'Install Helm',
  },
  {
    title: 'C06: helm 3.15.4',
    make: async () => {
      const helm = await helmOfVersion(scene.sandbox.bin.helm3, inFolder('helm-3.15.4'), 'v3.15.4');
      return apply(scene, '--helm', helm);
    },
    exitCode: 3,
    code: 'HELM_TOO_OLD',
    says: ['helm 3.15.4 is too old', '>=3.16.0'],
    advises: 'Install a newer helm',
  },
  {
    title: 'C05: no kubeconfig',
    make: () => apply(scene, '--kubeconfig', inFolder('no-kubeconfig')),
    exitCode: 2,
    code: 'BAD_KUBECONFIG',
    says: ['no such file'],
    advises: 'kubectl config view',
  },
  {
    title: 'C05: an unknown context',
    make: () => apply(scene, '--context', 'production'),
    exitCode: 2,
    code: 'CONTEXT_UNKNOWN',
    says: ['"production"'],
    advises: 'Known contexts',
  },
  {
    title: 'C05: no cluster',
    make: async () => apply(scene, '--kubeconfig', await deadKubeconfig()),
    exitCode: 3,
    code: 'CLUSTER_UNREACHABLE',
    says: ['https://127.0.0.1:1 cannot be reached', 'ECONNREFUSED'],
    advises: 'kubectl --context dead version',
  },
  {
    title: 'C05: no permission at all',
    make: () => apply(scene, '--kubeconfig', scene.sandbox.kubeconfigFor({ user: 'nobody' })),
    exitCode: 3,
    code: 'PERMISSION_MISSING',
    says: ['nobody may not read', /secrets: get, create, update, patch, delete, list/, /pods: list, watch/],
    advises: 'kubectl auth can-i',
  },
  {
    title: 'O20: a cluster that is not the one of the site file',
    make: () =>
      withSite(
        scene,
        (site) => {
          site.cluster['uid'] = '00000000-0000-4000-8000-000000000000';
        },
        () => apply(scene),
      ),
    exitCode: 3,
    code: 'WRONG_CLUSTER',
    says: ['the site file names 00000000-0000-4000-8000-000000000000'],
    advises: '--context NAME',
  },
  {
    title: 'O20 C24: another namespace than that of the releases',
    make: () => apply(scene, '--namespace', `${scene.namespace}-empty`),
    exitCode: 3,
    code: 'ALL_RELEASES_ABSENT',
    says: [/The namespace codemie-\w+-empty .*has no release of CodeMie/],
    get advises() {
      return `--namespace ${scene.namespace}`;
    },
  },
  {
    title: 'C13: a registry that is down',
    make: () =>
      withSite(
        scene,
        (site) => {
          for (const mirror of site.mirrors) mirror.to = 'oci://127.0.0.1:1/charts';
        },
        () => apply(scene),
      ),
    exitCode: 3,
    code: 'REGISTRY_UNREACHABLE',
    says: ['chart charts/codemie-ui 2.2.5', 'the registry 127.0.0.1:1 cannot be reached'],
    advises: 'Check the network',
  },
  {
    title: 'C13 C22: one chart of five that is not there in this version',
    make: async () => {
      await publishFourOf('2.2.77');
      return apply(scene, '--version', '2.2.77');
    },
    exitCode: 3,
    code: 'CHART_NOT_FOUND',
    says: [
      /✗ chart codemie\/helm-charts\/codemie-ui 2\.2\.77: the registry \S+ answered 404 \(there is no such version\)\. CHART_NOT_FOUND/,
    ],
    advises: 'Check the version',
  },
  {
    title: 'C13: a password that the registry does not accept',
    make: () =>
      withSite(
        scene,
        (site) => {
          site.credentials.registry = { username: 'ada', passwordFile: './client-secret', plainHttp: true };
        },
        () => apply(scene),
      ),
    exitCode: 3,
    code: 'REGISTRY_REFUSED',
    says: ['chart codemie/helm-charts/codemie-ui 2.2.5', 'answered 401'],
    advises: 'liftlock login',
  },
  {
    title: 'C13: no key file',
    make: () => without(scene.stage.keyFile),
    exitCode: 3,
    code: 'KEY_FILE_MISSING',
    says: ['There is no key file'],
    advises: 'credentials.registry.keyFile',
  },
  {
    title: 'C13 C33: a key that was revoked or has expired',
    make: async () => apply(scene, '--key-file', await revokedKey()),
    exitCode: 3,
    code: 'KEY_REFUSED',
    says: ['refuses the key'],
    advises: /It is most likely expired: .*90 days/,
  },
];

describe('bad input gets one message with a remedy, exit code 2 or 3, and no write', () => {
  it.each(mistakes)('$title', async (mistake) => {
    expectRefusal(await mistake.make(), mistake);
    expect(await writes()).toEqual([]);
  });

  it('the input that is good passes', async () => {
    const outcome = await scene.operator.run('plan', '-f', scene.stage.siteFile, '--version', '2.2.5', '--no-forecast');
    expect(outcome.stdout).toContain('AFFIRMATION_MISSING');
    expect(outcome.stdout).not.toMatch(new RegExp(mistakes.map((mistake) => mistake.code).join('|')));
  });
});
