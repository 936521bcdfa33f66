// One set-up of a checkout at a time: "npm ci" empties node_modules, and two at once leave neither whole.
import { createHash, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for the lock and takes it; a lock whose process is gone is taken over.
 * @param {string} root the checkout
 * @param {(text: string) => void} say
 */
export async function holdSetupLock(root, say) {
  // Outside the checkout: nothing to ignore there, and removing node_modules does not remove the lock.
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const file = join(tmpdir(), `liftlock-setup-${userInfo().uid}-${name}.lock`);
  let isAnnounced = false;
  while (!take(file)) {
    const holders = holdersOf(file);
    if (holders.length > 0 && !holders.some(isAlive)) {
      removeStale(file, holders);
      continue;
    }
    const whose = holders.join(', ');
    if (!isAnnounced) say(`another set-up of this checkout is running (process ${whose}); waiting for it.`);
    isAnnounced = true;
    await sleep(200);
  }
  const release = () => {
    if (holdersOf(file)[0] === process.pid) rmSync(file, { force: true });
  };
  process.once('exit', release);
  return {
    /** Names the npm that works for us: should we be killed hard, it goes on, and so does the lock. */
    share(child) {
      writeFileSync(file, `${process.pid} ${child}`);
    },
    release() {
      process.off('exit', release);
      release();
    },
  };
}

/** Links a complete file into place, so that no reader ever sees a lock without its process id. */
function take(file) {
  const mine = `${file}.${randomUUID()}`;
  writeFileSync(mine, String(process.pid), { mode: 0o600 });
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Process ids; none while the file is gone or being written. */
function holdersOf(file) {
  try {
    return readFileSync(file, 'utf8').split(' ').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Renames before it removes: of two that see the same dead holder, one may already have made way for a third. */
function removeStale(file, holders) {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (holdersOf(aside)[0] !== holders[0]) {
    try {
      linkSync(aside, file);
    } catch {
      // A fourth came first; the one moved aside still holds its own process id and meets it at release.
    }
  }
  rmSync(aside, { force: true });
}
