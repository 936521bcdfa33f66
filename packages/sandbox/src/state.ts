/** What a sandbox keeps on disk about itself, and how other processes find it and clear away dead ones. */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxesFolder } from './folders.ts';
import { isRunning, type ProcessMark } from './processes.ts';
import type { Programs } from './programs.ts';
import type { RegistryAuth } from './options.ts';

/** Everything that another process needs to work with a sandbox. Holds a secret: the file is readable by its owner only. */
export interface SandboxState {
  name: string;
  attendant: ProcessMark;
  /** When it was ready, ISO 8601. */
  ready: string;
  server: string;
  programs: Programs;
  registry: { host: string; scheme: 'http' | 'https'; auth: RegistryAuth; username: string; password: string };
  identityUrl: string;
  controlUrl: string;
  controlToken: string;
}

/** Paths inside the folder of a sandbox. */
export interface SandboxFiles {
  folder: string;
  attendant: string;
  state: string;
  settings: string;
  logs: string;
  certificates: string;
  kubeconfig: string;
  caFile: string;
  auditLog: string;
}

/** Where a sandbox of that name keeps its files. */
export function filesOf(name: string): SandboxFiles {
  const folder = join(sandboxesFolder(), name);
  return {
    folder,
    attendant: join(folder, 'attendant.json'),
    state: join(folder, 'state.json'),
    settings: join(folder, 'settings.json'),
    logs: join(folder, 'logs'),
    certificates: join(folder, 'certificates'),
    kubeconfig: join(folder, 'kubeconfig'),
    caFile: join(folder, 'ca.crt'),
    auditLog: join(folder, 'audit.log'),
  };
}

/** Writes a file that only its owner may read, whole or not at all. */
export function writePrivate(path: string, content: string): void {
  const partial = `${path}.partial`;
  writeFileSync(partial, content, { mode: 0o600 });
  renameSync(partial, path);
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** The state of a sandbox that is up, or undefined. */
export function readState(name: string): SandboxState | undefined {
  const state = readJson<SandboxState>(filesOf(name).state);
  return state !== undefined && isRunning(state.attendant) ? state : undefined;
}

/** The running attendant of a sandbox, which may not be ready yet. */
export function readAttendant(name: string): ProcessMark | undefined {
  const mark = readJson<ProcessMark>(filesOf(name).attendant);
  return mark !== undefined && isRunning(mark) ? mark : undefined;
}

// A folder without a running attendant is given this long, since one may just be starting in it.
const graceMs = 20_000;

function isStale(name: string): boolean {
  if (readAttendant(name) !== undefined) return false;
  const files = filesOf(name);
  if (existsSync(files.attendant)) return true;
  try {
    return Date.now() - statSync(files.folder).mtimeMs > graceMs;
  } catch {
    return false;
  }
}

/** Names of the sandboxes that are up, or coming up. */
export function listNames(): string[] {
  if (!existsSync(sandboxesFolder())) return [];
  return readdirSync(sandboxesFolder(), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readAttendant(entry.name) !== undefined)
    .map((entry) => entry.name)
    .toSorted();
}

/** Removes what dead sandboxes left behind (their programs ended with their attendants); returns their names. */
export function sweepStale(): string[] {
  if (!existsSync(sandboxesFolder())) return [];
  const stale = readdirSync(sandboxesFolder()).filter(isStale);
  for (const name of stale) rmSync(filesOf(name).folder, { recursive: true, force: true });
  return stale;
}

/** Makes the folder of a new sandbox; false when the name is taken. */
export function claimFolder(name: string): boolean {
  mkdirSync(sandboxesFolder(), { recursive: true, mode: 0o700 });
  const files = filesOf(name);
  try {
    mkdirSync(files.folder, { mode: 0o700 });
  } catch {
    return false;
  }
  mkdirSync(files.logs);
  mkdirSync(files.certificates, { mode: 0o700 });
  return true;
}
