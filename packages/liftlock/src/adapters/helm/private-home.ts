import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../process/is-alive.ts';

const prefix = 'liftlock-helm-';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Folders of helm's own, for one call. */
export interface PrivateHome {
  readonly folder: string;
  /** The environment for that call. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

/**
 * Makes a temporary folder of mode 0700 and an environment in which helm keeps everything there. Of the operator's own
 * nothing goes in but what any program needs: no helm set-up that would change what is run, and none of the tokens and
 * passwords that people keep in their environment. Proxies are left out as well: helm speaks with the gate on loopback alone.
 * Folders of liftlocks that were killed hard go when the next one is made.
 */
export function makePrivateHome(env: Environment): PrivateHome {
  sweep(tmpdir());
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  const inside = {
    HELM_CACHE_HOME: join(folder, 'cache'),
    HELM_CONFIG_HOME: join(folder, 'config'),
    HELM_DATA_HOME: join(folder, 'data'),
    HELM_PLUGINS: join(folder, 'plugins'),
    HELM_REPOSITORY_CACHE: join(folder, 'cache', 'repository'),
    // Discovery answers are cached by address, and a gate's loopback port may have been another cluster's before.
    KUBECACHEDIR: join(folder, 'kube-cache'),
  };
  for (const path of Object.values(inside)) mkdirSync(path, { recursive: true, mode: 0o700 });
  return {
    folder,
    env: {
      ...plainOf(env),
      ...inside,
      HELM_REGISTRY_CONFIG: join(folder, 'config', 'registry.json'),
      HELM_REPOSITORY_CONFIG: join(folder, 'config', 'repositories.yaml'),
      HELM_NO_PLUGINS: '1',
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The helm of a dead liftlock may still hold its folder: with the gate gone it writes nothing that matters. */
function sweep(place: string): void {
  for (const entry of readdirSync(place)) {
    if (!entry.startsWith(prefix)) continue;
    const pid = Number(/^\d+(?=-)/.exec(entry.slice(prefix.length))?.[0] ?? process.pid);
    if (pid === process.pid || isAlive(pid)) continue;
    try {
      rmSync(join(place, entry), { recursive: true, force: true });
    } catch {
      // Another person's, in a folder that all share.
    }
  }
}

/** What programs need to start, to find their folders and to speak with people. */
const plain =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|SSL_CERT_(FILE|DIR)|GO(DEBUG|GC|MAXPROCS|MEMLIMIT))$/;

function plainOf(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && plain.test(entry[0])),
  );
}
