import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BundleManifest } from '../src/model/bundle.ts';
import { helmBinary, startRegistry, type RegistryServer } from './registry-server.ts';
import { packShop, pushShopImages, tester, writeShopSite, type Images } from './support/bundles.ts';
import { openCrane, type Crane } from './support/crane.ts';
import { imagesAt } from './support/images.ts';
import { makeOperator, type Operator, type Outcome } from './support/liftlock.ts';

let folder: string;
let source: RegistryServer;
let closed: RegistryServer;
let images: Images;
let operator: Operator;
let crane: Crane;
let closing: (() => Promise<void>)[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liftlock-bundle-'));
  [source, closed] = await Promise.all([startRegistry('token'), startRegistry('basic')]);
  images = await pushShopImages(source.host, tester);
  for (const version of ['1.5.0', '2.0.0']) await source.push(await packShop(folder, version, source.host), 'charts');
  await writeShopSite(folder, source);
  operator = await makeOperator({ helm: await helmBinary(3), cwd: folder });
  const login = [tester.username, tester.password] as const;
  const opened = await openCrane({ [source.host]: login, [closed.host]: login });
  crane = opened.crane;
  closing = [opened.close, source.close, closed.close];
  const made = await create('first.tar');
  if (made.code !== 0) throw new Error(made.stdout + made.stderr);
});
afterAll(async () => {
  for (const close of closing) await close();
  await operator.close();
  await rm(folder, { recursive: true, force: true });
});

function create(out: string, ...more: readonly string[]): Promise<Outcome> {
  const way = ['--from', '1.0.0', '--to', '2.0.0'];
  return operator.run('bundle', 'create', '-f', 'site.yaml', ...way, '--out', join(folder, out), ...more);
}

function load(bundle: string, into: string, ...more: readonly string[]): Promise<Outcome> {
  const where = ['--into', join(folder, into), '--registry', `${closed.host}/private`];
  return operator.run('bundle', 'load', join(folder, bundle), '-f', 'site.yaml', ...where, ...more);
}

async function manifestOf(bundle: string): Promise<BundleManifest> {
  const { stdout, stderr } = await operator.run('bundle', 'inspect', join(folder, bundle), '-o', 'json');
  if (!stdout.startsWith('{')) throw new Error(stderr);
  return JSON.parse(stdout) as BundleManifest;
}

/** Requests that write to the private registry. */
function writes(): number {
  return closed.seen.filter(({ method }) => method !== 'GET' && method !== 'HEAD').length;
}

test('the bundle holds every hop and every image that the values render, each layer once, as crane sees them', async () => {
  const manifest = await manifestOf('first.tar');
  expect(manifest.route).toEqual([
    { from: '1.0.0', to: '1.5.0' },
    { from: '1.5.0', to: '2.0.0' },
  ]);
  expect(manifest.charts.map(({ version }) => version)).toEqual(['1.5.0', '2.0.0']);
  // Containers, init containers, a hook, a custom resource, what the values turn on, an extra of the definition.
  expect(Object.fromEntries(manifest.images.map((image) => [image.name, image.digest]))).toEqual(
    Object.fromEntries(Object.entries(images).map(([name, digest]) => [`${source.host}/${name}`, digest])),
  );
  for (const image of manifest.images) expect(await crane('digest', image.name)).toBe(image.digest);
  expect(manifest.images.find(({ name }) => name.endsWith('web:2.0.0'))?.platforms).toEqual([
    'linux/amd64',
    'linux/arm64',
  ]);
  // One base of some 400 kB, and not one for each of nine manifests.
  expect(manifest.blobs.size).toBeLessThan(600_000);
  const verified = await operator.run('bundle', 'inspect', join(folder, 'first.tar'), '--verify');
  expect(verified.stdout).toContain('every byte is what it was made as');
});

test('the same content is the same file, whoever makes it; a narrower choice of platforms has fewer', async () => {
  const other = await makeOperator({ helm: await helmBinary(3), cwd: folder });
  const way = ['--from', '1.0.0', '--to', '2.0.0', '--out', join(folder, 'second.tar')];
  expect((await other.run('bundle', 'create', '-f', 'site.yaml', ...way)).code).toBe(0);
  await other.close();
  expect(digestOfFile('second.tar')).toBe(digestOfFile('first.tar'));
  expect((await create('narrow', '--platforms', 'linux/s390x', '--no-bundled-helm')).code).toBe(3);
  expect((await create('narrow', '--platforms', 'linux/amd64', '--no-bundled-helm')).code).toBe(0);
  const narrow = await manifestOf('narrow');
  expect(narrow.helm).toBeUndefined();
  expect(narrow.images.find(({ name }) => name.endsWith('web:2.0.0'))?.platforms).toEqual(['linux/amd64']);
  // The layout is one that crane reads.
  await crane('push', join(folder, 'narrow'), `${closed.host}/layout:1`, '--index');
  await crane('validate', '--remote', `${closed.host}/layout:1`);
});

test('an interrupted create goes on where it was, in the middle of a layer', async () => {
  let cut = 0;
  source.intercept = (request, response) => {
    if (!/\/team\/.*blobs/.test(request.url ?? '') || request.method !== 'GET') return false;
    const written = response.write.bind(response);
    let sent = 0;
    response.write = ((chunk: Uint8Array) => {
      sent += chunk.length;
      if (sent < 30_000) return written(chunk);
      cut += 1;
      written(chunk.subarray(0, 10_000));
      setImmediate(() => response.destroy());
      return false;
    }) as typeof response.write;
    return false;
  };
  const broken = await create('resumed', '--no-bundled-helm');
  expect(broken.code, broken.stdout + broken.stderr).toBe(3);
  expect(broken.stderr).toContain('broke off');
  expect(cut).toBeGreaterThan(0);
  const half = await operator.run('bundle', 'inspect', join(folder, 'resumed'), '--verify');
  expect([half.code, half.stderr]).toEqual([3, expect.stringContaining('no whole bundle')]);
  source.intercept = () => false;
  const parts = readdirSync(join(folder, 'resumed', 'blobs', 'sha256')).filter((name) => name.endsWith('.part'));
  expect(parts.length).toBeGreaterThan(0);
  const ranges: string[] = [];
  source.intercept = ({ headers }) => {
    if (headers.range !== undefined) ranges.push(headers.range);
    return false;
  };
  const went = await create('resumed', '--no-bundled-helm');
  expect(went.code, went.stdout + went.stderr).toBe(0);
  expect(ranges).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  expect((await manifestOf('resumed')).blobs).toEqual((await manifestOf('first.tar')).blobs);
  expect((await operator.run('bundle', 'inspect', join(folder, 'resumed'), '--verify')).code).toBe(0);
});

test('a large layer goes up in chunks, and after a broken line from where the registry is', async () => {
  const client = imagesAt(closed.host, tester, 50_000);
  const content = randomBytes(220_000);
  const blob = { digest: `sha256:${createHash('sha256').update(content).digest('hex')}`, size: content.length };
  const starts: number[] = [];
  closed.intercept = (request, response) => {
    if (request.method !== 'PATCH') return false;
    starts.push(Number((request.headers['content-range'] ?? '').split('-')[0]));
    // The second chunk never arrives; of the fourth the answer is lost.
    if (starts.length === 2) return request.destroy() !== undefined;
    if (starts.length === 4) response.writeHead = () => response.destroy();
    return false;
  };
  const repository = { host: closed.host, path: 'chunks' };
  await client.sendBlob(repository, blob, async function* (start, end) {
    yield content.subarray(start, end);
  });
  closed.intercept = () => false;
  expect(starts).toEqual([0, 50_000, 50_000, 100_000, 150_000, 200_000]);
  const rest: Uint8Array[] = [];
  const { start, body } = await client.blob(repository, blob, 120_000);
  for await (const chunk of body) rest.push(chunk);
  expect(start).toBe(120_000);
  expect(Buffer.concat(rest)).toEqual(content.subarray(120_000));
});

test('R05: images that no registry has are all named with what runs them', async () => {
  await writeFile(
    join(folder, 'platform-extra.yaml'),
    (await readFile(join(folder, 'platform.yaml'), 'utf8')).replace('other/extra:3', 'other/gone:3'),
  );
  await writeFile(
    join(folder, 'site-extra.yaml'),
    (await readFile(join(folder, 'site.yaml'), 'utf8')).replace('./platform.yaml', './platform-extra.yaml'),
  );
  const way = ['--from', '1.0.0', '--to', '2.0.0', '--out', join(folder, 'lacking')];
  const outcome = await operator.run('bundle', 'create', '-f', 'site-extra.yaml', ...way);
  expect(outcome.code).toBe(3);
  expect(outcome.stderr).toContain(`${source.host}/other/gone:3 (shop 1.5.0, shop 2.0.0)`);
});

test('R05: what is not for this site, altered, cut off or without a hop is refused, and nothing is written', async () => {
  closed.seen.length = 0;
  const refusals: [Outcome, string][] = [];
  const expected = async (outcome: Promise<Outcome>, words: string) => refusals.push([await outcome, words]);
  await expected(load('first.tar', 'no', '--to', '2.1.0'), 'it has nothing for 2.1.0');
  await expected(load('first.tar', 'no', '--from', '1.2.0'), 'it has no hop that begins there');
  await cp(join(folder, 'first.tar'), join(folder, 'short.tar'));
  await truncate(join(folder, 'short.tar'), 200_000);
  await expected(load('short.tar', 'no'), 'it is cut off');
  const bytes = await readFile(join(folder, 'first.tar'));
  const at = bytes.indexOf('linux/amd64'); // somewhere in a layer
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(join(folder, 'altered.tar'), bytes);
  await expected(load('altered.tar', 'no'), 'was changed since it was made');
  await cp(join(folder, 'resumed'), join(folder, 'hole'), { recursive: true });
  await rm(join(folder, 'hole', 'charts', 'shop-1.5.0.tgz'));
  await expected(load('hole', 'no'), 'shop-1.5.0.tgz is missing');
  for (const [outcome, words] of refusals) {
    expect(outcome.stderr.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(outcome.code).toBe(3);
  }
  expect(writes()).toBe(0);
  expect(existsSync(join(folder, 'no'))).toBe(false);
});

test('mistakes in paths, addresses and versions are told as such, and nothing is pushed', async () => {
  closed.seen.length = 0;
  const into = ['--into', join(folder, 'mistakes')];
  const bundle = ['bundle', 'load', 'first.tar', '-f', 'site.yaml'];
  const tries: readonly (readonly [Promise<Outcome>, string])[] = [
    [create('site.yaml/below.tar', '--no-bundled-helm'), 'BUNDLE_NOT_WRITTEN'],
    [create('x.tar', '--from', 'v1.0.0'), 'BAD_VERSION'],
    [create('x.tar', '--platforms', 'amd64'), 'BAD_OPTION'],
    [operator.run(...bundle, '--into', 'site.yaml', '--registry', closed.host), 'BUNDLE_NOT_WRITTEN'],
    [operator.run(...bundle, '--into', 'site.yaml/below', '--registry', closed.host), 'BUNDLE_NOT_WRITTEN'],
    [operator.run(...bundle, ...into, '--registry', '<REGISTRY>/runai'), 'BAD_OPTION'],
    [operator.run(...bundle, ...into, '--registry', `${closed.host}/Runai`), 'BAD_OPTION'],
    [operator.run(...bundle, ...into, '--registry', closed.host, '--to', 'v2.0.0'), 'BAD_VERSION'],
  ];
  for (const [outcome, code] of tries) {
    const { stderr, code: exit } = await outcome;
    expect(stderr).toContain(code);
    expect(stderr).not.toContain('bug in liftlock');
    expect(exit).toBe(code === 'BUNDLE_NOT_WRITTEN' ? 3 : 2);
  }
  expect(writes()).toBe(0);
});

test('an interrupted load goes on; a second one sends nothing; what arrives is what crane finds at the source', async () => {
  let puts = 0;
  closed.intercept = (request) => {
    if (request.method !== 'PUT' || !request.url?.includes('/uploads/')) return false;
    puts += 1;
    if (puts <= 3) return false;
    request.destroy();
    return true;
  };
  const broken = await load('first.tar', 'charts');
  expect(broken.code, broken.stdout + broken.stderr).toBe(3);
  expect(existsSync(join(folder, 'charts', 'loaded.json'))).toBe(false);
  closed.intercept = () => false;
  const went = await load('first.tar', 'charts');
  expect(went.code, went.stdout + went.stderr).toBe(0);
  expect(went.stdout).toMatch(/[1-9]\d* taken over from other images/);
  for (const [name, digest] of Object.entries(images)) {
    expect(await crane('digest', `${closed.host}/private/${name}`)).toBe(digest);
    expect(await crane('manifest', `${closed.host}/private/${name}`)).toBe(
      await crane('manifest', `${source.host}/${name}`),
    );
    await crane('validate', '--remote', `${closed.host}/private/${name}`);
  }
  closed.seen.length = 0;
  const again = await load('first.tar', 'charts');
  expect(again.code, again.stderr).toBe(0);
  expect(writes()).toBe(0);
  expect(readdirSync(join(folder, 'charts')).toSorted()).toEqual([
    'helm',
    'loaded.json',
    'shop-1.5.0.tgz',
    'shop-2.0.0.tgz',
  ]);
  const texts = [broken, went, again].map(({ stdout, stderr }) => stdout + stderr).join('');
  expect(texts + readFileSync(join(folder, 'charts', 'loaded.json'), 'utf8')).not.toContain('canary');
});

function digestOfFile(name: string): string {
  return createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');
}
