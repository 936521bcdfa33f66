import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../adapters/journal/sqlite-journal.ts';
import { Problem } from '../model/problem.ts';
import { Redactor } from '../model/redaction.ts';
import { keptEntries } from '../../test/support/kept-entries.ts';
import { runsOfSite } from './cluster-runs.ts';
import { journalFile } from './past-runs.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'liftlock-runs-')), 'codemie-prod');
  const journal = openJournal(journalFile(folder), new Redactor());
  journal.adopt(keptEntries());
  journal.close();
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

async function runsWhere(error: Problem) {
  const reader = { list: async () => Promise.reject(error), find: async () => undefined };
  const site = { metadata: { name: 'codemie-prod' } };
  const platform = { metadata: { name: 'codemie' } };
  const parts = { folder, namespace: 'codemie', platform, site, reader, redactor: new Redactor() };
  return runsOfSite(parts as unknown as Parameters<typeof runsOfSite>[0]);
}

test("who may not read the cluster's runs is told of this machine's; an API server that is away is said", async () => {
  const refused = new Problem('CLUSTER_FORBIDDEN', 'no', { details: { status: 403 } });
  expect(await runsWhere(refused)).toHaveLength(1);
  await expect(runsWhere(new Problem('CLUSTER_UNREACHABLE', 'away'))).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
  });
});
