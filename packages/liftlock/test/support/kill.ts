import { fileURLToPath, pathToFileURL } from 'node:url';

/** How a process is ended. `SIGINT-twice` is 50 ms apart; `out-of-memory` is V8's own abort. */
export type Blow = 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGINT-twice' | 'out-of-memory';

/** When a process is ended. */
export type KillPoint =
  /** At the nth entry that this process writes to its journal: before it, between INSERT and COMMIT, after it. */
  | {
      readonly where: 'entry';
      readonly entry: number;
      readonly side: 'before' | 'within' | 'after';
      readonly blow: Blow;
      /** Only entries of this name (`entryName`) are counted. */
      readonly of?: string | undefined;
      /** Where the journal of an undisturbed run has it. */
      readonly position?: number | undefined;
    }
  /** Some milliseconds after the intent of its nth helm step was written: liftlock, its helm, or both, by SIGKILL. */
  | {
      readonly where: 'helm';
      readonly helm: number;
      readonly afterMs: number;
      readonly whom: 'liftlock' | 'helm' | 'both';
    }
  /**
   * At the nth request of this process that changes something, helm's through the gate among them: before it is sent,
   * when it is on its way, or when it is answered and nothing knows of that yet. By SIGKILL.
   */
  | {
      readonly where: 'write';
      readonly write: number;
      readonly side: 'before' | 'on its way' | 'answered';
      /** Only requests to paths that hold this are counted. */
      readonly to?: string | undefined;
    }
  /** Never: the process only writes down its requests that change something. */
  | { readonly where: 'nowhere' }
  /** Some milliseconds after it began, whatever it does. */
  | { readonly where: 'time'; readonly afterMs: number; readonly blow: Blow };

/** What the preload is told. */
export interface Kill {
  readonly at: KillPoint;
  /** A file that gets a line right before the blow: without it the process ended by itself. Or a line for every write. */
  readonly mark: string;
}

const preload = fileURLToPath(new URL('kill-preload.ts', import.meta.url));

/** Small enough that V8 runs out within a second, large enough for a whole run. */
const smallHeapMb = 256;

/** The environment in which a liftlock ends as asked. */
export function killEnvironment(kill: Kill): NodeJS.ProcessEnv {
  const isMemory = 'blow' in kill.at && kill.at.blow === 'out-of-memory';
  const options = [
    `--import=${pathToFileURL(preload).href}`,
    ...(isMemory ? [`--max-old-space-size=${smallHeapMb}`] : []),
  ];
  return { NODE_OPTIONS: options.join(' '), LIFTLOCK_TEST_KILL: JSON.stringify(kill) };
}

/** What an entry of a journal is called here: `act-started shop/upgrade`. */
export function entryName({ type, step = '' }: { readonly type: string; readonly step?: string | undefined }): string {
  return `${type} ${step}`.trim();
}

/** `SIGKILL after entry 7, act-started shop/upgrade`. */
export function killWords(point: KillPoint): string {
  switch (point.where) {
    case 'entry':
      return `${point.blow} ${point.side} entry ${point.position ?? point.entry}${point.of === undefined ? '' : `, ${point.of}`}`;
    case 'helm':
      return `SIGKILL of ${point.whom} ${point.afterMs} ms into helm ${point.helm}`;
    case 'write':
      return `SIGKILL with write ${point.write}${point.to === undefined ? '' : ` to ${point.to}`} ${point.side === 'before' ? 'not sent' : point.side}`;
    case 'time':
      return `${point.blow} after ${point.afterMs} ms`;
    case 'nowhere':
      return 'no kill';
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32, public domain). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
