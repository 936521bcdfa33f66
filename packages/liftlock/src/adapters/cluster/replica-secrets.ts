import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import { replicaFormat, type ReplicaKey } from '../../model/replica.ts';

/** Of the Secrets that hold runs. */
export const replicaType = 'liftlock.dev/run';

/** `record` holds the journal, `inputs` the list of files, `files` what is in them. */
export type ReplicaPart = 'record' | 'inputs' | 'files';

export const replicaLabels = {
  platform: 'liftlock.dev/platform',
  site: 'liftlock.dev/site',
  run: 'liftlock.dev/run',
  part: 'liftlock.dev/part',
} as const;

const formatAnnotation = 'liftlock.dev/format';
const siteAnnotation = 'liftlock.dev/site-name';

/**
 * Bytes a piece before packing. An API server takes a Secret of 1 MiB, and etcd by its own default a request of 1.5 MiB
 * (https://kubernetes.io/docs/concepts/configuration/secret/, https://etcd.io/docs/latest/dev-guide/limit/). Nothing that is
 * packed grows by more than a few bytes in a thousand, so that a Secret stays under 900 KiB whatever is in it.
 */
export const pieceBytes = 880 * 1024;

/** Text for a label: as it is where a label may hold it, else its beginning with a digest. */
export function labelValue(text: string): string {
  if (/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(text)) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const plain = text
    .replaceAll(/[^A-Za-z0-9]/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40);
  return `${plain}x-${digest}`;
}

/** `name=value,…` of what is given. */
export function selectorOf(labels: Partial<Record<keyof typeof replicaLabels, string | undefined>>): string {
  return Object.entries(labels)
    .filter((pair): pair is [keyof typeof replicaLabels, string] => pair[1] !== undefined)
    .map(([name, value]) => `${replicaLabels[name]}=${labelValue(value)}`)
    .join(',');
}

export function secretName({ run }: Pick<ReplicaKey, 'run'>, part: ReplicaPart, suffix = ''): string {
  return `liftlock-run-${run}-${part}${suffix === '' ? '' : `-${suffix}`}`;
}

/** One Secret of a replica. */
export function replicaSecret(
  key: ReplicaKey,
  part: ReplicaPart,
  { suffix, data, immutable = false }: SecretContent,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName(key, part, suffix),
      namespace: key.namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'liftlock',
        [replicaLabels.platform]: labelValue(key.platform),
        [replicaLabels.site]: labelValue(key.site),
        [replicaLabels.run]: labelValue(key.run),
        [replicaLabels.part]: part,
      },
      annotations: { [formatAnnotation]: String(replicaFormat), [siteAnnotation]: key.site },
    },
    type: replicaType,
    ...(immutable ? { immutable: true } : {}),
    data: Object.fromEntries(Object.entries(data).map(([name, bytes]) => [name, pack(bytes)])),
  };
}

interface SecretContent {
  readonly suffix?: string | undefined;
  /** Pieces of at most pieceBytes. */
  readonly data: Readonly<Record<string, Uint8Array>>;
  readonly immutable?: boolean | undefined;
}

function pack(bytes: Uint8Array): string {
  return gzipSync(bytes, { level: 6 }).toString('base64');
}

/** How many bytes a piece takes in a Secret. */
export function packedSize(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: 6 }).length;
}

/** Whose replica a Secret belongs to; undefined for a Secret that is none of ours. */
export function keyOf({ metadata }: KubeObject): ReplicaKey | undefined {
  const labels = metadata.labels ?? {};
  const run = labels[replicaLabels.run];
  const platform = labels[replicaLabels.platform];
  const site = metadata.annotations?.[siteAnnotation] ?? labels[replicaLabels.site];
  if (run === undefined || platform === undefined || site === undefined) return undefined;
  // Both become names of folders.
  if (!/^[a-z0-9][-a-z0-9]*$/.test(run) || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(site)) return undefined;
  return { namespace: metadata.namespace ?? '', platform, site, run };
}

/** The Problem of a Secret that a newer liftlock has written; undefined for one that can be read. */
export function tooNew({ metadata }: KubeObject, run: string): Problem | undefined {
  const format = Number(metadata.annotations?.[formatAnnotation] ?? 0);
  if (format <= replicaFormat) return undefined;
  return new Problem(
    'REPLICA_TOO_NEW',
    `Run ${run} was written to the cluster by a newer liftlock (format ${format}).`,
    {
      advice: ['Use that liftlock, or a newer one, for this run.'],
      details: { run, format, known: replicaFormat },
    },
  );
}

export function damaged(run: string, why: string): Problem {
  return new Problem('REPLICA_DAMAGED', `What the cluster keeps of run ${run} is damaged: ${why}.`, {
    advice: [
      `Go on with it on the machine that was at it last, whose journal then counts: liftlock resume ${run}`,
      'Where that is gone: see how the releases stand with liftlock status, then plan again.',
    ],
    details: { run },
  });
}

/** The pieces that a Secret holds, by name. Throws REPLICA_DAMAGED. */
export function piecesOf(secret: KubeObject, run: string): ReadonlyMap<string, Uint8Array> {
  const { data = {} } = secret;
  return new Map(
    Object.entries(data).map(([name, text]) => {
      try {
        const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64');
        // What somebody else has put there may be packed to grow without end.
        return [name, gunzipSync(bytes, { maxOutputLength: pieceBytes })];
      } catch {
        throw damaged(run, `${name} of the Secret ${secret.metadata.name} cannot be unpacked`);
      }
    }),
  );
}
