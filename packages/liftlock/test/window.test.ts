import { afterAll, beforeAll, expect, it } from 'vitest';
import { affirmed, openScene, type Scene } from './support/stage.ts';

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => scene.close());

it('C11 O24: a window that closes in the middle stops between components where that is asked for, and resume goes on', async () => {
  const seconds = (offset: number) => new Date(Date.now() + offset * 1000).toISOString();
  // Open long enough to begin, closed before five components can be done: each is watched for 8 s.
  await scene.stage.writeSite({
    graces: { minReady: '8s' },
    window: { opens: seconds(-60), closes: seconds(25) },
  });
  const site = ['-f', scene.stage.siteFile, '--version', '2.2.5', '--yes', ...affirmed] as const;
  const stopped = await scene.operator.run('apply', ...site, '--stop-at-window-end', '--allow', 'short-window');
  expect(stopped.stderr).toContain('the maintenance window has closed');
  expect(stopped.code).toBe(6);
  const half = Object.values(await scene.versions());
  expect(half).toContain('deployed 2.2.4');
  expect(half.filter((version) => version.startsWith('pending'))).toEqual([]);

  // The window counts for what is left, too.
  const closed = await scene.operator.run('resume');
  expect(closed.stderr).toContain('The maintenance window closed at');
  expect(closed.stderr).toContain('--allow outside-window');
  expect(closed.code).toBe(3);
  expect(Object.values(await scene.versions())).toEqual(half);

  await scene.stage.writeSite({ graces: { minReady: '1s' } });
  const resumed = await scene.operator.run('resume');
  expect(resumed.code).toBe(0);
  expect(new Set(Object.values(await scene.versions()))).toEqual(new Set(['deployed 2.2.5']));
});
