import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { breakPods, historyText, revisionCounts, saidBy, upgradeArguments } from './support/happenings.ts';
import { openSmallDisk, type SmallDisk } from './support/small-disk.ts';
import { openScene, type Scene } from './support/stage.ts';

let scene: Scene;
let disk: SmallDisk;
beforeAll(async () => {
  scene = await openScene();
  disk = await openSmallDisk({
    folder: join(scene.operator.home, 'state'),
    mebibytes: 24,
    environment: scene.operator.environment,
    cwd: scene.stage.folder,
  });
});
afterAll(async () => {
  await disk.close();
  await scene.close();
});

it(
  'a disk that fills up in the middle stops the run before its next act; with room again, resume finishes it',
  { timeout: 400_000 },
  async () => {
    const mend = await breakPods(scene, 'mcp-connect', { kind: 'slow', seconds: 600 });
    const running = disk.liftlock(...upgradeArguments(scene, '--until', 'mermaid'));
    // helm is at the first component: its act is written down, what comes of it is not.
    await vi.waitFor(async () => expect(await historyText(scene, 'mcp-connect')).toContain('2 pending-upgrade'), {
      timeout: 150_000,
      interval: 200,
    });
    await disk.fill();
    await mend();
    const stopped = await running;
    expect(stopped.stderr, saidBy(stopped)).toContain('JOURNAL_UNWRITABLE');
    expect(stopped.code, saidBy(stopped)).toBe(5);
    // Only what was written down before was begun, and helm was left to end by itself.
    expect(await historyText(scene, 'mcp-connect')).toMatch(/^1 \w+, 2 (deployed|failed)$/);
    expect((await revisionCounts(scene)).reduce((sum, count) => sum + count, 0)).toBe(6);

    // What the run has taken back at its end is full as well.
    await disk.fill();
    const doctor = await disk.liftlock('doctor', '-o', 'json');
    expect(doctor.stdout, doctor.stderr).toContain('looks');
    const { looks } = JSON.parse(doctor.stdout) as { looks: { what: string; state: string }[] };
    expect(
      looks.find(({ what }) => what === 'state-folder'),
      doctor.stdout,
    ).toMatchObject({ state: 'blocker', advice: [expect.stringContaining('Make room'), expect.any(String)] });
    expect(
      looks.find(({ what }) => what === 'run-left-open'),
      doctor.stdout,
    ).toMatchObject({ state: 'warning' });
    expect(doctor.code).toBe(3);

    await disk.free();
    const resumed = await disk.liftlock('resume');
    expect(resumed.code, saidBy(resumed)).toBe(0);
    expect(Object.values(await scene.versions()).filter((version) => version === 'deployed 2.2.5')).toHaveLength(2);

    // A disk that can only be read is named, and nothing is begun that could not be written down.
    const before = await revisionCounts(scene);
    await disk.readOnly();
    const again = await disk.liftlock('doctor', '-o', 'json');
    const folder = (JSON.parse(again.stdout) as { looks: typeof looks }).looks.find(
      ({ what }) => what === 'state-folder',
    );
    expect(folder, again.stdout).toMatchObject({
      state: 'blocker',
      message: expect.stringContaining('read-only'),
      advice: [expect.stringContaining('not mounted read-only'), expect.any(String)],
    });
    const refused = await disk.liftlock(...upgradeArguments(scene, '--only', 'ui'));
    expect([refused.code, refused.stderr.includes('JOURNAL_UNWRITABLE')], saidBy(refused)).toEqual([3, true]);
    expect(await revisionCounts(scene)).toEqual(before);
  },
);
