import { measured, ratio, type Finding } from './measure.ts';
import { upgradeFlags, type Installation, type Stand } from './stand.ts';

/** What the API server would say to the upgrade: liftlock's plan against dry runs of helm, two at a time. */
export async function forecast(stand: Stand, runs: number, report: (line: string) => void): Promise<Finding> {
  const installation = await stand.install();
  try {
    const commands = await installation.guideCommands();
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let index = 1; index <= runs; index += 1) {
      ours.push(await plan(installation));
      theirs.push(await dryRuns(installation, commands));
      report(
        `forecast ${index}/${runs}: liftlock ${ours.at(-1)?.toFixed(1) ?? ''} s, dry runs ${theirs.at(-1)?.toFixed(1) ?? ''} s`,
      );
    }
    return {
      rows: [
        measured('liftlock plan with the forecast of five releases', 's', ours),
        measured('a shell loop of helm upgrade --dry-run=server, two at a time', 's', theirs),
        ratio('liftlock plan against the shell loop', ours, theirs, 1),
      ],
      notes: [
        'Both sides start with empty caches and pull the five charts. The plan also compares values with the live releases, reads health, permissions, room on the nodes and the age of the key; the loop prints manifests.',
        'The goal was set for 26 releases of which one changes; here all five change. Nothing was written by either.',
      ],
    };
  } finally {
    await installation.remove();
  }
}

async function plan(installation: Installation): Promise<number> {
  const ended = await installation.liftlock(['plan', ...upgradeFlags]);
  if (ended.code !== 0) throw new Error(`liftlock plan ended with ${ended.code}:\n${ended.stdout}\n${ended.stderr}`);
  return ended.seconds;
}

async function dryRuns(installation: Installation, commands: readonly string[]): Promise<number> {
  const files = commands.map(
    (command, index) => `printf '%s\\n' '${command} --dry-run=server' >"$HOME/dry-run-${index}.sh"`,
  );
  const loop = 'ls "$HOME"/dry-run-*.sh | xargs -P 2 -n 1 sh -eu >/dev/null';
  const ended = await installation.shell(['set -eu', ...files, loop, ''].join('\n'));
  if (ended.code !== 0) throw new Error(`a dry run failed:\n${ended.stderr}`);
  return ended.seconds;
}
