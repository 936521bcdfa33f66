import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../src/adapters/journal/sqlite-journal.ts';
import { Redactor } from '../src/model/redaction.ts';
import { saidBy } from './support/happenings.ts';
import { makeOperator, type Operator } from './support/liftlock.ts';

const fixture = new URL('fixtures/journals/format-1.sqlite', import.meta.url);
let operator: Operator;

beforeEach(async () => {
  operator = await makeOperator({ helm: '/bin/true', environment: { KUBECONFIG: '/nowhere/config' } });
});
afterEach(async () => operator.close());

test('a machine that knows no run says so, and that it could not ask the cluster', async () => {
  const [resumed, status] = await Promise.all([operator.run('resume'), operator.run('status')]);
  for (const said of [resumed, status]) {
    expect(said.code, saidBy(said)).toBe(2);
    expect(saidBy(said)).toContain('The cluster is not asked for runs: ');
    expect(saidBy(said)).toContain('/nowhere/config');
    expect(saidBy(said)).toContain('No run is known here.');
    expect(saidBy(said)).toContain('--kubeconfig, --context, --namespace');
  }
  expect(saidBy(status)).toContain('Name a platform, or give a site file with -f.');
});

test("a run that was killed before it had a plan is in nobody's way: the one before it is gone on with", async () => {
  const file = join(operator.home, 'state', 'liftlock', 'sites', 'codemie-prod', 'journal.sqlite');
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(fixture, file);
  const journal = openJournal(file, new Redactor());
  const started = { type: 'run-started', purpose: 'upgrade', who: 'ben', decisions: [] } as const;
  journal.append('20261122-000000-abcd', started, new Date());
  journal.close();
  const resumed = await operator.run('resume');
  // What that one was begun with.
  expect(saidBy(resumed)).toContain('The site file /home/ana/site/site.yaml does not exist');
});
