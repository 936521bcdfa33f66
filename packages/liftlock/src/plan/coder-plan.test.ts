import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decided, planInput, release, revision, site } from '../../test/support/plan-input.ts';
import { parsePlatform } from '../definition/yaml-source.ts';
import type { ComponentSnapshot, Snapshot } from '../model/snapshot.ts';
import { carriedValues } from '../release/exported-values.ts';
import { decideAgain } from './decide-again.ts';
import { makePlan, type PlanInput } from './make-plan.ts';

const definition = new URL('../../../../platforms/coder/platform.yaml', import.meta.url);
const coder = parsePlatform(readFileSync(definition, 'utf8'), 'platform.yaml');
const values = { ingress: { host: 'coder.example.com' } };

function input(
  fields: Partial<ComponentSnapshot> & { helm?: string; decisions?: PlanInput['decisions'] } = {},
): PlanInput {
  const { helm = '3.22.0', decisions = [], ...change } = fields;
  const live = release('coder', { namespace: 'coder', revisions: [revision(7, 'deployed', '1.15.3')], values });
  const component: ComponentSnapshot = {
    name: 'coder',
    release: live,
    chart: {
      reference: 'https://helm.coder.com/coder',
      source: 'https://helm.coder.com/coder',
      name: 'coder',
      version: '1.16.1',
      appVersion: '1.16.1',
      digest: 'sha256:1',
      file: '/tmp/coder.tgz',
      values: {},
    },
    valuesFiles: [carriedValues('current-values.yml', values)],
    workloads: [],
    ...change,
  };
  const base = planInput();
  const snapshot: Snapshot = {
    ...base.snapshot,
    namespace: 'coder',
    helm: { version: helm, path: '/usr/bin/helm' },
    components: [component],
  };
  return {
    ...base,
    platform: coder,
    site: site({ platform: 'coder', options: {} }),
    snapshot,
    target: '1.16.1',
    selected: ['coder'],
    decisions,
  };
}

function upgradeOf(from: PlanInput) {
  const step = makePlan(from).steps.find((item) => item.kind === 'helm-upgrade');
  if (step === undefined) throw new Error('no upgrade');
  return step;
}

describe('the plan of Coder', () => {
  it.each([
    [
      '3.22.0',
      'helm upgrade --namespace coder --force --install --atomic --wait --version 1.16.1 coder coder/coder --values current-values.yml',
      'helm upgrade coder coder-1.16.1.tgz --namespace coder -f current-values.yml --force --wait --timeout 300s',
    ],
    [
      '4.3.1',
      'helm upgrade --namespace coder --force-replace --install --rollback-on-failure --wait --version 1.16.1 coder coder/coder --values current-values.yml',
      'helm upgrade coder coder-1.16.1.tgz --namespace coder -f current-values.yml --force-replace --wait --timeout 300s',
    ],
  ])('D01, D07, D09, D20: with helm %s both commands, argument by argument', (helm, guide, own) => {
    const { guideCommand, command, timeoutSeconds } = upgradeOf(input({ helm }));
    expect(guideCommand).toEqual(guide.split(' '));
    expect(command).toEqual(own.split(' '));
    expect(timeoutSeconds).toBe(300);
  });

  it('O3: --atomic is a step right behind the upgrade, and the plan says what it does', () => {
    const plan = makePlan(input());
    const ids = plan.steps.map(({ id }) => id);
    expect(ids.slice(0, 4)).toEqual(['repository/coder', 'backup', 'coder/upgrade', 'coder/rollback-on-failure']);
    expect(plan.steps[3]).toMatchObject({ undoes: 'coder/upgrade', revision: 7, version: '1.15.3' });
    expect(plan.components[0]?.rollback).toBe('on failure: roll back to 1.15.3');
    expect(upgradeOf(input()).notes?.join(' ')).toContain('--atomic of the guide is a step of its own');
  });

  it('D06, D13: the backup keeps the values that the upgrade is given', () => {
    const plan = makePlan(input());
    const backup = plan.steps.find((step) => step.kind === 'backup');
    expect(backup).toMatchObject({ values: [{ release: 'coder', namespace: 'coder', path: 'current-values.yml' }] });
    expect(upgradeOf(input()).values).toEqual([
      {
        path: 'current-values.yml',
        digest: backup?.kind === 'backup' ? backup.values?.[0]?.digest : '',
        isCarried: true,
      },
    ]);
  });

  it('D07: --force is left out where it was dropped, and where Helm 4 applies server-side', () => {
    const dropped = upgradeOf(input({ decisions: decided('drop:coder:--force') }));
    expect(dropped.force).toBeUndefined();
    expect(dropped.command).not.toContain('--force');
    expect(dropped.guideCommand).toContain('--force');
    const live = release('coder', { revisions: [revision(7, 'deployed', '1.15.3')], values, applyMethod: 'ssa' });
    expect(upgradeOf(input({ helm: '4.3.1', release: live })).force).toBeUndefined();
    expect(upgradeOf(input({ helm: '3.22.0', release: live })).force).toBe(true);
  });

  it('D10: a flag that a resumed run decides against leaves its upgrade, and nothing else changes', () => {
    const plan = makePlan(input());
    const again = decideAgain(plan, [], input().snapshot, decided('drop:coder:--force'), []);
    const upgrade = again.steps.find((step) => step.kind === 'helm-upgrade');
    expect(upgrade).toMatchObject({ id: 'coder/upgrade' });
    expect(upgrade).not.toHaveProperty('force');
    expect(upgrade?.command).not.toContain('--force');
    expect(again.steps.map(({ id }) => id)).toEqual(plan.steps.map(({ id }) => id));
  });

  it('D09, D20: timeout and release name are a site’s to change', () => {
    const changed = { ...input(), site: site({ platform: 'coder', options: {}, timeouts: { coder: '10m' } }) };
    expect(upgradeOf(changed).timeoutSeconds).toBe(600);
  });
});
