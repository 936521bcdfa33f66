import { foldJournal, type RunState } from '../journal/fold.ts';
import type { Entry, ProblemRecord } from '../model/journal.ts';
import { planIn } from '../model/hops.ts';
import { isJsonObject, jsonAt, type Json } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import { Platform } from '../model/platform.ts';
import { exitCodes, isProblem, Problem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import { unpackTarGz, type TarFile } from './tar.ts';

/** What a bundle is written in; it grows when an older liftlock could not tell the same from it. */
const format = 1;

/** What a bundle is about: a run that stopped, or a site at which none has begun. */
export interface BundleHead {
  readonly kind: 'run' | 'site';
  readonly run?: string | undefined;
  /** Version of the liftlock that closed it. */
  readonly liftlock?: string | undefined;
}

/** The first file of a bundle. */
export function bundleHead(head: BundleHead): TarFile {
  const content = { apiVersion: 'liftlock.dev/v1alpha1', kind: 'SupportBundle', format, about: head };
  return { name: 'bundle.json', text: `${JSON.stringify(content, null, 2)}\n` };
}

/** The journal, an entry a line. What the redactor has learned since an entry was written is masked as well. */
export function journalFile(entries: readonly Entry[], redactor: Redactor): TarFile {
  const lines = entries.map((entry) => {
    const { run, sequence, at, type } = entry;
    return JSON.stringify({ ...redactor.json(entry), run, sequence, at, type });
  });
  return { name: 'journal.jsonl', text: lines.map((line) => `${line}\n`).join('') };
}

/** What a bundle tells. */
export type SupportBundle =
  | { readonly kind: 'run'; readonly platform: Platform; readonly state: RunState }
  | {
      readonly kind: 'site';
      readonly platform: Platform;
      readonly plan?: Plan | undefined;
      /** Why there is no plan. */
      readonly problem?: ProblemRecord | undefined;
    };

/**
 * Reads a support bundle; nothing else is asked, no cluster and no folder of this machine.
 * @throws Problem SUPPORT_BUNDLE_TOO_NEW, SUPPORT_BUNDLE_UNREADABLE (exit 2)
 */
export function readSupportBundle(archive: Uint8Array, place: string): SupportBundle {
  try {
    const files = new Map(unpackTarGz(archive).map(({ name, text }) => [name, text]));
    const head = readHead(files.get('bundle.json'), place);
    const platform = Platform.parse(JSON.parse(files.get('platform.json') ?? ''));
    if (head.kind === 'run') return { kind: 'run', platform, state: stateOf(files.get('journal.jsonl') ?? '') };
    const { plan, problem } = { plan: files.get('plan.json'), problem: files.get('problem.json') };
    return {
      kind: 'site',
      platform,
      plan: plan === undefined ? undefined : readPlan(plan),
      problem: problem === undefined ? undefined : readProblem(problem),
    };
  } catch (error) {
    throw isProblem(error) ? error : unreadable(place, error);
  }
}

function readHead(text: string | undefined, place: string): BundleHead {
  if (text === undefined) throw new Error('it has no bundle.json: an older liftlock made it, or something else');
  const head = JSON.parse(text) as Json;
  if (!isJsonObject(head) || head['kind'] !== 'SupportBundle' || typeof head['format'] !== 'number')
    throw new Error('its bundle.json is none of liftlock');
  if (head['format'] > format) {
    throw new Problem('SUPPORT_BUNDLE_TOO_NEW', `${place} was made by a newer liftlock (format ${head['format']}).`, {
      exitCode: exitCodes.usage,
      advice: ['Open it with that liftlock, or a newer one; or unpack it and read its files.'],
    });
  }
  const about = head['about'];
  if (!isJsonObject(about) || (about['kind'] !== 'run' && about['kind'] !== 'site'))
    throw new Error('it does not say what it is about');
  return { kind: about['kind'] };
}

function readPlan(text: string): Plan {
  const plan = planIn(text);
  if (plan === undefined) throw new Error('its plan is damaged');
  return plan;
}

function readProblem(text: string): ProblemRecord {
  const problem = JSON.parse(text) as Json;
  const [code, message, advice] = ['code', 'message', 'advice'].map((key) => jsonAt(problem, [key]));
  if (typeof code !== 'string' || typeof message !== 'string' || !isTexts(advice))
    throw new Error('its problem is damaged');
  return { code, message, advice };
}

function isTexts(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function stateOf(journal: string): RunState {
  const entries = journal
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const entry = JSON.parse(line) as Json;
      if (!isJsonObject(entry) || entry['sequence'] !== index + 1 || typeof entry['type'] !== 'string')
        throw new Error(`entry ${index + 1} of its journal is damaged`);
      return entry as unknown as Entry;
    });
  return foldJournal(entries);
}

/** A bundle that was cut off or changed by others, or is none: what is wrong with it, never what it says. */
export function unreadable(place: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Readonly<Record<string, string>> = {
    ERR_BUFFER_TOO_LARGE: 'unpacked it is larger than any bundle',
    Z_DATA_ERROR: 'it is damaged, or not packed with gzip',
    Z_BUF_ERROR: 'it is cut off',
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder',
    EACCES: 'this user may not read it',
  };
  const said = error instanceof Error && error.constructor === Error ? error.message : 'it is damaged';
  return new Problem(
    'SUPPORT_BUNDLE_UNREADABLE',
    `${place} cannot be read as a support bundle: ${words[code] ?? said}.`,
    {
      exitCode: exitCodes.usage,
      advice: ['Copy it again from where it was made; liftlock support-bundle prints its path there.'],
      cause: error,
    },
  );
}
