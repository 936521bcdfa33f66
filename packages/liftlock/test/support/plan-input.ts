import { readFileSync } from 'node:fs';
import { expand } from '../../src/definition/resolve.ts';
import { parsePlatform } from '../../src/definition/yaml-source.ts';
import type { StepPhase, StepState } from '../../src/journal/fold.ts';
import type { Decision } from '../../src/model/finding.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { chartReference, type Component, type Platform } from '../../src/model/platform.ts';
import { Site } from '../../src/model/site.ts';
import type { ComponentSnapshot, Release, ReleaseStatus, Revision, Snapshot } from '../../src/model/snapshot.ts';
import type { Step } from '../../src/model/step.ts';
import type { PlanInput } from '../../src/plan/make-plan.ts';

const definition = new URL('../../../../platforms/codemie/platform.yaml', import.meta.url);

/** The real definition, for tests of what it makes of a guide. */
export const codemie: Platform = parsePlatform(readFileSync(definition, 'utf8'), 'platform.yaml');

/** The components of the definition in its order. */
export const names = codemie.components.map((component) => component.name);

export function revision(number: number, status: ReleaseStatus, version: string): Revision {
  return { revision: number, status, version, chart: '', appVersion: version, updated: '', description: '' };
}

export function release(name: string, fields: Partial<Release> = {}): Release {
  const revisions = fields.revisions ?? [revision(1, 'deployed', '2.2.4')];
  const newest = revisions.at(-1) ?? revision(1, 'unknown', '');
  const installed = revisions.findLast((item) => item.status === 'deployed');
  return { name, namespace: 'codemie', revisions, newest, installed, values: {}, manifest: '', hooks: [], ...fields };
}

export function site(fields: JsonObject = {}): Site {
  return Site.parse({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Site',
    metadata: { name: 'prod' },
    platform: 'codemie',
    options: { cloud: 'aws' },
    ...fields,
  });
}

function componentSnapshot(component: Component, options: Record<string, string>, version: string): ComponentSnapshot {
  const reference = chartReference(component.chart);
  return {
    name: component.name,
    release: release(component.release),
    chart: {
      reference,
      source: reference,
      name: reference.split('/').at(-1) ?? '',
      version,
      appVersion: version,
      digest: 'sha256:1',
      file: '/tmp/chart.tgz',
      values: {},
    },
    valuesFiles: (component.values.files ?? []).map((file) => {
      const path = expand(file, options);
      return { path, file: `/tmp/${path}`, digest: 'sha256:2', values: {} };
    }),
    workloads: [],
  };
}

/** Everything at 2.2.4, for a plan to 2.2.5; `change` alters single components. */
export function planInput(
  fields: Partial<PlanInput> = {},
  change: Readonly<Record<string, Partial<ComponentSnapshot>>> = {},
): PlanInput {
  const used = fields.site ?? site();
  const snapshot: Snapshot = {
    readAt: '2026-11-21T10:00:00Z',
    helm: { version: '3.22.0', path: '/usr/bin/helm' },
    cluster: { server: 'https://cluster', context: 'prod', uid: 'uid-1', version: 'v1.37.1' },
    who: { user: 'ada', groups: [], osUser: 'ada' },
    namespace: 'codemie',
    facts: {},
    components: codemie.components.map((component) => ({
      ...componentSnapshot(component, used.options, '2.2.5'),
      ...change[component.name],
    })),
    otherReleases: [],
    health: [],
    nodes: [],
    storageClasses: [],
    missingPermissions: [],
    unread: [],
  };
  return {
    platform: codemie,
    platformDigest: 'sha256:3',
    site: used,
    siteDigest: 'sha256:4',
    snapshot,
    target: '2.2.5',
    selected: names,
    decisions: [],
    pastSeconds: {},
    ...fields,
  };
}

export function decided(...remedies: readonly string[]): readonly Decision[] {
  return remedies.map((remedy) => ({ remedy, by: 'Ada', at: '2026-11-21T10:00:00Z', how: 'flag' }));
}

export function stepState(step: Step, phase: StepPhase, fields: Partial<StepState> = {}): StepState {
  return {
    step,
    phase,
    wasTried: phase !== 'todo',
    note: '',
    touched: phase === 'todo' ? 'no' : 'yes',
    writes: 0,
    actSeconds: 0,
    confirmSeconds: 0,
    faults: [],
    hasMigrated: false,
    ...fields,
  };
}
