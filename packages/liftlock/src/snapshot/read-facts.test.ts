import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../definition/yaml-source.ts';
import { holds } from '../facts/condition.ts';
import { scopeOf } from '../facts/scope.ts';
import type { KubeObject } from '../model/kube.ts';
import { isProblem, Problem } from '../model/problem.ts';
import type { Site } from '../model/site.ts';
import type { ComponentSnapshot, Snapshot } from '../model/snapshot.ts';
import { readFacts, type FactParts } from './read-facts.ts';

const platform = parsePlatform(
  `apiVersion: liftlock.dev/v1alpha1
kind: Platform
metadata: {name: depot, title: Depot, guide: {title: Upgrade Depot}}
tools: {helm: ">=3.14.0"}
namespace: depot
facts:
  both: {cel: facts.hasClaims && facts.edition == "big"}
  hasClaims: {cel: size(facts.claims) > 0}
  claims: {objects: {kind: PersistentVolumeClaim, names: [b, a, gone]}}
  secrets: {objects: {kind: Secret, labelSelector: app=web}}
  edition: {value: {component: core, path: global.edition}}
  unset: {value: {component: core, path: global.other}}
  nodes: {objects: {kind: Node}}
  manyNodes: {cel: size(facts.nodes) > 100}
  widgets: {objects: {apiVersion: example.com/v1, kind: Widget}}
  users: {ask: More than 5000 users?}
  region: {ask: Which region?}
components:
  - {name: core, title: Core, release: core, chart: {oci: oci://h/core}, values: {files: [core.yaml]}, timeout: 600s}
`,
  'depot.yaml',
);

const discovery = {
  resources: [
    { name: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', namespaced: true },
    { name: 'persistentvolumeclaims/status', kind: 'PersistentVolumeClaim', namespaced: true },
    { name: 'secrets', kind: 'Secret', namespaced: true },
    { name: 'nodes', kind: 'Node', namespaced: false },
  ],
};
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 's',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'aHVudGVyMg==', mine: 'kept' },
    managedFields: [{ manager: 'kubectl' }],
  },
  data: { 'tls.crt': 'aHVudGVyMg==' },
  stringData: { plain: 'hunter2' },
};

const reader: FactParts['reader'] = {
  find: async (path) => {
    if (path === '/api/v1') return discovery as unknown as KubeObject;
    const name = /^\/api\/v1\/namespaces\/depot\/persistentvolumeclaims\/([ab])$/.exec(path)?.[1];
    return name === undefined ? undefined : { apiVersion: 'v1', kind: 'X', metadata: { name } };
  },
  list: async (path, options) => {
    if (path === '/api/v1/nodes')
      throw new Problem('CLUSTER_REFUSED', 'nodes may not be listed', { details: { status: 403 } });
    if (path === '/api/v1/namespaces/depot/secrets' && options?.labelSelector === 'app=web') return [secret];
    throw new Error(`nobody asks for ${path}`);
  },
};

const components = [
  { name: 'core', release: { values: { global: { edition: 'big' } } } },
] as unknown as readonly ComponentSnapshot[];
const site = { answers: { region: 'eu' }, inputs: {}, options: {} };
const { facts, unread } = await readFacts({ platform, site, namespace: 'depot', reader, components });

describe('readFacts', () => {
  it('answers what can be read, in the order of the definition', () => {
    expect(Object.keys(facts)).toEqual([
      'both',
      'hasClaims',
      'claims',
      'secrets',
      'edition',
      'unset',
      'widgets',
      'region',
    ]);
    expect(facts).toMatchObject({
      both: true,
      hasClaims: true,
      edition: 'big',
      unset: null,
      widgets: [],
      region: 'eu',
    });
    expect(facts['claims']).toMatchObject([{ metadata: { name: 'b' } }, { metadata: { name: 'a' } }]);
  });

  it('shows of Secrets the names of their keys, and nothing of what they hold', () => {
    expect(facts['secrets']).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's', annotations: { mine: 'kept' } },
        data: { 'tls.crt': '********' },
      },
    ]);
    expect(JSON.stringify(facts)).not.toMatch(/hunter2|aHVudGVyMg/);
  });

  it('a read that is forbidden leaves its fact, and all that rest on it, without an answer, and says why', () => {
    expect(unread).toEqual([
      { what: 'the fact nodes', why: 'nodes may not be listed' },
      { what: 'the fact manyNodes', why: expect.stringContaining('rests on the fact nodes, which has no answer') },
    ]);
    const snapshot = { facts, unread, components } as unknown as Snapshot;
    const scope = scopeOf({ platform, site: site as unknown as Site, snapshot });
    const why = (condition: string) => {
      try {
        return String(holds(condition, scope));
      } catch (error) {
        return isProblem(error) ? error.message : 'a bug';
      }
    };
    expect(why('facts.manyNodes')).toContain('nodes may not be listed');
    expect(why('!facts.users')).toContain('only a person knows: More than 5000 users?');
    expect(why('facts.both')).toBe('true');
  });
});
