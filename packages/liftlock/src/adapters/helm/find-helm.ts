import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Environment } from './private-home.ts';

/** Where to look for helm, first to last: `flag` (--helm), LIFTLOCK_HELM, PATH. */
export interface FindHelm {
  readonly flag?: string | undefined;
  readonly env: Environment;
  /** Where all of these have none: the helm of a loaded bundle. */
  readonly beside?: (() => string | undefined) | undefined;
}

/** Path of the helm binary. Throws HELM_ABSENT (exit 3). A name without a slash is looked up in PATH. */
export function findHelmPath({ flag, env, beside }: FindHelm): string {
  const named = flag ?? (env['LIFTLOCK_HELM'] || undefined);
  const name = named ?? 'helm';
  const found = name.includes('/') ? resolve(name) : findInPath(name, env['PATH'] ?? '');
  const path = found ?? (named === undefined ? beside?.() : undefined);
  if (path !== undefined && isExecutable(path)) return path;
  const origin = flag === undefined ? 'LIFTLOCK_HELM' : '--helm';
  throw new Problem(
    'HELM_ABSENT',
    named === undefined ? 'helm was not found in PATH.' : `There is no helm to run at ${name}, which ${origin} names.`,
    {
      advice: [
        'Install Helm: https://helm.sh/docs/intro/install/',
        'Or name the binary: --helm PATH, or LIFTLOCK_HELM.',
      ],
      exitCode: exitCodes.blocked,
    },
  );
}

/** Refuses release storage other than Secrets, by name: liftlock reads and unlocks the records itself (O12). */
export function refuseOtherDrivers(env: Environment): void {
  const driver = env['HELM_DRIVER'] ?? '';
  if (driver === '' || driver === 'secret' || driver === 'secrets') return;
  throw new Problem(
    'HELM_DRIVER_UNSUPPORTED',
    `HELM_DRIVER is ${driver}; liftlock works with releases kept in Secrets.`,
    {
      advice: [
        'If the releases are kept in Secrets, as helm does by itself: unset HELM_DRIVER.',
        `If they really are kept in ${driver}, upgrade them with helm itself: liftlock cannot read their records.`,
      ],
      exitCode: exitCodes.blocked,
    },
  );
}

function findInPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(resolve(folder), name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
