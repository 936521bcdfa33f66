import { expect, test } from 'vitest';
import type { EntryBody } from '../model/journal.ts';
import { Problem } from '../model/problem.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { tellMovedTag } from './moved-tag.ts';
import type { World } from './world.ts';

const step = { id: 'web/upgrade', chart: { reference: 'oci://r/web', version: '2.2.5', digest: 'sha256:a' } };

/** What is told where the version leads to this digest by now. */
async function told(resolve: () => Promise<string>): Promise<readonly string[]> {
  const notes: string[] = [];
  const emit = (body: EntryBody) => void (body.type === 'note' && notes.push(body.text));
  await tellMovedTag(step as HelmUpgradeStep, { registry: { resolve }, emit } as unknown as World);
  return notes;
}

test('a tag that was moved since the plan is told, with both digests; the run goes on by the digest', async () => {
  expect(await told(async () => 'sha256:b')).toEqual([
    'CHART_TAG_MOVED: version 2.2.5 of oci://r/web is sha256:b by now; the plan was made from sha256:a, and that is what helm gets',
  ]);
});

test('a tag that stands, and a registry that does not answer, say nothing', async () => {
  expect(await told(async () => 'sha256:a')).toEqual([]);
  expect(await told(async () => Promise.reject(new Problem('REGISTRY_UNREACHABLE', 'away')))).toEqual([]);
});
