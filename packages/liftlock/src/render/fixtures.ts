// Values for this room's tests: an upgrade of five components as an operator meets it. Not part of the library.
import type { Finding } from '../model/finding.ts';
import type { ComponentPlan, ObjectChange, Plan } from '../model/plan.ts';
import type { HelmUpgradeStep, PinnedChart, Step } from '../model/step.ts';

interface Sketch {
  readonly name: string;
  readonly title: string;
  readonly chart: string;
  readonly release?: string;
  readonly values: string;
  readonly timeout: number;
  readonly kind: 'Deployment' | 'StatefulSet';
}

/** Where everything of these values lives. */
export const namespace = 'codemie';
export const charts = 'oci://registry.example.com/helm-charts';

export const sketches: readonly Sketch[] = [
  {
    name: 'mcp-connect',
    title: 'MCP Connect',
    chart: 'codemie-mcp-connect-service',
    values: 'values.yaml',
    timeout: 600,
    kind: 'StatefulSet',
  },
  {
    name: 'mermaid',
    title: 'Mermaid server',
    chart: 'mermaid-server',
    values: 'values.yaml',
    timeout: 600,
    kind: 'Deployment',
  },
  {
    name: 'nats-auth-callout',
    title: 'NATS Auth Callout',
    chart: 'codemie-nats-auth-callout',
    values: 'values-aws.yaml',
    timeout: 600,
    kind: 'Deployment',
  },
  { name: 'ui', title: 'CodeMie UI', chart: 'codemie-ui', values: 'values-aws.yaml', timeout: 180, kind: 'Deployment' },
  {
    name: 'api',
    title: 'CodeMie API',
    chart: 'codemie',
    release: 'codemie-api',
    values: 'values-aws.yaml',
    timeout: 600,
    kind: 'Deployment',
  },
];

const migrates = { containers: ['codemie'], note: 'the API migrates its database when it starts' };

function chartOf(sketch: Sketch): PinnedChart {
  const digest = `sha256:${Buffer.from(sketch.name.padEnd(32, '#')).toString('hex')}`;
  const reference = `${charts}/${sketch.chart}`;
  return { reference, source: reference, name: sketch.chart, version: '2.2.5', digest };
}

function upgradeOf(sketch: Sketch): HelmUpgradeStep {
  const release = sketch.release ?? sketch.chart;
  const chart = chartOf(sketch);
  const path = `${sketch.release ?? sketch.chart}/${sketch.values}`;
  const timeout = ['--wait', '--timeout', `${sketch.timeout}s`];
  const isApi = sketch.name === 'api';
  return {
    kind: 'helm-upgrade',
    id: `${sketch.name}/upgrade`,
    title: `Upgrade ${sketch.title}`,
    component: sketch.name,
    release,
    namespace,
    chart,
    install: false,
    values: [{ path, digest: 'sha256:00' }],
    keep: [],
    timeoutSeconds: sketch.timeout,
    from: { revision: 3, version: '2.2.4' },
    ...(isApi ? { migrates } : {}),
    guideCommand: [
      'helm',
      'upgrade',
      '--install',
      release,
      chart.reference,
      '--version',
      '2.2.5',
      '--namespace',
      namespace,
      '-f',
      `./${path}`,
      ...timeout,
    ],
    command: ['helm', 'upgrade', release, `${chart.name}-2.2.5.tgz`, '--namespace', namespace, '-f', path, ...timeout],
    risk: isApi ? 'irreversible' : 'reversible',
  };
}

function componentOf(sketch: Sketch): ComponentPlan {
  const isSingle = sketch.kind === 'StatefulSet';
  return {
    name: sketch.name,
    title: sketch.title,
    release: sketch.release ?? sketch.chart,
    namespace,
    action: 'upgrade',
    installed: { version: '2.2.4', revision: 3, status: 'deployed' },
    target: '2.2.5',
    chart: chartOf(sketch),
    values: sketch.name === 'api' ? [{ path: 'extraEnv.LOG_LEVEL', before: 'INFO', after: 'WARNING' }] : [],
    outage: isSingle
      ? { expected: true, why: 'StatefulSet mcp-connect has one replica, which is stopped before the new one starts' }
      : { expected: false, why: 'pods are replaced one after another' },
    ...(sketch.name === 'api' ? { expectedSeconds: 214 } : { expectedSeconds: 41 }),
    worstSeconds: sketch.timeout,
    rollback:
      sketch.name === 'api'
        ? `possible until its container starts: ${migrates.note}`
        : 'possible until a later component has migrated data',
  };
}

function changesOf(sketch: Sketch): readonly ObjectChange[] {
  const name = sketch.release ?? sketch.chart;
  const workload: ObjectChange = {
    object: { apiVersion: 'apps/v1', kind: sketch.kind, namespace, name },
    change: 'changed',
    fields: [
      {
        path: 'spec.template.spec.containers[0].image',
        before: `registry.example.com/${name}:2.2.4`,
        after: `registry.example.com/${name}:2.2.5`,
      },
    ],
    restartsPods: true,
  };
  const config: ObjectChange = {
    object: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `${name}-features` },
    change: 'created',
    fields: [],
    restartsPods: false,
  };
  return sketch.name === 'api' ? [workload, config] : [workload];
}

const checks: readonly Step[] = (
  [
    ['pods', 'All pods run'],
    ['ui', 'The web interface loads'],
  ] as const
).map(([check, title]) => ({ kind: 'check', id: `check/${check}`, title, check, settings: {}, risk: 'none' }));

/** Five components from 2.2.4 to 2.2.5, foreseen whole, with nothing in the way. */
export const plan: Plan = {
  apiVersion: 'liftlock.dev/v1alpha1',
  kind: 'Plan',
  purpose: 'upgrade',
  platform: { name: 'codemie', title: 'EPAM AI/Run CodeMie', digest: 'sha256:aa' },
  site: { name: 'codemie-prod', digest: 'sha256:bb', options: { cloud: 'aws' }, namespace },
  cluster: { server: 'https://k8s.example.com:6443', context: 'eks-prod', uid: '0a1b2c3d-0000-4000-8000-000000000001' },
  helm: { version: '3.22.0' },
  route: [{ from: '2.2.4', to: '2.2.5', because: [] }],
  hop: 0,
  ahead: [],
  components: sketches.map(componentOf),
  steps: [
    {
      kind: 'backup',
      id: 'backup',
      title: 'Back up values, manifests and history',
      risk: 'none',
      releases: sketches.map(({ release, chart }) => ({ name: release ?? chart, namespace })),
    },
    ...sketches.map(upgradeOf),
    ...checks,
  ],
  decisions: [],
  affirmations: {},
  state: {},
  forecast: {
    madeAt: '2026-12-05T21:58:00Z',
    complete: true,
    unforeseen: [],
    findings: [],
    changes: Object.fromEntries(sketches.map((sketch) => [sketch.name, changesOf(sketch)])),
  },
  digest: 'sha256:5f1c9a2b00000000000000000000000000000000000000000000000000000000',
};

const findings: readonly Finding[] = [
  {
    code: 'RELEASE_ABSENT',
    severity: 'blocker',
    message: 'codemie-ui is not installed in namespace codemie, and an upgrade installs nothing that nobody named.',
    component: 'ui',
    object: { apiVersion: 'helm.sh/v3', kind: 'Release', namespace, name: 'codemie-ui' },
    remedies: [
      {
        id: 'install:codemie-ui',
        title: 'Install it with this run',
        destructive: false,
        commands: ['liftlock apply codemie --cloud aws --to 2.2.5 --allow install:codemie-ui'],
      },
    ],
  },
  {
    code: 'VALUE_WOULD_REVERT',
    severity: 'blocker',
    message: 'resources.limits.memory is 12Gi in the live release and 8Gi in the file: the upgrade would take it back.',
    component: 'api',
    object: { apiVersion: 'helm.sh/v3', kind: 'Release', namespace, name: 'codemie-api' },
    field: 'resources.limits.memory',
    remedies: [
      {
        id: 'keep:api:resources.limits.memory',
        title: 'Keep 12Gi',
        destructive: false,
        commands: ['liftlock apply codemie --cloud aws --to 2.2.5 --allow keep:api:resources.limits.memory'],
      },
      {
        id: 'drop:api:resources.limits.memory',
        title: 'Take 8Gi from the file',
        destructive: true,
        commands: ['liftlock apply codemie --cloud aws --to 2.2.5 --allow drop:api:resources.limits.memory'],
      },
    ],
  },
  {
    code: 'KEY_EXPIRING',
    severity: 'warning',
    message: 'The registry key 3f9a… is 81 days old; the vendor lets keys expire after 90 days.',
    remedies: [
      {
        id: 'rotate',
        title: 'Put a new key in place',
        destructive: false,
        commands: ['liftlock credentials rotate codemie --key-file ./new-key.json'],
      },
    ],
  },
];

/** The same with one component absent, one half upgraded, two blockers, a warning and something not foreseen. */
export const blockedPlan: Plan = {
  ...plan,
  components: plan.components.map((component) => {
    if (component.name === 'ui') {
      const { installed: _installed, expectedSeconds: _expected, ...rest } = component;
      return { ...rest, action: 'install' };
    }
    if (component.name === 'mermaid')
      return { ...component, partlyAt: { version: '2.2.5', revision: 4, status: 'failed' } };
    if (component.name === 'mcp-connect')
      return { ...component, action: 'none', installed: { version: '2.2.5', revision: 4, status: 'deployed' } };
    return component;
  }),
  steps: plan.steps.filter(({ id }) => id !== 'mcp-connect/upgrade'),
  decisions: [{ remedy: 'short-window', by: 'r.ahn', at: '2026-12-05T21:57:10Z', how: 'flag' }],
  forecast: {
    ...plan.forecast,
    complete: false,
    unforeseen: [
      {
        what: 'capacity of the nodes',
        why: 'nodes is forbidden: User "r.ahn" cannot list resource "nodes" in API group "" at the cluster scope',
      },
    ],
    findings,
  },
};
