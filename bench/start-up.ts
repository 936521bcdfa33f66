import { runCommand } from './commands.ts';
import { measured, ratio, type Finding } from './measure.ts';
import { cli } from './stand.ts';

const leastRuns = 15;

/** How long a person waits for anything at all. */
export async function startUp(runs: number): Promise<Finding> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let index = 0; index < Math.max(runs, leastRuns); index += 1) {
    ours.push(await milliseconds([cli, '--version']));
    theirs.push(await milliseconds(['-e', '0']));
  }
  return {
    rows: [
      measured('liftlock --version', 'ms', ours),
      measured('node -e 0', 'ms', theirs),
      ratio('liftlock --version against node -e 0', ours, theirs, 2),
    ],
    notes: [
      'From source: the published bundle, for which the goal holds, does not exist yet. Node strips the types of every file at each start.',
    ],
  };
}

async function milliseconds(args: readonly string[]): Promise<number> {
  const ended = await runCommand(process.execPath, args, {
    environment: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    limitSeconds: 30,
  });
  if (ended.code !== 0) throw new Error(`node ${args.join(' ')} ended with ${ended.code}:\n${ended.stderr}`);
  return ended.seconds * 1000;
}
