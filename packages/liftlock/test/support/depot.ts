// An invented platform whose versions bring migrations, for tests of migrations.
import { parsePlatform } from '../../src/definition/yaml-source.ts';
import type { Facts } from '../../src/model/fact.ts';
import type { Decision } from '../../src/model/finding.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import { Site } from '../../src/model/site.ts';
import type { ComponentSnapshot, Revision, Snapshot } from '../../src/model/snapshot.ts';
import { makePlan } from '../../src/plan/make-plan.ts';

/** Invented, in the shape of a guide whose 2.12 changes who owns the data. */
const platform = parsePlatform(
  `apiVersion: liftlock.dev/v1alpha1
kind: Platform
metadata: {name: depot, title: Depot, guide: {title: Upgrade Depot}}
tools: {helm: ">=3.14.0"}
options: {distribution: {enum: [vanilla, openshift], default: vanilla}}
inputs: {domain: {type: fqdn, description: The host}, cert: {type: file, description: x}, key: {type: file, description: x}}
facts: {doors: {objects: {apiVersion: networking.k8s.io/v1, kind: Ingress}}, big: {ask: More than 100 nodes?}}
namespace: depot
components:
  - {name: core, title: Core, release: depot, chart: {oci: oci://h/core}, values: {files: [core.yaml]}, timeout: 600s}
  - {name: agent, title: Agent, release: agent, chart: {oci: oci://h/agent}, values: {files: [agent.yaml]}, timeout: 300s}
migrations:
  - id: claims
    title: Keep the data
    why: The new chart does not make the claims.
    crosses: 2.12.0
    source: page 1
    steps:
      - id: keep
        kind: protect-claims
        claims: [metrics, database]
        guideCommand: kubectl patch pvc -n {namespace} {claim} -p '{"metadata":{"annotations":{"helm.sh/resource-policy":"keep"}}}'
    values: {set: {database.existingClaim: database, metrics.existingClaim: metrics}}
  - id: door
    title: The Ingress is made anew
    crosses: 2.12.0
    when: options.distribution == "vanilla" && size(facts.doors) > 0
    source: page 2
    steps:
      - id: ingress
        kind: replace-object
        object: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: "{release}-door"}
        returns: object.spec.rules.exists(r, r.host == "{inputs.domain}")
        returnsWithin: 60s
      - {id: tls, kind: create-secret, name: tls, type: kubernetes.io/tls, files: {tls.crt: "{inputs.cert}", tls.key: "{inputs.key}"}, covers: "{inputs.domain}"}
    values: {set: {global.domain: "{inputs.domain}"}}
  - id: early
    title: Something of an earlier version
    crosses: 2.10.1
    source: page 3
    steps: [{id: calm, kind: scale, object: {apiVersion: apps/v1, kind: Deployment, name: worker}, replicas: 0}]
  - id: late
    title: Reindex
    crosses: 2.14.0
    at: after
    irreversible: true
    source: page 4
    steps:
      - id: reindex
        kind: run-job
        timeout: 10m
        manifest: {apiVersion: batch/v1, kind: Job, metadata: {name: "reindex-{version}"}, spec: {}}
  - id: agents
    title: The agent slows down
    crosses: 2.13.0
    component: agent
    when: facts.big == true
    source: page 5
    values: {set: {rate: 1}, thisHopOnly: true}
  - id: calm-down
    title: For one hop
    crosses: 2.15.0
    source: page 6
    values: {set: {migrating: true}, thisHopOnly: true}
`,
  'depot.yaml',
);

export const doors = [{ kind: 'Ingress', metadata: { name: 'depot-door' } }];

export function component(name: string, version: string | undefined, target: string): ComponentSnapshot {
  const release = name === 'core' ? 'depot' : name;
  const revision = (number: number, status: Revision['status'], at: string): Revision => ({
    revision: number,
    status,
    version: at,
    chart: name,
    appVersion: at,
    updated: '',
    description: '',
  });
  const revisions = version === undefined ? [] : [revision(1, 'deployed', version)];
  const [newest] = revisions;
  return {
    name,
    ...(newest === undefined
      ? {}
      : {
          release: {
            name: release,
            namespace: 'depot',
            revisions,
            newest,
            installed: newest,
            values: {},
            manifest: '',
            hooks: [],
          },
        }),
    chart: {
      reference: `oci://h/${name}`,
      source: `oci://h/${name}`,
      name,
      version: target,
      appVersion: target,
      digest: 'sha256:1',
      file: '',
      values: {},
    },
    valuesFiles: [{ path: `${name}.yaml`, file: '', digest: 'sha256:2', values: { user: 'own' } }],
    workloads: [],
  };
}

interface Case {
  readonly from?: string;
  readonly to: string;
  readonly site?: JsonObject;
  readonly facts?: Facts;
  readonly components?: readonly ComponentSnapshot[];
  readonly hopFrom?: string;
  readonly decisions?: readonly Decision[];
}

export const inputs = { domain: 'depot.example.com', cert: '/c.crt', key: '/c.key' };

export function planOf({
  from = '2.9.0',
  to,
  site = {},
  facts = { doors, big: false },
  components,
  hopFrom,
  decisions = [],
}: Case): Plan {
  const snapshot: Snapshot = {
    readAt: '',
    helm: { version: '3.22.0', path: '' },
    rememberedUid: 'u',
    cluster: { server: 's', context: 'c', uid: 'u', version: 'v1.37.0' },
    who: { user: 'ada', groups: [], osUser: 'ada' },
    namespace: 'depot',
    components: components ?? [component('core', from, to), component('agent', from, to)],
    claims: [
      { name: 'database', uid: 'uid-d', phase: 'Bound', volume: 'pv-d', policy: 'Retain' },
      { name: 'metrics', uid: 'uid-m', phase: 'Bound', volume: 'pv-m', policy: 'Retain' },
      { name: 'other', uid: 'uid-o', phase: 'Bound', volume: 'pv-o', policy: 'Retain' },
    ],
    facts,
    otherReleases: [],
    health: [],
    nodes: [],
    storageClasses: [],
    missingPermissions: [],
    unread: [],
  };
  return makePlan({
    platform,
    platformDigest: 'p',
    site: Site.parse({
      apiVersion: 'liftlock.dev/v1alpha1',
      kind: 'Site',
      metadata: { name: 'prod' },
      platform: 'depot',
      options: { distribution: 'vanilla' },
      inputs,
      ...site,
    }),
    siteDigest: 's',
    snapshot,
    target: to,
    ...(hopFrom === undefined ? {} : { route: [{ from: hopFrom, to, because: [] }] }),
    selected: ['core', 'agent'],
    decisions,
    pastSeconds: {},
  });
}

export const ids = (plan: Plan) => plan.steps.map(({ id }) => id);
export const stepOf = (plan: Plan, id: string) => plan.steps.find((step) => step.id === id);
