import { describe, expect, it } from 'vitest';
import { isProblem } from '../model/problem.ts';
import { doors, component, inputs, planOf, ids, stepOf } from '../../test/support/depot.ts';

describe('migrations of a hop', () => {
  it('R06, R07: every version crossed is migrated, the lowest first, each as its own group', () => {
    const plan = planOf({ to: '2.14.2' });
    expect(ids(plan)).toEqual([
      'backup',
      'core/early/calm',
      'core/claims/keep/metrics',
      'core/claims/keep/database',
      'core/door/ingress',
      'core/door/tls',
      'core/upgrade',
      'core/early/calm/undo',
      'core/claims/keep/compare',
      'core/door/ingress/returns',
      'core/late/reindex',
      'agent/upgrade',
    ]);
    expect(stepOf(plan, 'core/upgrade')).toMatchObject({
      carryOver: {
        set: {
          database: { existingClaim: 'database' },
          metrics: { existingClaim: 'metrics' },
          global: { domain: 'depot.example.com' },
        },
      },
    });
  });

  it('R06: an origin at or above the version crosses nothing', () => {
    for (const from of ['2.14.0', '2.14.1']) expect(ids(planOf({ from, to: '2.14.2' }))).toHaveLength(3);
    expect(ids(planOf({ from: '2.9.0', to: '2.10.0' }))).toEqual(['backup', 'core/upgrade', 'agent/upgrade']);
    expect(ids(planOf({ from: '2.9.0', to: '2.10.1' }))).toContain('core/early/calm');
    expect(ids(planOf({ from: '2.10.1', to: '2.11.0' }))).not.toContain('core/early/calm');
  });

  it('counts for each component by what is installed of it, and for none that is installed for the first time', () => {
    const behind = [component('core', '2.12.0', '2.13.0'), component('agent', '2.9.0', '2.13.0')];
    expect(ids(planOf({ to: '2.13.0', components: behind, facts: { doors, big: true }, hopFrom: '2.9.0' }))).toEqual([
      'backup',
      'core/upgrade',
      'agent/upgrade',
      'agent/take-back',
    ]);
    const fresh = [component('core', undefined, '2.13.0'), component('agent', undefined, '2.13.0')];
    expect(ids(planOf({ to: '2.13.0', components: fresh }))).toEqual(['backup', 'core/upgrade', 'agent/upgrade']);
  });

  it('counts from where a later hop begins, not from what is installed now', () => {
    expect(ids(planOf({ from: '2.9.0', to: '2.14.0', hopFrom: '2.13.0' }))).toEqual([
      'backup',
      'core/upgrade',
      'core/late/reindex',
      'agent/upgrade',
    ]);
  });

  it('leaves out what a condition rules out, and its values with it', () => {
    for (const change of [
      { site: { options: { distribution: 'openshift' }, inputs } },
      { facts: { doors: [], big: false } },
    ]) {
      const plan = planOf({ to: '2.12.0', ...change });
      expect(ids(plan).filter((id) => id.includes('/door/'))).toEqual([]);
      expect(JSON.stringify(stepOf(plan, 'core/upgrade'))).not.toContain('depot.example.com');
    }
  });

  it('does not plan on a question that nobody has answered', () => {
    try {
      planOf({ to: '2.13.0', facts: { doors } });
      expect.unreachable();
    } catch (error) {
      expect(isProblem(error) && [error.code, error.message]).toEqual([
        'FACT_UNANSWERED',
        expect.stringContaining('only a person knows: More than 100 nodes?'),
      ]);
    }
    expect(ids(planOf({ to: '2.12.0', facts: { doors } }))).toContain('agent/upgrade');
  });
});

describe('steps of migrations', () => {
  const plan = planOf({ to: '2.14.2' });

  it('R12, R13: claims are annotated as the guide has it, and compared with what they were', () => {
    expect(stepOf(plan, 'core/claims/keep/database')).toMatchObject({
      kind: 'patch-object',
      object: { kind: 'PersistentVolumeClaim', namespace: 'depot', name: 'database' },
      guideCommand: [
        'kubectl',
        'patch',
        'pvc',
        '-n',
        'depot',
        'database',
        '-p',
        '{"metadata":{"annotations":{"helm.sh/resource-policy":"keep"}}}',
      ],
      command: expect.arrayContaining(['{"metadata":{"annotations":{"helm.sh/resource-policy":"keep"}}}']),
    });
    expect(stepOf(plan, 'core/claims/keep/compare')).toMatchObject({
      kind: 'compare-claims',
      claims: [
        { name: 'database', uid: 'uid-d', volume: 'pv-d' },
        { name: 'metrics', uid: 'uid-m', volume: 'pv-m' },
      ],
      known: ['database', 'metrics', 'other'],
    });
  });

  it('O12: what was never deployed is migrated from the version that someone says it has', () => {
    const read = component('core', '2.9.0', '2.12.0');
    const release = read.release && { ...read.release, installed: undefined };
    const components = [{ ...read, release }, component('agent', '2.9.0', '2.12.0')];
    const decisions = [{ remedy: 'origin:depot', by: 'Ada', at: '', how: 'flag' as const }];
    const said = planOf({ to: '2.12.0', components, hopFrom: '2.9.0', decisions });
    expect(ids(said)).toEqual(ids(planOf({ to: '2.12.0' })));
    expect(ids(said)).toContain('core/claims/keep/database');
  });

  it('R14: what is deleted is waited for after the upgrade, with what must hold of it', () => {
    expect(stepOf(plan, 'core/door/ingress')).toMatchObject({ object: { name: 'depot-door', namespace: 'depot' } });
    expect(stepOf(plan, 'core/door/ingress/returns')).toMatchObject({
      kind: 'await-condition',
      objects: { kind: 'Ingress', names: ['depot-door'], namespace: 'depot' },
      until: 'object.spec.rules.exists(r, r.host == "depot.example.com")',
      timeoutSeconds: 60,
    });
    expect(stepOf(plan, 'core/door/tls')).toMatchObject({
      files: { 'tls.crt': '/c.crt', 'tls.key': '/c.key' },
      covers: 'depot.example.com',
    });
  });

  it('each says which migration it is of, why, and who says so', () => {
    const migration = {
      id: 'claims',
      title: 'Keep the data',
      why: 'The new chart does not make the claims.',
      source: 'page 1',
    };
    expect(stepOf(plan, 'core/claims/keep/compare')?.migration).toEqual(migration);
    expect(stepOf(plan, 'core/upgrade')?.migration).toBeUndefined();
  });

  it('O18: what cannot be undone is marked', () => {
    expect(stepOf(plan, 'core/late/reindex')).toMatchObject({
      kind: 'run-job',
      risk: 'irreversible',
      migration: { id: 'late', isIrreversible: true },
      job: { metadata: { name: 'reindex-2.14.2', namespace: 'depot' } },
      timeoutSeconds: 600,
    });
  });

  it('what a step changes for the time of the upgrade is put back after it', () => {
    expect(stepOf(plan, 'core/early/calm')).toMatchObject({ kind: 'scale', replicas: 0 });
    expect(stepOf(plan, 'core/early/calm/undo')).toMatchObject({ undoes: 'core/early/calm', undoWhen: 'always' });
  });

  it('what is set for one hop is taken back by a second upgrade at the same version', () => {
    const slow = planOf({ from: '2.14.0', to: '2.15.0' });
    expect(ids(slow)).toEqual(['backup', 'core/upgrade', 'core/take-back', 'agent/upgrade']);
    expect(stepOf(slow, 'core/upgrade')).toMatchObject({ carryOver: { set: { migrating: true } } });
    expect(stepOf(slow, 'core/take-back')).toMatchObject({
      kind: 'helm-upgrade',
      follows: 'core/upgrade',
      chart: { version: '2.15.0' },
    });
    expect(stepOf(slow, 'core/take-back')).toHaveProperty('carryOver.set', {});
    expect(stepOf(slow, 'core/take-back')).not.toHaveProperty('from');
    expect(stepOf(slow, 'core/take-back')?.guideCommand?.join(' ')).toBe(
      'helm upgrade --install depot oci://h/core --version 2.15.0 --namespace depot --reset-then-reuse-values --set migrating=null --wait --timeout 600s',
    );
  });

  it('an input that is not given stays visible', () => {
    const { domain: _domain, ...rest } = inputs;
    const open = planOf({ to: '2.12.0', site: { inputs: rest } });
    expect(stepOf(open, 'core/upgrade')).toMatchObject({ carryOver: { set: { global: { domain: '<domain>' } } } });
  });
});
