import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../model/ports.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { KeyInfo } from '../../model/snapshot.ts';

const dayMs = 24 * 60 * 60 * 1000;

const KeyAgesState = z.object({
  keys: z.record(z.string(), z.object({ since: z.iso.datetime(), sinceIs: z.enum(['stated', 'first seen']) })),
});
type KeyAgesState = z.infer<typeof KeyAgesState>;

/** Remembers since when each service account key is known: key.json does not say when it was made. */
export interface KeyAges {
  /**
   * The key's age in whole days, from the date that is stated, or was stated earlier, or from the first time that the key
   * was seen: then it is a lower bound.
   *
   * @param stated ISO 8601, a date or an instant
   */
  ageOf(keyId: string, stated?: string): KeyInfo;
}

/**
 * @param stateFile JSON of mode 0600; made, with its folder, at the first key. Problems: KEY_DATE_BAD (exit 2),
 * KEY_AGES_DAMAGED, KEY_AGES_UNWRITABLE (exit 3).
 */
export function keyAges(stateFile: string, clock: Pick<Clock, 'now'>): KeyAges {
  return {
    ageOf(keyId, stated) {
      const now = clock.now();
      const state = readState(stateFile);
      const known = state.keys[keyId];
      const entry =
        stated === undefined
          ? (known ?? { since: now.toISOString(), sinceIs: 'first seen' as const })
          : { since: parseStated(stated, now), sinceIs: 'stated' as const };
      if (known?.since !== entry.since || known.sinceIs !== entry.sinceIs) {
        writeState(stateFile, { keys: { ...state.keys, [keyId]: entry } });
      }
      const ageDays = Math.max(0, Math.floor((now.getTime() - Date.parse(entry.since)) / dayMs));
      return { id: keyId, ageDays, ...entry };
    },
  };
}

function parseStated(stated: string, now: Date): string {
  const milliseconds = /^\d{4}-\d{2}-\d{2}/.test(stated) ? Date.parse(stated) : Number.NaN;
  // A day's slack: a date without a time zone may lie ahead of this clock.
  if (!Number.isNaN(milliseconds) && milliseconds <= now.getTime() + dayMs) return new Date(milliseconds).toISOString();
  const why = Number.isNaN(milliseconds) ? 'is no date' : 'lies in the future';
  throw new Problem('KEY_DATE_BAD', `"${stated}", said to be the day on which the key was made, ${why}.`, {
    advice: ['Write it as 2026-09-01 in credentials.registry.keyCreated.'],
    exitCode: exitCodes.usage,
  });
}

function readState(file: string): KeyAgesState {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { keys: {} };
    throw error;
  }
  try {
    return KeyAgesState.parse(JSON.parse(text));
  } catch (error) {
    // Starting afresh would make an old key look new.
    throw new Problem('KEY_AGES_DAMAGED', `The file ${file}, which remembers the ages of keys, is damaged.`, {
      advice: [`Remove it, and state when the key was made: credentials.registry.keyCreated.`],
      details: { file },
      cause: error,
    });
  }
}

function writeState(file: string, state: KeyAgesState): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    const why = error instanceof Error ? error.message : 'unknown error';
    throw new Problem('KEY_AGES_UNWRITABLE', `The file ${file} cannot be written: ${why}.`, {
      advice: ['See that its folder exists, belongs to you and has room.'],
      details: { file },
      cause: error,
    });
  }
}
