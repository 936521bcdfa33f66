import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { parsePlatform, parseSite } from '../../../src/definition/yaml-source.ts';
import { parseValues } from '../../../src/definition/values-file.ts';
import type { Json } from '../../../src/model/json.ts';
import { renderPlatform } from '../../../src/render/platform.ts';
import { damagedText, hostileText, mutated, yamlBombs } from './hostile.ts';
import { expectTame, mayRefuse, target, type Target } from './target.ts';

const names = ['codemie', 'coder', 'runai'];
const texts = names.map((name) =>
  readFileSync(new URL(`../../../../../platforms/${name}/platform.yaml`, import.meta.url), 'utf8'),
);
const platforms = texts.map((text) => parse(text) as Json);

const site: Json = {
  apiVersion: 'liftlock.dev/v1alpha1',
  kind: 'Site',
  metadata: { name: 'prod' },
  platform: 'codemie',
  options: { cloud: 'aws' },
  inputs: { domain: 'shop.example.com' },
  answers: { oldClaims: true },
  stops: ['2.15.3'],
  carry: { codemie: [{ from: 'a.b', to: 'c', as: 'string' }] },
  localCommands: ['codemie/x/y'],
  cluster: { kubeconfig: '~/.kube/config', context: 'prod' },
  credentials: { registry: { keyFile: 'key.json', keyCreated: '2026-11-01' } },
  mirrors: [{ from: 'oci://a/b', to: 'oci://c/d' }],
  window: { opens: '2026-12-05T22:00+01:00', closes: '2026-12-06T04:00+01:00' },
  affirmations: { backup: { by: 'ada', at: '2026-11-20' } },
  timeouts: { codemie: '600s' },
  graces: { minReady: '1s' },
  checks: { login: { url: 'https://x.example', username: 'u', passwordFile: 'p' } },
};

const values: Json = {
  image: { repository: 'r/x', tag: '1.2.3' },
  list: [1, 'two', { three: null }],
  on: 'yes',
  deep: { a: { b: { c: { d: true } } } },
};

/** YAML of many styles: blocks, JSON, and both with something wrong in the text. */
function asText(tree: fc.Arbitrary<Json>): fc.Arbitrary<string> {
  const written = fc
    .tuple(tree, fc.boolean())
    .map(([value, isJson]) =>
      isJson ? JSON.stringify(value) : (stringify(value, { aliasDuplicateObjects: true }) ?? ''),
    );
  return damagedText(written);
}

/** Definitions from strangers: read, or refused with places. */
export const definitions: Target = target(
  'definitions',
  fc.oneof(
    { weight: 6, arbitrary: asText(mutated(platforms)) },
    { weight: 2, arbitrary: damagedText(fc.constantFrom(...texts)) },
    { weight: 1, arbitrary: yamlBombs },
    { weight: 1, arbitrary: hostileText },
  ),
  async (text) => {
    const platform = mayRefuse(() => parsePlatform(text, 'platform.yaml'));
    if (platform !== undefined) expectTame(renderPlatform(platform));
  },
);

export const sites: Target = target(
  'sites',
  fc.oneof({ weight: 6, arbitrary: asText(mutated([site])) }, { weight: 1, arbitrary: yamlBombs }),
  async (text) => {
    mayRefuse(() => parseSite(text, 'site.yaml'));
  },
);

export const valuesFiles: Target = target(
  'values',
  fc.oneof({ weight: 6, arbitrary: asText(mutated([values])) }, { weight: 1, arbitrary: yamlBombs }),
  async (text) => {
    mayRefuse(() => parseValues(text, 'values.yaml'));
  },
);
