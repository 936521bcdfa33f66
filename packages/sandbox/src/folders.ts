/** Where sandboxes keep what they write, after the XDG base directory specification. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

function xdg(variable: string, fallback: string): string {
  const value = process.env[variable];
  return value !== undefined && value.startsWith('/') ? value : join(homedir(), fallback);
}

/** Folder of the built programs, shared by every checkout of this user. */
export function cacheFolder(): string {
  return join(xdg('XDG_CACHE_HOME', '.cache'), 'liftlock', 'sandbox');
}

/** Folder with one folder for each sandbox that is up. */
export function sandboxesFolder(): string {
  return join(xdg('XDG_STATE_HOME', '.local/state'), 'liftlock', 'sandboxes');
}

/** Folder of the Go module whose dependencies are the programs. */
export function goModuleFolder(): string {
  return fileURLToPath(new URL('../go', import.meta.url));
}
