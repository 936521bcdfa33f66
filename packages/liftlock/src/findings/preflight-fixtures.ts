import type { JsonObject } from '../model/json.ts';
import { Platform } from '../model/platform.ts';
import { Site } from '../model/site.ts';
import type { ComponentSnapshot, Release, ReleaseStatus, Revision, Snapshot } from '../model/snapshot.ts';
import type { PreflightEvidence } from './evidence.ts';
import { judge } from './judge.ts';

/** A platform of two components whose site is as it should be, for tests that change one thing. */
const platform = Platform.parse({
  apiVersion: 'liftlock.dev/v1alpha1',
  kind: 'Platform',
  metadata: { name: 'shop', title: 'Shop', guide: { title: 'Update Shop' } },
  tools: { helm: '>=3.16.0' },
  namespace: 'prod',
  registry: {
    host: 'registry.example',
    key: { lifetime: 90, warnAfter: 75 },
    pullSecret: { name: 'registry-key', server: 'https://registry.example', username: '_json_key' },
  },
  components: [
    {
      name: 'web',
      title: 'Web',
      release: 'shop-web',
      chart: { oci: 'oci://registry.example/web' },
      values: { files: ['web.yaml'] },
      timeout: '600s',
    },
    {
      name: 'api',
      title: 'API',
      release: 'shop-api',
      chart: { oci: 'oci://registry.example/api' },
      values: { files: ['api.yaml'] },
      timeout: '600s',
      migrates: { containers: ['api'], note: 'the schema' },
    },
  ],
  checklist: [
    { id: 'release-notes', title: 'The notes were read', affirm: 'person' },
    { id: 'window', title: 'The window is agreed', affirm: 'window' },
  ],
});
export const affirmed = { 'release-notes': { by: 'Ada', version: '2.2.5' }, window: { by: 'Ada', version: '2.2.5' } };

export function site(fields: JsonObject = {}): Site {
  return Site.parse({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Site',
    metadata: { name: 'prod' },
    platform: 'shop',
    affirmations: affirmed,
    ...fields,
  });
}

export function revision(number: number, status: ReleaseStatus, version: string): Revision {
  return {
    revision: number,
    status,
    version,
    chart: 'web',
    appVersion: version,
    updated: '2026-11-20T10:00:00Z',
    description: '',
  };
}

export function release(
  name: string,
  revisions: readonly Revision[] = [revision(1, 'deployed', '2.2.4')],
  values: JsonObject = {},
): Release {
  const chart = name.replace(/^shop-/, '');
  const own = revisions.map((item) => ({ ...item, chart }));
  const newest = own.at(-1) ?? { ...revision(1, 'unknown', ''), chart };
  const installed = own.findLast((item) => item.status === 'deployed');
  return { name, namespace: 'prod', revisions: own, newest, installed, values, manifest: '', hooks: [] };
}

export function component(name: string, fields: Partial<ComponentSnapshot> = {}): ComponentSnapshot {
  return { name, release: release(`shop-${name}`), valuesFiles: [], workloads: [], ...fields };
}

export function withValues(
  name: string,
  live: JsonObject,
  file: JsonObject,
  chart: JsonObject = {},
): ComponentSnapshot {
  return component(name, {
    release: release(`shop-${name}`, undefined, live),
    valuesFiles: [{ path: `${name}.yaml`, file: `/tmp/${name}.yaml`, digest: 'sha256:0', values: file }],
    chart: { reference: '', source: '', name, version: '2.2.5', appVersion: '', digest: '', file: '', values: chart },
  });
}

export function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    readAt: '2026-11-21T10:00:00Z',
    facts: {},
    helm: { version: 'v3.22.0', path: '/usr/bin/helm' },
    cluster: { server: 'https://k', context: 'prod', uid: 'uid-1', version: 'v1.37.1' },
    who: { user: 'ada', groups: [], osUser: 'ada' },
    namespace: 'prod',
    components: [component('web'), component('api')],
    otherReleases: [],
    health: [],
    nodes: [],
    storageClasses: [],
    missingPermissions: [],
    pullSecret: { exists: true },
    unread: [],
    ...fields,
  };
}

export function evidence(fields: Partial<PreflightEvidence> = {}): PreflightEvidence {
  return {
    platform,
    site: site(),
    snapshot: snapshot(),
    target: '2.2.5',
    decisions: [],
    now: new Date('2026-11-21T10:00:00Z'),
    selected: ['web', 'api'],
    worstSeconds: 1200,
    ...fields,
  };
}

/** `CODE severity` of every finding. */
export function found(fields: Partial<PreflightEvidence> = {}): readonly string[] {
  return judge(evidence(fields)).map((finding) => `${finding.code} ${finding.severity}`);
}
export const seen = (fields: Partial<Snapshot>) => ({ snapshot: snapshot(fields) });
export const decided = (...remedies: readonly string[]) => ({
  decisions: remedies.map((remedy) => ({ remedy, by: 'Ada', at: '2026-11-21T10:00:00Z', how: 'flag' as const })),
});
