import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** A helm binary with folders of its own, so that neither the user's logins nor repositories are read or changed. */
export interface PrivateHelm {
  readonly home: string;
  /** Runs helm and answers stdout and stderr together: helm 3 and 4 differ in where they print a digest. */
  run(args: readonly string[]): Promise<string>;
}

/** Gives `use` a helm with private folders, and removes them afterwards. */
export async function withPrivateHelm<T>(helm: string, use: (helm: PrivateHelm) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'codemie-helm-'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    HELM_REGISTRY_CONFIG: join(home, 'registry.json'),
  };
  try {
    await mkdir(env.HELM_CONFIG_HOME);
    return await use({
      home,
      run: async (args) => {
        const { stdout, stderr } = await execFileAsync(helm, args, { env, cwd: home, maxBuffer: 16 * 1024 * 1024 });
        return stdout + stderr;
      },
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Runs `work` on every item, at most `atOnce` at a time; the first failure wins, after those under way have ended. */
export async function eachAtOnce<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
