/** Children that cannot outlive their parent: each is started through a small shell that watches a pipe from us. */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';

/** A program that runs under guard. */
export interface GuardedChild {
  name: string;
  /** Process id of the guard, which is also the id of the process group that the program is in. */
  group: number;
  /** Ends the program and its guard at once; nothing in a sandbox needs a clean end. */
  kill(): void;
  /** Sends a signal to the program alone: its guard watches on, whatever becomes of us. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** Resolves with the exit code (undefined: by a signal) when the program has ended, for whatever reason. */
  ended: Promise<number | undefined>;
}

// Standard input of the guard is a pipe that only the parent holds open. `read` returns when the parent is gone,
// even after SIGKILL, and the program is killed then. When the program ends first, so does the guard. The program's own
// id is told through the fourth descriptor.
const guard = `
exec 3<&0
"$@" </dev/null 3<&- 4>&- & program=$!
{ read -r nothing <&3; kill -9 $program; } >/dev/null 2>&1 4>&- & watcher=$!
exec 3<&-
echo $program >&4
exec 4>&-
wait $program; code=$?
kill -9 $watcher 2>/dev/null
exit $code
`;

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** Starts a program; what it prints goes to the log file. */
export function startGuarded(name: string, command: readonly string[], logFile: string): GuardedChild {
  const log = openSync(logFile, 'a', 0o600);
  const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'] };
  let child: ChildProcess;
  try {
    child = spawn('/bin/sh', ['-c', guard, name, ...command], {
      stdio: ['pipe', log, log, 'ignore', 'pipe'],
      detached: true,
      env: environment,
    });
  } finally {
    closeSync(log);
  }
  const ended = new Promise<number | undefined>((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('exit', (code) => resolve(code ?? undefined));
  });
  const group = child.pid;
  if (group === undefined) throw new Error(`cannot start /bin/sh for ${name}`);
  // The pipe breaks when the guard ends; that is its way to say so, not an error of ours.
  child.stdin?.on('error', () => undefined);
  const program = readId(child);
  const signal = async (signalName: NodeJS.Signals): Promise<void> => {
    process.kill(await program, signalName);
  };
  return { name, group, ended, kill: () => killGroup(group), signal };
}

/** The id that the guard tells; it is not waited for where nobody asks. */
function readId(child: ChildProcess): Promise<number> {
  const told = child.stdio[4];
  const id = new Promise<number>((resolve, reject) => {
    let text = '';
    told?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    told?.once('close', () => {
      if (Number(text) > 0) resolve(Number(text));
      else reject(new Error('the guard told no process id'));
    });
  });
  id.catch(() => undefined);
  return id;
}
