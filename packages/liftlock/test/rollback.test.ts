import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  breakPods,
  componentNames,
  historyText,
  recordWrites,
  revisionCounts,
  saidBy,
  upgradeArguments,
} from './support/happenings.ts';
import { openScene, type Scene } from './support/stage.ts';

describe('The way back', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(async () => scene.close());

  it('C37 O18: the API failed before its container started: all five go back, the last first', async () => {
    await scene.stage.writeSite({ graces: { minReady: '1s', imageRefusals: 1 } });
    const mend = await breakPods(scene, 'api', { kind: 'image-pull', cause: 404 });
    const failed = await scene.operator.run(...upgradeArguments(scene));
    expect(failed.code, saidBy(failed)).toBe(5);
    expect(await revisionCounts(scene)).toEqual([2, 2, 2, 2, 2]);

    const back = await scene.operator.run('rollback', '--yes');
    await mend();
    expect(back.code, saidBy(back)).toBe(0);
    expect(Object.values(await scene.versions())).toEqual(Array(5).fill('deployed 2.2.4'));
    const begun = await Promise.all(
      componentNames.map(async (component) => {
        const writes = await recordWrites(scene, component, 3);
        return { component, from: writes[0]?.time ?? '', to: writes.at(-1)?.time ?? '' };
      }),
    );
    const order = begun.toSorted((a, b) => a.from.localeCompare(b.from));
    expect(order.map(({ component }) => component)).toEqual(componentNames.toReversed());
    // None is begun before the one before it is deployed again.
    for (const [index, { to }] of order.entries()) {
      const next = order[index + 1];
      if (next !== undefined) expect(to < next.from).toBe(true);
    }
  });

  it('a run that went back is not resumed: that would bring the version again which was left', async () => {
    const before = await scene.writes();
    const refused = await scene.operator.run('resume');
    expect(refused.code, saidBy(refused)).toBe(3);
    expect(saidBy(refused)).toMatch(/\(rollback\) has worked at releases of run/);
    expect((await scene.writes()).slice(before.length)).toEqual([]);
  });

  it('C37 O18: the API failed after its container started: refused with the reason, until someone vouches for the data', async () => {
    // 0.05 of it: 5 s.
    await scene.stage.writeSite({ timeScale: 0.05, timeouts: { api: '100s' }, graces: { minReady: '1s' } });
    const mend = await breakPods(scene, 'api', { kind: 'never-ready' });
    const failed = await scene.operator.run(...upgradeArguments(scene, '--only', 'api'));
    expect(failed.code, saidBy(failed)).toBe(5);
    expect(saidBy(failed)).toContain('no way back from here');
    const before = await scene.writes();

    const refused = await scene.operator.run('rollback', '--yes');
    expect(refused.code, saidBy(refused)).toBe(3);
    expect(saidBy(refused)).toMatch(/api has started at 2\.2\.5 and (has )?migrated its data/);
    expect(saidBy(refused)).toContain('After that the old version may not work with it');
    expect(saidBy(refused)).toContain('--allow receipt:api');
    expect((await scene.writes()).slice(before.length)).toEqual([]);
    expect((await historyText(scene, 'api')).split(', ').at(-1)).toBe('4 failed');

    const vouched = await scene.operator.run('rollback', '--yes', '--allow', 'receipt:api');
    await mend();
    expect(vouched.code, saidBy(vouched)).toBe(0);
    expect((await scene.versions())['codemie-api']).toBe('deployed 2.2.4');
    expect(await revisionCounts(scene)).toEqual([3, 3, 3, 3, 5]);
  });
});
