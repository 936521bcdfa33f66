import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { components, valuesPath } from '../../sandbox/worlds/codemie/index.ts';
import { auditLines, auditMark } from './support/audit-tail.ts';
import { runHelm } from './support/charts.ts';
import {
  breakPods,
  historyText,
  newestJournal,
  releaseOf,
  saidBy,
  until,
  upgradeArguments,
} from './support/happenings.ts';
import { openScene, type Scene } from './support/stage.ts';

const names = ['mcp-connect', 'mermaid', 'nats-auth-callout'] as const;
const slow = { kind: 'slow', seconds: 600 } as const;

/** Others at work while a run is: each test goes on with the run where the one before has left it. */
describe('Somebody else writes in the middle of a run', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene({ releases: names.map((name) => releaseOf[name]) });
  });
  afterAll(async () => scene.close());

  /** As kubectl writes it. */
  const edit = async (path: string, to = 'edited') =>
    scene.sandbox.api.patch(
      `${path}?fieldManager=kubectl-edit`,
      { metadata: { labels: { 'app.kubernetes.io/name': to } } },
      'merge',
    );
  const core = (resource: string) => `/api/v1/namespaces/${scene.namespace}/${resource}`;
  const faults = () => newestJournal(scene).flatMap((entry) => (entry.type === 'fault' ? [entry.fault] : []));

  it('a values file that changes while another component is at work is seen before helm reads it', async () => {
    const component = components.find(({ release }) => release === releaseOf.mermaid);
    if (component === undefined) throw new Error('no such component');
    const file = join(scene.stage.checkout, valuesPath(component, 'aws'));
    const former = await readFile(file, 'utf8');
    const mend = await breakPods(scene, 'mcp-connect', slow);
    const run = scene.operator.start(...upgradeArguments(scene, ...names.flatMap((name) => ['--only', name])));
    await run.printed(/mcp-connect\/upgrade: .*0\/1 ready/);
    await appendFile(file, '# a note\n');
    await mend();
    // Those after it need the file as it was, whatever becomes of this one.
    try {
      await run.done;
    } finally {
      await writeFile(file, former);
    }
    const ended = await run.done;
    expect(ended.code, saidBy(ended)).toBe(5);
    expect(saidBy(ended)).toMatch(
      /values\.yaml is not what the plan was made from: it was sha256:\w+ and is sha256:\w+/,
    );
    expect(await historyText(scene, 'mcp-connect')).toBe('1 superseded, 2 deployed');
    expect(await historyText(scene, 'mermaid')).toBe('1 deployed');
  });

  it('O19: kubectl, while helm is at work: told of its own release, and seen before the next one is begun', async () => {
    const mend = await breakPods(scene, 'mermaid', slow);
    const run = scene.operator.start('resume');
    await run.printed(/mermaid\/upgrade: .*0\/1 ready/);
    await edit(core(`services/${releaseOf.mermaid}`));
    await edit(core(`serviceaccounts/${releaseOf['nats-auth-callout']}`));
    await mend();
    const ended = await run.done;
    expect(ended.code, saidBy(ended)).toBe(5);
    expect(faults()).toContainEqual(
      expect.objectContaining({
        code: 'FOREIGN_WRITE',
        message: expect.stringContaining('kubectl-edit has changed metadata.labels') as string,
        object: expect.objectContaining({ kind: 'Service', name: releaseOf.mermaid }) as object,
      }),
    );
    expect(saidBy(ended)).toMatch(/ServiceAccount \S+ has changed since the plan was made: .* by kubectl-edit at/);
    expect(await historyText(scene, 'mermaid')).toBe('1 superseded, 2 deployed');
    expect(await historyText(scene, 'nats-auth-callout')).toBe('1 deployed');
  });

  it('O19: kubectl, while a resume looks at what is left: seen before the write, though the look may have missed it', async () => {
    const { sandbox, namespace } = scene;
    const mark = await auditMark(sandbox);
    const run = scene.operator.start('resume');
    const isForecast = (line: string) => line.includes('dryRun=All') && line.includes(namespace);
    await until(async () => expect((await auditLines(sandbox, mark)).some(isForecast)).toBe(true));
    await edit(core(`serviceaccounts/${releaseOf['nats-auth-callout']}`), 'again');
    const ended = await run.done;
    expect(ended.code, saidBy(ended)).toBe(5);
    expect(saidBy(ended)).toMatch(/ServiceAccount \S+ has changed since the plan was made: .* by kubectl-edit at/);
    expect(await historyText(scene, 'nats-auth-callout')).toBe('1 deployed');
  });

  it('helm by hand, while our helm is at work: told at once, not rolled back, and not passed by resume unasked', async () => {
    const mend = await breakPods(scene, 'nats-auth-callout', slow);
    // The change by kubectl was told; whoever resumes has seen it.
    const run = scene.operator.start('resume');
    await run.printed(/nats-auth-callout\/upgrade: .*0\/1 ready/);
    const { sandbox, stage, namespace } = scene;
    const release = releaseOf['nats-auth-callout'];
    const byHand = await runHelm(sandbox.bin.helm3, stage.folder, sandbox.kubeconfig, [
      'rollback',
      release,
      '1',
      '-n',
      namespace,
    ]);
    expect(byHand).toMatchObject({ code: 0 });
    await until(() => expect(faults().map(({ code }) => code)).toContain('FOREIGN_REVISION'));
    await mend();
    const ended = await run.done;
    expect(ended.code, saidBy(ended)).toBe(5);
    expect(saidBy(ended)).toContain("somebody else's helm has made revision 3");

    const before = await scene.writes();
    const refused = await scene.operator.run('resume');
    expect(refused.code, saidBy(refused)).toBe(3);
    expect(saidBy(refused)).toContain('--allow moved:nats-auth-callout:3');
    expect((await scene.writes()).slice(before.length)).toEqual([]);

    const allowed = await scene.operator.run('resume', '--allow', 'moved:nats-auth-callout:3', '--yes');
    expect(allowed.code, saidBy(allowed)).toBe(0);
    expect(await historyText(scene, 'nats-auth-callout')).toMatch(/4 deployed$/);
  });
});
