import * as fc from 'fast-check';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { HttpAnswer } from '../../../src/adapters/http/http-client.ts';
import { parseChallenges } from '../../../src/adapters/registry/challenge.ts';
import { makeRegistry } from '../../../src/adapters/registry/registry.ts';
import { isJsonObject, type Json } from '../../../src/model/json.ts';
import { Redactor } from '../../../src/model/redaction.ts';
import { damagedText, hostileText, mutated, nastyTexts, yamlBombs } from './hostile.ts';
import { mayRefuseLater, target, type Target } from './target.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const chart = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

const bodies: readonly Json[] = [
  {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest, size: 10 },
    layers: [
      { mediaType: chart, digest, size: 100 },
      { mediaType: 'application/vnd.cncf.helm.chart.provenance.v1.prov', digest, size: 100 },
    ],
  },
  { name: 'x/demo', tags: ['1.0.0', '1.0.1_build', 'latest', 'v2.0.0'] },
  { token: 'abc', expires_in: 300 },
  {
    apiVersion: 'v1',
    generated: '2026-11-01T00:00:00Z',
    entries: {
      demo: [
        {
          name: 'demo',
          version: '1.0.0',
          digest: '0'.repeat(64),
          urls: ['demo-1.0.0.tgz'],
          created: '2026-11-01T00:00:00Z',
        },
      ],
    },
  },
  { errors: [{ code: 'DENIED', message: 'no' }] },
];

const addresses = [
  'https://evil.example/x',
  'http://evil.example/x',
  '//evil.example',
  'file:///etc/passwd',
  '/v2/',
  'ftp://x',
  'http://127.0.0.1:1/x',
  ...nastyTexts,
];

const header = fc.record(
  {
    'www-authenticate': fc.oneof(
      fc.constantFrom(
        'Bearer realm="https://auth.example/token",service="x",scope="repository:x:pull"',
        'Basic realm="x"',
        `Bearer realm="${'a\\'.repeat(3000)}`,
        `${'Bearer '.repeat(2000)}x=`,
        `Bearer ${'a="b",'.repeat(2000)}`,
        'Bearer realm="http://evil.example/token"',
        'Bearer __proto__="x", constructor="y"',
      ),
      hostileText,
    ),
    location: fc.constantFrom(...addresses),
    link: fc.oneof(fc.constantFrom(...addresses.map((address) => `<${address}>; rel="next"`)), hostileText),
    'docker-content-digest': fc.oneof(fc.constantFrom(digest, 'sha256:x', '../../x'), hostileText),
    'retry-after': fc.constantFrom('1', '-1', '1e400', 'NaN', 'Wed, 21 Oct 2099 07:28:00 GMT', ''),
    'content-length': fc.constantFrom('0', '99999999999', '-5', 'x'),
  },
  { requiredKeys: [] },
);

const answer = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 200, 401, 401, 307, 302, 404, 403, 429, 500, 503, 100, 204, 999),
  headers: header,
  body: fc.oneof(
    { weight: 6, arbitrary: damagedText(mutated(bodies).map((tree) => JSON.stringify(tree))) },
    { weight: 1, arbitrary: yamlBombs },
    { weight: 1, arbitrary: yamlBombs.map((bomb) => `entries:\n  ${bomb.replaceAll('\n', '\n  ')}`) },
    { weight: 1, arbitrary: hostileText },
    { weight: 1, arbitrary: fc.constant('x'.repeat(5 * 1024 * 1024)) },
  ),
  /** The connection breaks in the middle. */
  breaks: fc.boolean(),
});

const folder = mkdtempSync(join(tmpdir(), 'liftlock-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Registries, token services and chart repositories that answer with anything at all. */
export const registryAnswers: Target = target(
  'registry-answers',
  fc.tuple(
    fc.array(answer, { minLength: 1, maxLength: 6 }),
    fc.constantFrom('oci://r.example/x/demo', 'https://c.example/x/demo'),
  ),
  async ([answers, reference]) => {
    const cacheFolder = mkdtempSync(join(folder, 'cache-'));
    let asked = 0;
    const shown: unknown[] = [];
    const registry = makeRegistry({
      credentials: {
        loginFor: async (host) =>
          host === 'r.example' ? { username: 'u', password: 'canary-fuzz-password' } : undefined,
      },
      request: async ({ url, headers }): Promise<HttpAnswer> => {
        asked += 1;
        if (asked > 200) throw new Error('it asks without end');
        if (!url.startsWith('https://') && !url.startsWith('http://127.0.0.1')) throw new Error(`it asks ${url}`);
        shown.push([new URL(url).host, headers?.['authorization']]);
        const given = answers[(asked - 1) % answers.length];
        const body = Buffer.from(given?.body ?? '');
        return {
          status: given?.status ?? 200,
          headers: given?.headers ?? {},
          body: given?.breaks === true ? broken(body) : Readable.from([body]),
        };
      },
      clock: { now: () => new Date(), sleep: async () => undefined },
      redactor: new Redactor(),
      cacheFolder,
      mirrors: [],
    });
    const found = await mayRefuseLater(() => registry.resolve(reference, '1.0.0'));
    await mayRefuseLater(() => registry.tags(reference));
    await mayRefuseLater(() => registry.listing(reference));
    await mayRefuseLater(() => registry.pull(reference, found ?? digest));
    await mayRefuseLater(() => registry.provenance(reference, found ?? digest));
    await mayRefuseLater(() => registry.imageStatus('r.example/x/web:1.0.0'));
    const outside = readdirSync(cacheFolder).filter((name) => name !== 'charts' && name !== 'manifests');
    if (outside.length > 0) throw new Error(`it wrote ${outside.join(', ')}`);
    rmSync(cacheFolder, { recursive: true, force: true });
    const to = shown.filter(
      (pair) => JSON.stringify(pair).includes('evil.example') && (pair as readonly unknown[])[1] !== undefined,
    );
    if (to.length > 0) throw new Error(`a login was shown to evil.example: ${JSON.stringify(to)}`);
  },
);

function broken(body: Buffer): Readable {
  return Readable.from(
    (function* pieces() {
      yield body.subarray(0, body.length / 2);
      throw new Error('the connection broke');
    })(),
  );
}

/** Challenges of any form are read or left. */
export const challenges: Target = target(
  'challenges',
  fc.oneof(
    hostileText,
    header.map((given) => given['www-authenticate'] ?? ''),
  ),
  async (text) => {
    for (const { parameters } of parseChallenges(text)) if (!isJsonObject(parameters)) throw new Error('no parameters');
  },
);
