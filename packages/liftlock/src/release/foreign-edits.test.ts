import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { foreignEdits } from './foreign-edits.ts';

const since = new Date('2026-12-05T22:00:00Z');

function web(image: string, replicas: number, managedFields: readonly object[] = []): KubeObject {
  const spec = {
    replicas,
    template: { spec: { containers: [{ name: 'web', image, resources: { limits: { cpu: 1 } } }] } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'prod', ...(managedFields.length === 0 ? {} : { managedFields }) },
    spec,
  };
}

function by(manager: string, time: string, more: object = {}): object {
  return { manager, time, operation: 'Update', ...more };
}

const late = '2026-12-05T22:00:05Z';

test.each<[title: string, live: KubeObject, found: readonly string[]]>([
  ['nobody wrote', web('a', 1), []],
  [
    'somebody has set another image since',
    web('b', 1, [by('helm', '2026-12-05T21:00:00Z'), by('kubectl-edit', late)]),
    [`spec.template.spec.containers[web].image kubectl-edit ${late}`],
  ],
  ['it was before', web('b', 1, [by('kubectl-edit', '2026-12-05T21:59:00Z')]), []],
  ['what they wrote is nothing that the chart sets', web('a', 1, [by('kubectl-annotate', late)]), []],
  ['helm itself', web('b', 1, [by('helm', late)]), []],
  ['a status', web('b', 1, [by('operator', late, { subresource: 'status' })]), []],
  ['replicas, which autoscalers move', web('a', 5, [by('keda', late)]), []],
])('%s', (_title, live, found) => {
  const edits = foreignEdits([web('a', 1)], [live], 'prod', since);
  expect(edits.map(({ field, manager, at }) => `${field} ${manager} ${at}`)).toEqual(found);
});

test("a Secret's values are compared as they are stored", () => {
  const set = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    stringData: { key: 'a' },
  } as unknown as KubeObject;
  const live = (key: string): KubeObject =>
    ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'prod', managedFields: [by('kubectl-edit', late)] },
      data: { key },
    }) as unknown as KubeObject;
  expect(foreignEdits([set], [live('YQ==')], 'prod', since)).toEqual([]);
  expect(foreignEdits([set], [live('Yg==')], 'prod', since).map(({ field }) => field)).toEqual(['data.key']);
});
