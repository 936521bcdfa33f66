import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expand, resolveOptions } from '../../definition/index.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { listPlatforms, loadPlatform, loadSite, platformsFolder, validateFile } from './platform-catalog.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'liftlock-catalog-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function failure(promise: Promise<unknown>): Promise<Problem> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isProblem(error)) throw new Error('expected a Problem', { cause: error });
  return error;
}

test('the catalogue lists every definition under its folder name', async () => {
  const platforms = await listPlatforms();
  expect(platforms).toContainEqual({
    name: 'codemie',
    title: 'CodeMie',
    file: path.join(platformsFolder(), 'codemie', 'platform.yaml'),
  });
  expect(platforms.map(({ file }) => path.basename(path.dirname(file)))).toEqual(platforms.map(({ name }) => name));
});

test('an unknown platform is refused with the nearest name', async () => {
  const problem = await failure(loadPlatform('codemi'));
  expect([problem.code, problem.exitCode, problem.advice[0]]).toEqual([
    'UNKNOWN_PLATFORM',
    2,
    'Did you mean "codemie"?',
  ]);
  expect((await failure(loadPlatform('./none.yaml'))).code).toBe('FILE_UNREADABLE');
});

test('a definition is loaded by its file and by its folder too', async () => {
  const byName = await loadPlatform('codemie');
  expect(byName.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(await loadPlatform(byName.file)).toEqual(byName);
  expect(await loadPlatform(path.dirname(byName.file))).toEqual(byName);
});

test('C01: CodeMie has the clouds aws, azure and gcp, and refuses any other', async () => {
  const { platform } = await loadPlatform('codemie');
  expect(platform.options['cloud']?.enum).toEqual(['aws', 'azure', 'gcp']);
  for (const cloud of ['aks', 'AWS', 'openstack', '']) {
    expect(() => resolveOptions(platform, { cloud })).toThrow(`"${cloud}" is no cloud that CodeMie supports.`);
  }
  expect(() => resolveOptions(platform, {})).toThrow('CodeMie needs the option "cloud".');
});

test('C23: only the NATS callout, the UI and the API have values by cloud', async () => {
  const { platform } = await loadPlatform('codemie');
  const table = platform.components.map(({ release, chart, values, timeout }) => [
    release,
    chart.oci?.slice(chart.oci.lastIndexOf('/') + 1),
    values.files?.map((file) => expand(file, { cloud: 'gcp' })).join(' '),
    timeout,
  ]);
  expect(table).toEqual([
    ['codemie-mcp-connect-service', 'codemie-mcp-connect-service', 'codemie-mcp-connect-service/values.yaml', '600s'],
    ['mermaid-server', 'mermaid-server', 'mermaid-server/values.yaml', '600s'],
    ['codemie-nats-auth-callout', 'codemie-nats-auth-callout', 'codemie-nats-auth-callout/values-gcp.yaml', '600s'],
    ['codemie-ui', 'codemie-ui', 'codemie-ui/values-gcp.yaml', '180s'],
    ['codemie-api', 'codemie', 'codemie-api/values-gcp.yaml', '600s'],
  ]);
});

test('the example site of CodeMie is a good one', async () => {
  const { site } = await loadSite(path.join(platformsFolder(), 'codemie', 'site.example.yaml'));
  expect(site.valuesFrom).toBe(path.join(platformsFolder(), 'codemie', 'codemie-helm-charts'));
});

test('a definition and a site are validated by what they say they are', async () => {
  const example = path.join(platformsFolder(), 'codemie', 'site.example.yaml');
  expect(await validateFile('codemie')).toBe('platform codemie, 5 components, no mistakes');
  expect(await validateFile(example)).toBe('site codemie-prod of the platform codemie, no mistakes');
  const other = path.join(folder, 'other.yaml');
  await writeFile(other, 'apiVersion: liftlock.dev/v1alpha1\nkind: Plan\n');
  expect((await failure(validateFile(other))).message).toContain(
    'other.yaml:2:7 kind: expected "Platform", got "Plan"',
  );
});

test('the paths of a site count from its file, and ~ is the home folder', async () => {
  const file = path.join(folder, 'site.yaml');
  await writeFile(
    file,
    `apiVersion: liftlock.dev/v1alpha1
kind: Site
metadata: {name: prod}
platform: codemie
cluster: {kubeconfig: "~/.kube/config:extra/config", context: prod}
valuesFrom: ../charts
credentials: {registry: {keyFile: ./key.json, caFile: /etc/ca.pem}}
checks: {login: {passwordFile: secret/password, url: https://x}, assistant: {tokenFile: ~/token}}
`,
  );
  const { site, digest } = await loadSite(file);
  expect(digest).toMatch(/^sha256:/);
  expect(site).toMatchObject({
    cluster: { kubeconfig: `${homedir()}/.kube/config:${folder}/extra/config`, context: 'prod' },
    valuesFrom: path.join(path.dirname(folder), 'charts'),
    credentials: { registry: { keyFile: `${folder}/key.json`, caFile: '/etc/ca.pem' } },
    checks: {
      login: { passwordFile: `${folder}/secret/password`, url: 'https://x' },
      assistant: { tokenFile: `${homedir()}/token` },
    },
  });
});

test('a site that names a definition by path, and one with a name that its platform lacks', async () => {
  const own = path.join(folder, 'own');
  await mkdir(own);
  const { platform } = await loadPlatform('codemie');
  await writeFile(path.join(own, 'platform.yaml'), JSON.stringify(platform));
  const head = 'apiVersion: liftlock.dev/v1alpha1\nkind: Site\nmetadata: {name: prod}\nplatform: ./own/platform.yaml\n';
  const file = path.join(folder, 'site.yaml');
  await writeFile(file, head);
  expect((await loadSite(file)).site.platform).toBe(path.join(own, 'platform.yaml'));
  await writeFile(file, `${head}options: {cloud: azrue}\n`);
  expect((await failure(loadSite(file))).message).toContain(
    `${file}:5:18 options.cloud: "azrue" is not allowed; did you mean "azure"?`,
  );
});

test('a site file that is absent, a folder, or no text', async () => {
  const absent = await failure(loadSite(path.join(folder, 'none.yaml')));
  expect([absent.code, absent.exitCode, absent.message]).toEqual([
    'FILE_UNREADABLE',
    2,
    `The site file ${folder}/none.yaml does not exist.`,
  ]);
  expect((await failure(loadSite(folder))).message).toBe(`The site file ${folder} is a folder.`);
  const binary = path.join(folder, 'binary.yaml');
  await writeFile(binary, Uint8Array.of(0xff, 0xfe, 0x61));
  expect((await failure(loadSite(binary))).message).toContain('is not text in UTF-8');
});

test('X03: a device and a file of gigabytes are given up after what a definition can have', async () => {
  await expect(loadPlatform('/dev/zero/platform.yaml')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  await symlink('/dev/zero', path.join(folder, 'endless.yaml'));
  await expect(loadPlatform(path.join(folder, 'endless.yaml'))).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: expect.stringContaining('has more than 16 MiB') as string,
  });
});
