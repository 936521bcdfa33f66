import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const version = 'v0.20.6';

/** The reference tool for copies of images: what liftlock copies is held against what it says. */
export interface Crane {
  /** Standard output, trimmed; rejects where crane fails. */
  (...args: readonly string[]): Promise<string>;
}

/**
 * crane from its pinned Go module, built once for all checkouts of a user: half a minute on two quiet cores.
 * @param logins user and password by host
 */
export async function openCrane(logins: Readonly<Record<string, readonly [string, string]>>): Promise<{
  readonly crane: Crane;
  close(): Promise<void>;
}> {
  const program = await built();
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-crane-'));
  const auths = Object.entries(logins).map(([host, pair]) => [
    host,
    { auth: Buffer.from(pair.join(':')).toString('base64') },
  ]);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: Object.fromEntries(auths) }), { mode: 0o600 });
  return {
    crane: async (...args) => {
      const { stdout } = await run(program, [...args, '--insecure'], { env: { DOCKER_CONFIG: folder, HOME: folder } });
      return stdout.trim();
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function built(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'liftlock', `crane-${version}`);
  const program = join(folder, 'crane');
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  const partial = await mkdtemp(join(folder, 'partial-'));
  try {
    await run('go', ['install', '-trimpath', `github.com/google/go-containerregistry/cmd/crane@${version}`], {
      env: { ...process.env, GOBIN: partial, GOFLAGS: '', CGO_ENABLED: '0' },
      cwd: partial,
    });
    await rename(join(partial, 'crane'), program);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return program;
}
