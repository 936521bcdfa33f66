import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { makeCheckout } from './checkout.ts';
import { components, valuesPath } from './components.ts';
import type { Cloud } from './components.ts';

const clouds: readonly Cloud[] = ['aws', 'azure', 'gcp'];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'codemie-checkout-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function readValues(): Promise<string[]> {
  const paths = clouds.flatMap((cloud) => components.map((component) => valuesPath(component, cloud)));
  return await Promise.all([...new Set(paths)].map(async (path) => readFile(join(folder, path), 'utf8')));
}

test('a fresh checkout has the files of every cloud, all YAML, with placeholders to fill', async () => {
  await makeCheckout(folder, { fill: false });
  const texts = await readValues();
  expect(texts).toHaveLength(11);
  for (const text of texts) expect(parse(text)).toBeTypeOf('object');
  expect(texts.filter((text) => text.includes('%%DOMAIN%%'))).toHaveLength(4);
});

test('a filled checkout has no placeholder and no host of the vendor left', async () => {
  await makeCheckout(folder, { fill: true, placeholders: { DOMAIN: 'platform.test' } });
  const texts = await readValues();
  for (const text of texts) expect(text).not.toMatch(/%%|codemie\.example\.com/);
  expect(texts.filter((text) => text.includes('codemie.platform.test'))).toHaveLength(6);
});
