import { expect, test } from 'vitest';
import { loadPlatform } from '../packages/liftlock/src/adapters/files/platform-catalog.ts';
import { evidence } from '../packages/liftlock/src/findings/preflight-fixtures.ts';
import { helmFindings } from '../packages/liftlock/src/findings/rules/cluster.ts';
import { crossedMigrations } from '../packages/liftlock/src/facts/crossed-migrations.ts';
import { guideUpgradeCommand } from '../packages/liftlock/src/plan/guide-command.ts';
import { filledValues } from '../packages/liftlock/src/plan/migrations.ts';
import { valueWork } from '../packages/liftlock/src/values/value-work.ts';

const { platform } = await loadPlatform('runai');
const [controlPlane] = platform.components;
const to = '2.19.11';
const namespace = 'runai-backend';
const release = 'runai-backend';

interface Case {
  readonly from: string;
  readonly delivery: string;
  readonly distribution?: string;
}

function scopeOf({ from, delivery, distribution = 'kubernetes' }: Case) {
  const options = { delivery, distribution };
  const inputs = { domain: 'runai.example.com' };
  return { facts: { tlsSecret: [] }, options, inputs, installed: { 'control-plane': from }, from, to };
}

function migrationsOf(given: Case) {
  return crossedMigrations(platform, { from: given.from, to }, scopeOf(given));
}

/** The guide's command as the runbook has it. */
function commandOf(given: Case, major: 3 | 4 = 3): string {
  if (controlPlane === undefined) throw new Error('the definition has no components');
  const scope = scopeOf(given);
  const fill = { inputs: scope.inputs, options: scope.options, namespace, release, version: to };
  const words = guideUpgradeCommand({
    component: controlPlane,
    version: to,
    file: given.delivery === 'airgapped' ? `control-plane-${to}.tgz` : undefined,
    namespace,
    valuesFiles: ['runai_control_plane_values.yaml'],
    set: valueWork(filledValues(migrationsOf(given), fill), [])?.set,
    scope,
    timeoutSeconds: 900,
    major,
  });
  return words.join(' ');
}

const kept =
  '--set postgresql.primary.persistence.existingClaim=pvc-postgresql --set thanos.receive.persistence.existingClaim=pvc-thanos-receive';
const domain = '--set global.domain=runai.example.com';

test.each([
  {
    from: '2.9.6',
    delivery: 'connected',
    command: `helm upgrade -i ${release} -n ${namespace} runai-backend/control-plane --version ${to} ${domain} ${kept}`,
  },
  {
    from: '2.9.6',
    delivery: 'airgapped',
    command: `helm upgrade -i ${release} control-plane-${to}.tgz -n ${namespace} ${domain} ${kept}`,
  },
  {
    from: '2.13.8',
    delivery: 'connected',
    command: `helm upgrade ${release} -n ${namespace} runai-backend/control-plane --version ${to} -f runai_control_plane_values.yaml --reset-then-reuse-values`,
  },
  {
    from: '2.13.8',
    delivery: 'airgapped',
    command: `helm upgrade ${release} control-plane-${to}.tgz -n ${namespace} -f runai_control_plane_values.yaml --reset-then-reuse-values`,
  },
  {
    from: '2.9.6',
    delivery: 'connected',
    distribution: 'openshift',
    command: `helm upgrade -i ${release} -n ${namespace} runai-backend/control-plane --version ${to} ${domain} --set global.config.kubernetesDistribution=openshift --set thanos.query.stores={thanos-grpc-port-forwarder:10901} --set postgresql.primary.persistence.existingClaim=pvc-postgresql`,
  },
])('X04, R19, R20, R23, R25, R27: from $from, $delivery, one argv', ({ command, ...given }) => {
  expect(commandOf(given)).toBe(command);
  // Later pages of the vendor ask for it where helm is Helm 4.
  expect(commandOf(given, 4)).toBe(`${command} --server-side=false`);
});

test.each([
  ['2.8.9', 'kubernetes', 'customization claims certificate ingress'],
  ['2.9.6', 'kubernetes', 'customization claims certificate ingress'],
  ['2.10.4', 'kubernetes', 'customization claims certificate ingress'],
  ['2.11.2', 'kubernetes', 'customization claims certificate ingress'],
  ['2.11.2', 'openshift', 'customization openshift claims-openshift'],
  ['2.12.0', 'kubernetes', ''],
  ['2.13.8', 'kubernetes', ''],
  ['2.18.9', 'openshift', ''],
])('R06, R07, R30: crossing 2.12 from %s on %s: %s', (from, distribution, ids) => {
  expect(
    migrationsOf({ from, delivery: 'connected', distribution })
      .map(({ id }) => id)
      .join(' '),
  ).toBe(ids);
});

test.each([
  ['v3.13.3', ['HELM_TOO_OLD']],
  ['v3.14.0', []],
  ['v4.3.0', []],
])('R01: with helm %s', (version, codes) => {
  const snapshot = { ...evidence().snapshot, helm: { version, path: '/usr/bin/helm' } };
  expect(helmFindings({ ...evidence(), platform, snapshot }).map(({ code }) => code)).toEqual(codes);
});
