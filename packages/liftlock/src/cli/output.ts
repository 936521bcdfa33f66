import { open, rename, rm } from 'node:fs/promises';
import { exitCodes, Problem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import { tame } from '../render/tame.ts';

/** What a stream can show. */
export interface Screen {
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
  /** True where a picture may be drawn again and again: a terminal that moves its cursor, and nobody logs it. */
  readonly isTerminal: boolean;
}

interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Decides by the stream and the environment: NO_COLOR, FORCE_COLOR, CI, TERM=dumb, COLUMNS. */
export function screen(stream: OutputStream, environment: Environment = process.env): Screen {
  const isTty = stream.isTTY === true;
  const isDumb = environment['TERM'] === 'dumb';
  return {
    // Read anew each time: people resize their terminals while a run goes on.
    get width() {
      const columns = stream.columns ?? Number(environment['COLUMNS'] ?? 0);
      return Math.min(columns > 0 ? columns : 80, 120);
    },
    color: wantsColor(isTty && !isDumb, environment),
    isTerminal: isTty && !isDumb && !isCi(environment),
  };
}

function wantsColor(isCapable: boolean, environment: Environment): boolean {
  // FORCE_COLOR=0 is what Node and its libraries take for "no".
  const force = environment['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  return isCapable;
}

/** True in a continuous integration job, where nobody looks on and nobody answers. */
export function isCi(environment: Environment = process.env): boolean {
  const value = environment['CI'];
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

/** Something that draws on standard error and must be asked before others write there. */
export interface OpenWindow {
  print(text: string): void;
  close(): void;
}

let openWindow: OpenWindow | undefined;

/**
 * Lets notes appear above a live view instead of in the middle of it, and gives the terminal back however the process
 * ends. Anything that is no live view is left alone.
 */
export function showThrough(reporter: object): void {
  if (!('print' in reporter && 'close' in reporter)) return;
  const window = reporter as OpenWindow;
  openWindow = window;
  process.once('exit', () => window.close());
}

/** Progress and everything else that is not the answer: standard error, masked and tame. */
export function note(text: string, redactor: Redactor): void {
  const masked = redactor.text(text.endsWith('\n') ? text : `${text}\n`);
  if (openWindow === undefined) process.stderr.write(tame(masked, screen(process.stderr).color));
  else openWindow.print(masked);
}

export interface AnswerOptions {
  readonly redactor: Redactor;
  /** Written whole or not at all; readable by its owner only. */
  readonly file?: string | undefined;
  /** Values that a program reads again, to the letter: tame on a terminal alone. */
  readonly isData?: boolean | undefined;
}

/**
 * The answer to what was asked: standard output or a file, masked, and without what could steer a terminal. Resolves when it
 * is out.
 */
export async function answer(text: string, { redactor, file, isData }: AnswerOptions): Promise<void> {
  const masked = redactor.text(text.endsWith('\n') ? text : `${text}\n`);
  const isExact = isData === true && (file !== undefined || !process.stdout.isTTY);
  const shown = isExact ? masked : tame(masked, file === undefined && screen(process.stdout).color);
  if (file !== undefined) {
    await writeWhole(file, shown);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(shown, (error) => {
      if (error === undefined || error === null || isClosed(error)) resolve();
      else reject(error);
    });
  });
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', 0o600).catch((error: unknown) => {
    throw notWritten(file, error);
  });
  try {
    await handle.writeFile(text);
    await handle.close();
    await rename(temporary, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw notWritten(file, error);
  }
}

function notWritten(file: string, error: unknown): Problem {
  const why = error instanceof Error ? (error.message.split(',')[0] ?? '') : 'unknown error';
  return new Problem('FILE_NOT_WRITTEN', `${file} cannot be written: ${why}.`, {
    exitCode: exitCodes.usage,
    advice: ['Name a file in a folder that is there and that you may write to.'],
    touched: 'no',
    cause: error,
  });
}

/**
 * A reader that left early (`| head`) and a terminal that was closed are no errors of ours: a run goes on with its
 * journal. To be called once, before anything is written.
 */
export function ignoreClosedStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!isClosed(error)) throw error;
    });
  }
}

function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'EIO' || error.code === 'ERR_STREAM_DESTROYED';
}
