import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { up, type ComponentName, type Sandbox } from '@liftlock/sandbox';
import type { HelmName } from './support/stage.ts';
import { openTrouble, undisturbed, type Trouble } from './support/trouble.ts';

let sandbox: Sandbox;
let trouble: Trouble | undefined;

beforeAll(async () => {
  sandbox = await up();
}, 1_800_000);
afterEach(async () => {
  await trouble?.close();
  trouble = undefined;
});
afterAll(async () => sandbox.down());

test.each<readonly [ComponentName, 'stop' | 'pause', 'start' | 'continue', HelmName]>([
  ['kube-apiserver', 'stop', 'start', 'helm3'],
  ['etcd', 'pause', 'continue', 'helm4'],
])('%s is away (%s) in the middle of an upgrade: the run waits and goes on', async (name, away, back, helm) => {
  trouble = await openTrouble(sandbox, { helm, viaProxy: false, graces: { apiServer: '60s' } });
  const upgrade = await trouble.begin();
  await upgrade.printed(/shop\/upgrade: (?:Deployment|Upgrade)/);
  await sandbox.components.act(name, away);
  try {
    await upgrade.printed('The API server does not answer since');
  } finally {
    await sandbox.components.act(name, back);
  }
  const { code } = await upgrade.done;
  expect(code, upgrade.output()).toBe(0);
  expect(await trouble.endState()).toEqual(undisturbed);
  expect(upgrade.output().match(/does not answer since/g)).toHaveLength(1);
  expect(upgrade.output().match(/answers again/g)).toHaveLength(1);
});
