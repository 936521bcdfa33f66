import { expect, test } from 'vitest';
import type { Step } from '../model/step.ts';
import { decided, names, planInput, release, revision, site } from '../../test/support/plan-input.ts';
import { makePlan } from './make-plan.ts';
import { keptValues, valuesFor } from './values-for.ts';

const charts = 'oci://europe-west3-docker.pkg.dev/or2-msq-epmd-edp-anthos-t1iylu/helm-charts';

/** As the guide prints them, typed again by hand; x.y.z is 2.2.5. */
const guide = {
  aws: [
    `helm upgrade --install codemie-mcp-connect-service ${charts}/codemie-mcp-connect-service --version 2.2.5 --namespace codemie -f ./codemie-mcp-connect-service/values.yaml --wait --timeout 600s`,
    `helm upgrade --install mermaid-server ${charts}/mermaid-server --version 2.2.5 --namespace codemie -f ./mermaid-server/values.yaml --wait --timeout 600s`,
    `helm upgrade --install codemie-nats-auth-callout ${charts}/codemie-nats-auth-callout --version 2.2.5 --namespace codemie -f ./codemie-nats-auth-callout/values-aws.yaml --wait --timeout 600s`,
    `helm upgrade --install codemie-ui ${charts}/codemie-ui --version 2.2.5 --namespace codemie -f ./codemie-ui/values-aws.yaml --wait --timeout 180s`,
    `helm upgrade --install codemie-api ${charts}/codemie --version 2.2.5 --namespace codemie -f ./codemie-api/values-aws.yaml --wait --timeout 600s`,
  ],
  azure: [
    `helm upgrade --install codemie-mcp-connect-service ${charts}/codemie-mcp-connect-service --version 2.2.5 --namespace codemie -f ./codemie-mcp-connect-service/values.yaml --wait --timeout 600s`,
    `helm upgrade --install mermaid-server ${charts}/mermaid-server --version 2.2.5 --namespace codemie -f ./mermaid-server/values.yaml --wait --timeout 600s`,
    `helm upgrade --install codemie-nats-auth-callout ${charts}/codemie-nats-auth-callout --version 2.2.5 --namespace codemie -f ./codemie-nats-auth-callout/values-azure.yaml --wait --timeout 600s`,
    `helm upgrade --install codemie-ui ${charts}/codemie-ui --version 2.2.5 --namespace codemie -f ./codemie-ui/values-azure.yaml --wait --timeout 180s`,
    `helm upgrade --install codemie-api ${charts}/codemie --version 2.2.5 --namespace codemie -f ./codemie-api/values-azure.yaml --wait --timeout 600s`,
  ],
  gcp: [
    `helm upgrade --install codemie-mcp-connect-service ${charts}/codemie-mcp-connect-service --version 2.2.5 --namespace codemie -f ./codemie-mcp-connect-service/values.yaml --wait --timeout 600s`,
    `helm upgrade --install mermaid-server ${charts}/mermaid-server --version 2.2.5 --namespace codemie -f ./mermaid-server/values.yaml --wait --timeout 600s`,
    `helm upgrade --install codemie-nats-auth-callout ${charts}/codemie-nats-auth-callout --version 2.2.5 --namespace codemie -f ./codemie-nats-auth-callout/values-gcp.yaml --wait --timeout 600s`,
    `helm upgrade --install codemie-ui ${charts}/codemie-ui --version 2.2.5 --namespace codemie -f ./codemie-ui/values-gcp.yaml --wait --timeout 180s`,
    `helm upgrade --install codemie-api ${charts}/codemie --version 2.2.5 --namespace codemie -f ./codemie-api/values-gcp.yaml --wait --timeout 600s`,
  ],
} as const;

function isUpgrade(step: Step): step is Step<'helm-upgrade'> {
  return step.kind === 'helm-upgrade';
}

test.each(Object.entries(guide))(
  'C17 C18 C19 C20 C21 C22 C23: the five commands of the guide for %s',
  (cloud, commands) => {
    const plan = makePlan(planInput({ site: site({ options: { cloud } }) }));
    const upgrades = plan.steps.filter(isUpgrade);
    expect(upgrades.map((step) => step.guideCommand)).toEqual(commands.map((command) => command.split(' ')));
    expect(upgrades.map((step) => step.timeoutSeconds)).toEqual([600, 600, 600, 180, 600]);
  },
);

test('C01: the clouds differ in the names of three values files alone', () => {
  const commands = Object.keys(guide).map((cloud) =>
    makePlan(planInput({ site: site({ options: { cloud } }) })).steps.flatMap((step) => step.guideCommand ?? []),
  );
  const [aws = [], ...others] = commands;
  for (const other of others) {
    const different = aws.filter((argument, index) => argument !== other[index]);
    expect(different).toEqual([
      './codemie-nats-auth-callout/values-aws.yaml',
      './codemie-ui/values-aws.yaml',
      './codemie-api/values-aws.yaml',
    ]);
  }
});

test('C16: one upgrade after another in the order of the guide, a backup before and the checks after them', () => {
  const { steps } = makePlan(planInput({ selected: names.toReversed() }));
  expect(steps.map((step) => step.id)).toEqual([
    'backup',
    'mcp-connect/upgrade',
    'mermaid/upgrade',
    'nats-auth-callout/upgrade',
    'ui/upgrade',
    'api/upgrade',
    'check/pods',
    'check/releases',
    'check/ui',
    'check/login',
    'check/assistant',
    'check/logs',
  ]);
});

test("a site's timeout changes what is run, not what the guide says", () => {
  const plan = makePlan(planInput({ site: site({ timeouts: { ui: '10m' } }) }));
  const step = plan.steps.filter(isUpgrade).find((item) => item.component === 'ui');
  expect(step?.timeoutSeconds).toBe(600);
  expect(step?.command?.at(-1)).toBe('600s');
  expect(step?.guideCommand?.at(-1)).toBe('180s');
});

test('C24: a release that does not exist is an install, and is said to be one', () => {
  const plan = makePlan(planInput({}, { ui: { release: undefined } }));
  expect(plan.components.find((component) => component.name === 'ui')?.action).toBe('install');
  expect(plan.steps.find((step) => step.id === 'ui/upgrade')?.title).toBe('Install CodeMie UI');
});

test('X04: the same input gives the same plan and digest, whoever decides and when', () => {
  const plan = makePlan(planInput({ decisions: decided('install:codemie-ui') }));
  expect(makePlan(planInput({ decisions: decided('install:codemie-ui') }))).toEqual(plan);
  const later = decided('install:codemie-ui').map((decision) => ({ ...decision, by: 'Grace', at: '2027-01-01' }));
  expect(makePlan(planInput({ decisions: later })).digest).toBe(plan.digest);
});

test('X04: another chart, values file, decision, state or cluster is another plan', () => {
  const input = planInput();
  const ui = input.snapshot.components.find((component) => component.name === 'ui');
  const digests = [
    input,
    planInput({ decisions: decided('keep:ui:replicaCount') }),
    planInput({}, { ui: { chart: ui?.chart && { ...ui.chart, digest: 'sha256:9' } } }),
    planInput({}, { ui: { valuesFiles: ui?.valuesFiles.map((file) => ({ ...file, digest: 'sha256:9' })) ?? [] } }),
    planInput({}, { ui: { release: release('codemie-ui', { revisions: [revision(2, 'deployed', '2.2.4')] }) } }),
    planInput({ platformDigest: 'sha256:9' }),
    planInput({ siteDigest: 'sha256:9' }),
    planInput({ snapshot: { ...input.snapshot, cluster: { ...input.snapshot.cluster, uid: 'uid-2' } } }),
  ].map((item) => makePlan(item).digest);
  expect(new Set(digests).size).toBe(digests.length);
});

test('what is at the target with the same values is left alone; values that differ are an upgrade', () => {
  const at = { revisions: [revision(1, 'deployed', '2.2.5')] };
  const actions = (live: Record<string, number>) =>
    makePlan(planInput({}, { ui: { release: release('codemie-ui', { ...at, values: live }) } })).components.find(
      (component) => component.name === 'ui',
    )?.action;
  expect([actions({}), actions({ replicaCount: 3 })]).toEqual(['none', 'upgrade']);
});

test('O12: a newer failed revision makes the component partly at its version, and it is upgraded again', () => {
  const revisions = [revision(1, 'deployed', '2.2.4'), revision(2, 'failed', '2.2.5')];
  const plan = makePlan(planInput({}, { ui: { release: release('codemie-ui', { revisions }) } }));
  expect(plan.components.find((component) => component.name === 'ui')).toMatchObject({
    action: 'upgrade',
    installed: { version: '2.2.4', revision: 1 },
    partlyAt: { version: '2.2.5', revision: 2, status: 'failed' },
  });
});

test('C14: a part of the components leaves the others alone and is looked at by what fits a part', () => {
  const plan = makePlan(planInput({ selected: ['mermaid'] }));
  expect(plan.steps.map((step) => step.id)).toEqual([
    'backup',
    'mermaid/upgrade',
    'check/pods',
    'check/releases',
    'check/logs',
  ]);
  expect(plan.components.filter((component) => component.action === 'skipped')).toHaveLength(4);
});

test('a live value that someone keeps goes on top of the files, also below a key with dots', () => {
  const values = { image: { tag: 'hotfix' }, annotations: { 'example.com/team': 'blue' }, replicaCount: 3 };
  const ui = planInput().snapshot.components.find((component) => component.name === 'ui');
  const live = {
    ...ui,
    name: 'ui',
    release: release('codemie-ui', { values }),
    valuesFiles: ui?.valuesFiles ?? [],
    workloads: [],
  };
  const keep = ['image.tag', String.raw`annotations.example\.com/team`, 'not.there'];
  expect(keptValues(values, keep)).toEqual({ image: { tag: 'hotfix' }, annotations: { 'example.com/team': 'blue' } });
  const files = live.valuesFiles.map((file) => ({ ...file, values: { image: { tag: '1', pull: 'Always' } } }));
  expect(valuesFor({ ...live, valuesFiles: files }, keep)).toEqual({
    image: { tag: 'hotfix', pull: 'Always' },
    annotations: { 'example.com/team': 'blue' },
  });
  const decisions = decided(...keep.map((path) => `keep:ui:${path}`));
  const plan = makePlan(planInput({ decisions }, { ui: live }));
  const step = plan.steps.filter(isUpgrade).find((item) => item.component === 'ui');
  expect(step?.keep).toEqual(keep.toSorted());
  expect(step?.command).toContain('kept-values.yaml');
  expect(plan.components.find((component) => component.name === 'ui')?.values.map((change) => change.path)).toEqual([
    'replicaCount',
  ]);
});

test('of a part of the components the checks of those are made, and their repositories alone are added', () => {
  const { platform } = planInput();
  const ready = (id: string, component?: string) => ({
    id,
    kind: 'condition' as const,
    title: id,
    objects: { apiVersion: 'v1', kind: 'Pod' },
    until: 'true',
    within: '1s',
    ...(component === undefined ? {} : { component }),
  });
  const checks = [ready('ui-ready', 'ui'), ready('api-ready', 'api'), ready('all-ready')];
  const components = platform.components.map((component) => ({
    ...component,
    chart: { ...component.chart, oci: undefined, repo: `https://${component.name}.example`, name: component.name },
  }));
  const idsOf = (selected: readonly string[]) =>
    makePlan(planInput({ platform: { ...platform, checks, components }, selected })).steps.flatMap(({ id, kind }) =>
      kind === 'check' || kind === 'helm-repo' ? [id] : [],
    );
  expect(idsOf(['ui'])).toEqual([expect.stringContaining('ui'), 'check/ui-ready']);
  expect(idsOf(names).filter((id) => id.startsWith('check/'))).toEqual(checks.map(({ id }) => `check/${id}`));
});
