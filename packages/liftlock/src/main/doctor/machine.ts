import { accessSync, constants, existsSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheHome, stateHome } from '../../adapters/files/state-folder.ts';
import { findHelm } from '../../adapters/helm/helm-runner.ts';
import { openPrivatePlace } from '../../adapters/files/private-place.ts';
import type { Look } from '../../model/doctor.ts';
import { fine } from './look.ts';

/** The first Node.js that runs the sources, as package.json has it. */
const oldestNode = 24;

/** Bytes below which a run may not find room: charts of a few MiB each, journal, backup and evidence. */
const littleRoom = 200 * 1024 * 1024;

const makeRoom = 'Make room. A run whose disk is full stops before its next step, and goes on with liftlock resume.';

/** The Node.js that runs this. */
export async function lookAtNode(version = process.versions.node): Promise<readonly Look[]> {
  if (Number(version.split('.')[0]) >= oldestNode) return [fine('machine', 'node', `Node.js ${version}`)];
  return [
    {
      theme: 'machine',
      what: 'node',
      state: 'blocker',
      message: `Node.js ${version} is older than ${oldestNode}`,
      advice: [`Install Node.js ${oldestNode} or newer: https://nodejs.org/`],
    },
  ];
}

/** The folders that liftlock writes to: whether it may, and whether there is room. */
export async function lookAtFolders(environment: NodeJS.ProcessEnv): Promise<readonly Look[]> {
  const folders = [
    ['state folder', stateHome(environment)],
    ['cache folder', cacheHome(environment)],
    ['folder for temporary files', tmpdir()],
  ] as const;
  return folders.map(([what, folder]) => lookAtFolder(what, folder));
}

function lookAtFolder(what: string, folder: string): Look {
  const base = { theme: 'machine', what: what.replaceAll(' ', '-') } as const;
  const there = nearest(folder);
  const failure = notWritable(there);
  if (failure !== undefined) {
    return {
      ...base,
      state: 'blocker',
      message: `the ${what} ${folder} cannot be written: ${failure.why}`,
      advice: [
        failure.isFull ? makeRoom : `See that ${there} is a folder which belongs to you and is not mounted read-only.`,
        'Without it nothing is changed in a cluster: every step is written down before it is taken.',
      ],
    };
  }
  const { bavail, bsize } = statfsSync(there);
  const mebibytes = Math.floor((bavail * bsize) / 1024 / 1024);
  if (bavail * bsize >= littleRoom)
    return fine('machine', base.what, `the ${what} ${folder} can be written; ${mebibytes} MiB free`);
  return {
    ...base,
    state: mebibytes === 0 ? 'blocker' : 'warning',
    message: `the ${what} ${folder} has ${mebibytes} MiB left`,
    advice: [makeRoom],
  };
}

/** The folder itself, or the first above it that exists. */
function nearest(folder: string): string {
  let place = folder;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return place;
}

interface Unwritable {
  readonly why: string;
  readonly isFull: boolean;
}

/** Tries it: rights alone do not tell of a read-only mount, nor of a full disk. */
function notWritable(folder: string): Unwritable | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const place = openPrivatePlace(folder, '.liftlock-doctor');
    try {
      // A folder may still find room where no file does.
      writeFileSync(join(place.path, 'room'), 'x');
    } finally {
      place.close();
    }
    return undefined;
  } catch (error) {
    const { code = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
    const why = error instanceof Error ? error.message.replace(/, \w+ '.*$/, '') : String(error);
    return { why, isFull: code === 'ENOSPC' || code === 'EDQUOT' };
  }
}

/** The helm that would be run. */
export async function lookAtHelm(flag: string | undefined, environment: NodeJS.ProcessEnv): Promise<readonly Look[]> {
  const helm = await findHelm({ flag, env: environment });
  return [fine('machine', 'helm', `helm ${helm.version} at ${helm.path}`)];
}

/** What other programs of this machine reach the network by. */
export async function lookAtProxies(environment: NodeJS.ProcessEnv): Promise<readonly Look[]> {
  const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];
  const set = names.filter((name) => (environment[name] ?? environment[name.toLowerCase()] ?? '') !== '');
  const lost = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'].filter((name) => {
    const file = environment[name] ?? '';
    return file !== '' && !existsSync(file);
  });
  if (lost.length === 0)
    return [
      fine(
        'machine',
        'network',
        set.length === 0 ? 'no proxy and no certificates of your own are set' : `set: ${set.join(', ')}`,
      ),
    ];
  return [
    {
      theme: 'machine',
      what: 'network',
      state: 'blocker',
      message: `${lost.join(' and ')} names a file that does not exist`,
      advice: [`Correct or unset ${lost.join(' and ')}.`],
    },
  ];
}
