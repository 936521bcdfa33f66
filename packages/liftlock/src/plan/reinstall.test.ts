import { describe, expect, it } from 'vitest';
import { codemie, decided, planInput, site, stepState } from '../../test/support/plan-input.ts';
import { reinstallFindings } from '../findings/foreseen/reinstall.ts';
import type { Holdings } from '../model/snapshot.ts';
import { decideAgain } from './decide-again.ts';
import { makePlan } from './make-plan.ts';

const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'codemie', name: 'db' };
const key = { apiVersion: 'v1', kind: 'Secret', namespace: 'codemie', name: 'db' };
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: 'things.example.test',
};

const holdings: Holdings = {
  revision: 3,
  objects: [set, key, definition],
  kept: [{ object: key, isPutBack: true }],
  claims: [
    { namespace: 'codemie', name: 'data-db-0', uid: 'u1', volume: 'pv1', policy: 'Delete' },
    {
      namespace: 'codemie',
      name: 'files',
      uid: 'u2',
      volume: 'pv2',
      policy: 'Retain',
      goesBecause: 'it is an object of the chart',
    },
  ],
  deletesClaims: [set],
  deleteHooks: [{ name: 'wipe', kind: 'Job', events: ['pre-delete'] }],
  addresses: [
    { object: { ...key, kind: 'Service', name: 'web' }, addresses: ['192.0.2.1'], hosts: ['a.example.test'] },
  ],
  mayPatchVolumes: false,
};

function planned(...remedies: readonly string[]) {
  return makePlan(planInput({ decisions: decided(...remedies) }, { ui: { holdings } }));
}

describe('reinstall:COMPONENT in a plan', () => {
  it('O3, O4, O5: puts what keeps the data before the uninstall, and what proves it after the installation', () => {
    const ids = planned('reinstall:ui', 'retain:statefulset/db')
      .steps.map(({ id }) => id)
      .filter((id) => id.startsWith('ui/'));
    expect(ids).toEqual([
      'ui/put-aside',
      'ui/retain-volumes',
      'ui/retain/statefulset/db',
      'ui/uninstall',
      'ui/put-back',
      'ui/upgrade',
      'ui/compare-kept',
      'ui/compare-addresses',
    ]);
  });

  it('O3: the installation has no revision to go back to, and says --install', () => {
    const step = planned('reinstall:ui').steps.find(({ id }) => id === 'ui/upgrade');
    expect(step).toMatchObject({ kind: 'helm-upgrade', install: true, reinstalls: true, risk: 'irreversible' });
    expect(step).not.toHaveProperty('from');
    expect(step?.command).toContain('--install');
    expect(step?.command).not.toContain('--atomic');
  });

  it('O5: a claim is made again only where somebody said so', () => {
    const claimsOf = (...remedies: readonly string[]) =>
      planned('reinstall:ui', ...remedies).steps.flatMap((step) => (step.kind === 'put-back' ? step.claims : []));
    expect(claimsOf().map(({ isRebound }) => isRebound)).toEqual([false, false]);
    expect(claimsOf('rebind:pvc/files', 'rebind:pvc/data-db-0').map(({ isRebound }) => isRebound)).toEqual([
      false,
      true,
    ]);
  });

  it('O5: consent to a claim of the release is none to one of that name in another namespace', () => {
    const [, files] = holdings.claims;
    if (files === undefined) throw new Error('no claim');
    const both = { ...holdings, claims: [files, { ...files, namespace: 'data' }] };
    const rebound = (remedy: string) => {
      const plan = makePlan(planInput({ decisions: decided('reinstall:ui', remedy) }, { ui: { holdings: both } }));
      const [step] = plan.steps.filter(({ kind }) => kind === 'put-back');
      return step?.kind === 'put-back' ? step.claims.map(({ isRebound }) => isRebound) : [];
    };
    expect(rebound('rebind:pvc/files')).toEqual([true, false]);
    expect(rebound('rebind:pvc/data/files')).toEqual([false, true]);
    const { snapshot } = planInput({ site: site() }, { ui: { holdings: both } });
    const ids = reinstallFindings({ snapshot, selected: ['ui'] }).flatMap(({ remedies }) =>
      remedies.map(({ id }) => id),
    );
    expect(ids).toEqual(expect.arrayContaining(['rebind:pvc/files', 'rebind:pvc/data/files']));
  });

  it('O4: no hook runs where that was decided', () => {
    const uninstall = planned('reinstall:ui', 'no-hooks:ui').steps.find(({ kind }) => kind === 'helm-uninstall');
    expect(uninstall?.command).toContain('--no-hooks');
    expect(uninstall?.command?.join(' ')).not.toContain('delete');
  });

  it('is planned also where nothing else is to be upgraded, and never without a release', () => {
    const current = makePlan(
      planInput({ decisions: decided('reinstall:ui'), selected: ['ui'], target: '2.2.4' }, { ui: { holdings } }),
    );
    expect(current.steps.some(({ kind }) => kind === 'helm-uninstall')).toBe(true);
    const absent = makePlan(planInput({ decisions: decided('reinstall:ui') }, { ui: { release: undefined } }));
    expect(absent.steps.some(({ kind }) => kind === 'helm-uninstall')).toBe(false);
  });

  it('is added to a run that goes on, before the upgrade that failed, and leaves what is settled', () => {
    const input = planInput({}, { ui: { holdings } });
    const begun = makePlan(input);
    const states = begun.steps.map((step) => stepState(step, step.id === 'ui/upgrade' ? 'failed' : 'settled'));
    const again = decideAgain(begun, states, input.snapshot, decided('reinstall:ui'), []);
    const ids = again.steps.map(({ id }) => id);
    expect(ids.indexOf('ui/uninstall')).toBeLessThan(ids.indexOf('ui/upgrade'));
    expect(ids.filter((id) => id.endsWith('/uninstall'))).toEqual(['ui/uninstall']);
  });

  it('is added once where a second upgrade takes something back', () => {
    const input = planInput({}, { ui: { holdings } });
    const plan = makePlan(input);
    const steps = plan.steps.flatMap((step): typeof plan.steps =>
      step.kind === 'helm-upgrade' && step.id === 'ui/upgrade'
        ? [step, { ...step, id: 'ui/take-back', follows: step.id }]
        : [step],
    );
    const states = steps.map((step) => stepState(step, step.id === 'ui/upgrade' ? 'failed' : 'todo'));
    const again = decideAgain({ ...plan, steps }, states, input.snapshot, decided('reinstall:ui'), []);
    expect(again.steps.filter(({ kind }) => kind === 'helm-uninstall').map(({ id }) => id)).toEqual(['ui/uninstall']);
  });
});

describe('What an uninstall would take', () => {
  const evidence = planInput({ site: site() }, { ui: { holdings } });
  const found = reinstallFindings({ snapshot: evidence.snapshot, selected: ['ui'] });

  it('O4 to O6: every thing that could be lost is a blocker with its own consent', () => {
    expect(
      found.map(({ code, severity, remedies }) => [code, severity, ...remedies.map(({ id }) => id)].join(' ')),
    ).toEqual([
      'RETENTION_DELETES_CLAIMS blocker retain:statefulset/db',
      'CLAIM_GOES_WITH_RELEASE blocker rebind:pvc/files',
      'VOLUME_NOT_RETAINED blocker ask:pv/pv1',
      'DELETE_HOOK blocker no-hooks:ui hook:wipe',
      'UNINSTALL_DELETES_PROTECTED blocker delete:customresourcedefinition/things.example.test',
      'ADDRESS_MAY_CHANGE warning',
    ]);
  });

  it('O5: nobody can consent to a volume that is not retained', () => {
    const volume = found.find(({ code }) => code === 'VOLUME_NOT_RETAINED');
    expect(volume?.remedies.flatMap(({ commands }) => commands).some((command) => command.startsWith('--allow'))).toBe(
      false,
    );
  });

  it('is not asked for components that stay', () => {
    expect(codemie.components.map(({ name }) => name)).toContain('api');
    expect(reinstallFindings({ snapshot: evidence.snapshot, selected: ['api'] })).toEqual([]);
  });
});
