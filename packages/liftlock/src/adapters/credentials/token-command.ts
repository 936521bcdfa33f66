import { execFile } from 'node:child_process';
import { exitCodes, Problem } from '../../model/problem.ts';

const timeoutMs = 60_000;
const outputLimit = 64 * 1024;

/**
 * Runs the site's own command for an access token, without a shell, and returns what it prints. Throws
 * TOKEN_COMMAND_FAILED (exit 3), which shows nothing of its output: that may hold a token.
 */
export async function runTokenCommand(command: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const [file = '', ...args] = command;
  const { stdout, why } = await new Promise<{ stdout: string; why: string | undefined }>((resolve) => {
    const options = { env, timeout: timeoutMs, maxBuffer: outputLimit, encoding: 'utf8' as const, windowsHide: true };
    const child = execFile(file, args, options, (error, output) => {
      resolve({ stdout: output, why: error === null ? undefined : reasonOf(error) });
    });
    child.stdin?.end();
  });
  const token = stdout.trim();
  if (why === undefined && token !== '' && !/\s/.test(token)) return token;
  const ended = why ?? (token === '' ? 'printed nothing' : 'printed more than one word, so no token');
  throw new Problem('TOKEN_COMMAND_FAILED', `The token command ${file} ${ended}.`, {
    advice: [
      'Run it by hand, with its arguments as credentials.registry.tokenCommand has them, and see what it says.',
      'It has to print an access token and nothing else.',
    ],
    exitCode: exitCodes.blocked,
    details: { command: file },
  });
}

function reasonOf(
  error: Error & { readonly code?: unknown; readonly killed?: boolean; readonly signal?: unknown },
): string {
  if (error.code === 'ENOENT') return 'was not found';
  if (error.code === 'EACCES') return 'may not be executed';
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'printed too much to be a token';
  if (error.killed === true) return `did not end within ${timeoutMs / 1000} s`;
  return typeof error.code === 'number' ? `ended with exit code ${error.code}` : `was ended by ${String(error.signal)}`;
}
