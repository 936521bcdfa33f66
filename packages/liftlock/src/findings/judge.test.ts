import { describe, expect, test } from 'vitest';
import type { HealthItem, Release } from '../model/snapshot.ts';
import { catalog } from './catalog.ts';
import { judge } from './judge.ts';
import { site, revision, release, component, evidence, found, seen, decided } from './preflight-fixtures.ts';

test('a site that is as it should be has no findings', () => {
  expect(judge(evidence())).toEqual([]);
});

test('every code has a page that says what it means and what to do', () => {
  for (const [code, page] of Object.entries(catalog)) {
    expect(code).toMatch(/^[A-Z0-9_]+$/);
    expect(page.title.length * page.meaning.length * page.whatToDo.length).toBeGreaterThan(0);
  }
});

describe('cluster and tools', () => {
  test('O20: another cluster than the site names, or than it was used with before, blocks', () => {
    expect(found({ site: site({ cluster: { uid: 'uid-2' } }) })).toEqual(['WRONG_CLUSTER blocker']);
    expect(found(seen({ rememberedUid: 'uid-2' }))).toEqual(['WRONG_CLUSTER blocker']);
    expect(found(seen({ rememberedUid: 'uid-1' }))).toEqual([]);
    expect(found({ ...seen({ rememberedUid: 'uid-2' }), ...decided('cluster:uid-1') })).toEqual(['WRONG_CLUSTER info']);
    expect(found({ site: site({ cluster: { uid: 'uid-2' } }), ...decided('cluster:uid-1') })).toEqual([
      'WRONG_CLUSTER blocker',
    ]);
  });

  test('an old helm blocks', () => {
    expect(found(seen({ helm: { version: 'v3.15.4', path: '/h' } }))).toEqual(['HELM_TOO_OLD blocker']);
    expect(found(seen({ helm: { version: 'v4.3.1', path: '/h' } }))).toEqual([]);
  });

  test('missing verbs block, one finding for each resource; those of the watch only warn', () => {
    const missing = [
      { verb: 'create', resource: 'secrets', namespace: 'prod', purpose: 'forecast', lack: 'blocker' },
      { verb: 'patch', resource: 'secrets', namespace: 'prod', purpose: 'forecast', lack: 'blocker' },
      { verb: 'watch', resource: 'events', namespace: 'prod', purpose: 'apply', lack: 'warning' },
      { verb: 'watch', resource: 'jobs.batch', namespace: 'prod', purpose: 'apply', lack: 'warning' },
      { verb: 'watch', resource: 'deployments.apps', namespace: 'prod', purpose: 'apply', lack: 'blocker' },
      { verb: 'get', resource: 'clusterroles.rbac', namespace: '', purpose: 'read', lack: 'blocker' },
    ] as const;
    const findings = judge(evidence(seen({ missingPermissions: missing })));
    expect(findings.map((finding) => `${finding.severity}: ${finding.message}`)).toEqual([
      'blocker: ada may not create, patch secrets in prod.',
      'warning: ada may not watch events in prod.',
      'warning: ada may not watch jobs.batch in prod.',
      'blocker: ada may not watch deployments.apps in prod.',
      'blocker: ada may not get clusterroles.rbac in the cluster.',
    ]);
    const planned = judge(evidence({ ...seen({ missingPermissions: missing }), isOnlyPlanned: true }));
    expect(planned.map(({ severity, message }) => `${severity}: ${message}`)).toContain(
      'warning: ada may not watch deployments.apps in prod. A plan does without; apply needs it.',
    );
  });
});

describe('releases', () => {
  const api = (item: Release | undefined) =>
    seen({ components: [component('web'), component('api', { release: item })] });

  test('O20 C24: one absent release blocks until it is named; all absent is another place, with a hint', () => {
    expect(found(api(undefined))).toEqual(['RELEASE_ABSENT blocker']);
    expect(found({ ...api(undefined), ...decided('install:shop-api') })).toEqual(['RELEASE_ABSENT info']);
    expect(found({ ...api(undefined), ...decided('install:shop-web') })).toEqual(['RELEASE_ABSENT blocker']);
    const otherReleases = [
      { name: 'shop-web', namespace: 'shop', chart: 'web-2.2.4', status: 'deployed' as const, revision: 1 },
    ];
    const [all, ...more] = judge(
      evidence(
        seen({
          components: [component('web', { release: undefined }), component('api', { release: undefined })],
          otherReleases,
        }),
      ),
    );
    expect(more).toEqual([]);
    expect(all).toMatchObject({
      code: 'ALL_RELEASES_ABSENT',
      severity: 'blocker',
      message: expect.stringContaining('namespace shop'),
    });
  });

  test('O12: a failed revision above the installed one is told; a locked, damaged or never deployed one blocks', () => {
    const deployed = revision(1, 'deployed', '2.2.4');
    expect(found(api(release('shop-api', [deployed, revision(2, 'failed', '2.2.5')])))).toEqual([
      'NEWEST_REVISION_FAILED warning',
    ]);
    const pending = release('shop-api', [deployed, revision(2, 'pending-upgrade', '2.2.5')]);
    expect(found(api(pending))).toEqual(['RELEASE_PENDING blocker']);
    expect(found({ ...api(pending), ...decided('unlock:shop-api') })).toEqual(['RELEASE_PENDING info']);
    expect(found(api(release('shop-api', [deployed, revision(2, 'unknown', '')])))).toEqual([
      'RELEASE_UNREADABLE blocker',
    ]);
    expect(found(api(release('shop-api', [revision(1, 'failed', '2.2.4')])))).toEqual(['ORIGIN_UNKNOWN blocker']);
  });

  test('a newer component blocks; one that migrates data cannot be allowed to go back', () => {
    const newer = (name: string) =>
      component(name, { release: release(`shop-${name}`, [revision(1, 'deployed', '2.2.10')]) });
    expect(found(seen({ components: [newer('web'), component('api')] }))).toEqual(['DOWNGRADE blocker']);
    expect(found({ ...seen({ components: [newer('web'), component('api')] }), ...decided('downgrade:web') })).toEqual([
      'DOWNGRADE info',
    ]);
    expect(judge(evidence(seen({ components: [component('web'), newer('api')] })))[0]?.remedies).toEqual([]);
    const begun = release('shop-api', [revision(1, 'deployed', '2.2.4'), revision(2, 'failed', '2.3.0')]);
    expect(found(api(begun))).toEqual(['NEWEST_REVISION_FAILED warning', 'DOWNGRADE blocker']);
  });

  test('a component at the target is told; one that is not selected is not judged', () => {
    const there = release('shop-api', [revision(1, 'deployed', '2.2.5')]);
    expect(found(api(there))).toEqual(['ALREADY_AT_TARGET info']);
    expect(found({ ...api(undefined), selected: ['web'] })).toEqual([]);
  });
});

describe('O14: health before', () => {
  const bad = (fields: Partial<HealthItem>): HealthItem => ({
    object: { apiVersion: 'v1', kind: 'Pod', namespace: 'prod', name: 'p' },
    state: 'unhealthy',
    reason: 'CrashLoopBackOff',
    message: '',
    restarts: 7,
    ...fields,
  });

  test('an unhealthy component blocks until it is named; anything else warns', () => {
    expect(found(seen({ health: [bad({ release: 'shop-api' }), bad({ release: 'shop-api' })] }))).toEqual([
      'UNHEALTHY_BEFORE blocker',
    ]);
    expect(found({ ...seen({ health: [bad({ release: 'shop-api' })] }), ...decided('unhealthy:api') })).toEqual([
      'UNHEALTHY_BEFORE info',
    ]);
    expect(found(seen({ health: [bad({ release: 'decoy' }), bad({})] }))).toEqual([
      'UNHEALTHY_BEFORE warning',
      'UNHEALTHY_BEFORE warning',
    ]);
    expect(found({ ...seen({ health: [bad({ release: 'shop-api' })] }), selected: ['web'] })).toEqual([
      'UNHEALTHY_BEFORE warning',
    ]);
    expect(found(seen({ health: [bad({ release: 'shop-api', state: 'done' })] }))).toEqual([]);
  });
});

test('a decision says who took it', () => {
  const [finding] = judge(evidence({ ...seen({ key: { id: 'k1', ageDays: 91 } }), ...decided('expired-key') }));
  expect(finding?.message).toContain('Decided by Ada: expired-key.');
});
