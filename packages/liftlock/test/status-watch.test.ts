import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Entry } from '../src/model/journal.ts';
import { breakPods, historyText, newestJournal, saidBy, upgradeArguments } from './support/happenings.ts';
import { openScene, type Scene } from './support/stage.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ releases: ['mermaid-server', 'codemie-ui'] });
});
afterAll(async () => scene.close());

it('O8: status --watch finds a run whose terminal was closed, follows it to its end, and leaves it alone', async () => {
  const mend = await breakPods(scene, 'mermaid', { kind: 'slow', seconds: 600 });
  const run = scene.operator.start(...upgradeArguments(scene, '--only', 'mermaid'));
  await run.printed(/mermaid\/upgrade: .*0\/1 ready/);
  run.signal('SIGHUP');

  // By the site file, and by nothing at all: this machine knows of one run.
  const follower = scene.operator.start('status', '-f', scene.stage.siteFile, '--watch');
  await follower.printed('mermaid/upgrade: Upgrade Mermaid Server');
  const listener = scene.operator.start('status', '--watch', '-o', 'jsonl');
  await listener.printed('"type":"act-started"');
  const leaver = scene.operator.start('status', '--watch');
  await leaver.printed('mermaid/upgrade: Upgrade Mermaid Server');
  leaver.signal('SIGINT');
  const left = await leaver.done;
  expect(saidBy(left)).toContain('goes on by itself');
  expect(left.code).toBe(130);
  expect(await historyText(scene, 'mermaid')).toBe('1 deployed, 2 pending-upgrade');

  await mend();
  const [followed, heard, ended] = await Promise.all([follower.done, listener.done, run.done]);
  expect(ended.code, saidBy(ended)).toBe(0);
  expect(saidBy(followed)).toContain('mermaid/upgrade: done');
  expect(followed.code, saidBy(followed)).toBe(0);
  expect(heard.code, saidBy(heard)).toBe(0);
  const entries = heard.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly entry: Entry }).entry);
  expect(entries).toEqual(newestJournal(scene));
  expect(await historyText(scene, 'mermaid')).toBe('1 superseded, 2 deployed');
});

it('where nothing is under way, status --watch shows how the last run ended', async () => {
  const outcome = await scene.operator.run('status', '--watch');
  expect(saidBy(outcome)).toContain(`Nothing is under way. The last run is ${newestJournal(scene)[0]?.run}`);
  expect(outcome.code, saidBy(outcome)).toBe(0);
});

it('O8: status --watch says of a run that was killed that nobody works at it any more', async () => {
  await scene.stage.writeSite({ graces: { minReady: '1s' }, lease: { seconds: 10 } });
  const mend = await breakPods(scene, 'ui', { kind: 'slow', seconds: 600 });
  const run = scene.operator.start(...upgradeArguments(scene, '--only', 'ui'));
  await run.printed(/ui\/upgrade: .*0\/1 ready/);
  const follower = scene.operator.start('status', '--watch');
  await follower.printed('ui/upgrade: Upgrade CodeMie UI');
  run.signal('SIGKILL');
  await run.done;
  const followed = await follower.done;
  expect(saidBy(followed)).toContain(`To go on with it: liftlock resume ${newestJournal(scene)[0]?.run}`);
  expect(followed.code, saidBy(followed)).toBe(5);
  await mend();
});
