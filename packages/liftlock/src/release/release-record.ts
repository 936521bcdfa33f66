import { gunzipSync, gzipSync } from 'node:zlib';
import { canonicalJson, isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import type { ReleaseStatus } from '../model/snapshot.ts';

/** One revision of a release as helm stores it: the payload of a Secret of type `helm.sh/release.v1`. */
export interface ReleaseRecord {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  /** ISO 8601. */
  readonly updated: string;
  readonly description: string;
  readonly chart: {
    readonly name: string;
    readonly version: string;
    readonly appVersion: string;
    readonly kubeVersion?: string | undefined;
    /** The chart's defaults. */
    readonly values: JsonObject;
  };
  /** The values that the user gave: `helm get values`. */
  readonly values: JsonObject;
  readonly manifest: string;
  readonly hooks: readonly {
    readonly name: string;
    readonly kind: string;
    readonly events: readonly string[];
    readonly manifest: string;
  }[];
  /** `ssa` or `csa` by Helm 4; absent in records of Helm 3, which applies client-side. */
  readonly applyMethod?: string | undefined;
}

/** A record, or why it cannot be read. */
export type ReleaseReading =
  | { readonly record: ReleaseRecord; readonly reason?: undefined }
  | { readonly record: undefined; readonly reason: string };

const payloadLimit = 128 * 1024 * 1024;
const statuses: readonly string[] = [
  'unknown',
  'deployed',
  'uninstalled',
  'superseded',
  'failed',
  'uninstalling',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
] satisfies ReleaseStatus[];

/** Reads a helm release Secret. It never throws: a damaged record of one release must not hide the others. */
export function readReleaseRecord(secret: KubeObject): ReleaseReading {
  const payload = readPayload(secret, (text) => JSON.parse(text) as Json);
  if (typeof payload === 'string') return { record: undefined, reason: payload };
  const { name, namespace, version, info, chart } = payload;
  const metadata = jsonAt(chart, ['metadata']);
  if (typeof name !== 'string' || typeof version !== 'number' || !isJsonObject(info) || !isJsonObject(metadata)) {
    return { record: undefined, reason: 'the release has no name, revision, info or chart metadata' };
  }
  const { status } = info;
  if (!isStatus(status)) return { record: undefined, reason: `the status is ${JSON.stringify(status)}` };
  const kubeVersion = metadata['kubeVersion'];
  const applyMethod = payload['apply_method'];
  return {
    record: {
      name,
      namespace: textOf(namespace) || (secret.metadata.namespace ?? ''),
      revision: version,
      status,
      updated: instantOf(info['last_deployed']) ?? secret.metadata.creationTimestamp ?? '',
      description: textOf(info['description']),
      chart: {
        name: textOf(metadata['name']),
        version: textOf(metadata['version']),
        appVersion: textOf(metadata['appVersion']),
        values: objectOf(jsonAt(chart, ['values'])),
        ...(typeof kubeVersion === 'string' && kubeVersion !== '' ? { kubeVersion } : {}),
      },
      values: objectOf(payload['config']),
      manifest: textOf(payload['manifest']),
      hooks: hooksOf(payload['hooks']),
      ...(typeof applyMethod === 'string' && applyMethod !== '' ? { applyMethod } : {}),
    },
  };
}

/**
 * The same Secret with its record marked `failed`, in the payload and in the label, as helm itself would have done: this
 * unlocks a release whose helm died (O1). To be written by a replace, so that its resourceVersion guards it. Throws
 * RELEASE_RECORD_DAMAGED, or RELEASE_NOT_LOCKED where the record is not `pending-*`.
 */
export function markFailed(secret: KubeObject, description: string): KubeObject {
  const payload = exactPayload(secret);
  const info = objectOf(payload['info']);
  const status = textOf(info['status']);
  if (!status.startsWith('pending-')) {
    throw new Problem('RELEASE_NOT_LOCKED', `The record ${secret.metadata.name} is ${status}, not pending.`, {
      advice: ['Someone else has moved this release meanwhile. Look at it: helm history RELEASE'],
    });
  }
  const failed = { ...payload, info: { ...info, status: 'failed', description } };
  return withPayload(
    { ...secret, metadata: { ...secret.metadata, labels: { ...secret.metadata.labels, status: 'failed' } } },
    failed,
  );
}

/**
 * The same Secret with another manifest in its record; all else of the record stays as it is. To be written by a replace, so
 * that its resourceVersion guards it. Throws RELEASE_RECORD_DAMAGED.
 */
export function rewriteManifest(secret: KubeObject, change: (manifest: string) => string): KubeObject {
  const payload = exactPayload(secret);
  return withPayload(secret, { ...payload, manifest: change(textOf(payload['manifest'])) });
}

/** True for two records that say the same but for their manifests: one was rewritten, and no helm has written since. */
export function differInManifestAlone(one: KubeObject, other: KubeObject): boolean {
  const [first, second] = [one, other].map((secret) => readPayload(secret, parseExactly));
  if (first === undefined || second === undefined || typeof first === 'string' || typeof second === 'string')
    return false;
  const rest = (payload: JsonObject) => canonicalJson({ ...payload, manifest: '' });
  return first['manifest'] !== second['manifest'] && rest(first) === rest(second);
}

/** The payload with its numbers as they are written. Throws RELEASE_RECORD_DAMAGED. */
function exactPayload(secret: KubeObject): JsonObject {
  const payload = readPayload(secret, parseExactly);
  if (typeof payload !== 'string') return payload;
  throw new Problem('RELEASE_RECORD_DAMAGED', `The record ${secret.metadata.name} cannot be read: ${payload}.`, {
    advice: [
      `Look at it: kubectl -n ${secret.metadata.namespace ?? 'NAMESPACE'} get secret ${secret.metadata.name} -o yaml`,
    ],
  });
}

function withPayload(secret: KubeObject, payload: JsonObject): KubeObject {
  const release = gzipSync(JSON.stringify(payload), { level: 9 }).toString('base64');
  return { ...secret, data: { ...secret.data, release: Buffer.from(release).toString('base64') } };
}

/** The release as JSON, or why there is none. */
export function readPayload(secret: KubeObject, parse: (text: string) => Json): JsonObject | string {
  const encoded = secret.data?.['release'];
  if (typeof encoded !== 'string' || encoded === '') return 'the Secret has no data.release';
  // Twice: helm's own base64 inside that of the Kubernetes API.
  const packed = Buffer.from(Buffer.from(encoded, 'base64').toString('latin1'), 'base64');
  const isGzip = packed[0] === 0x1f && packed[1] === 0x8b;
  try {
    // Records from before helm compressed them are plain JSON; helm still reads them.
    const text = (isGzip ? gunzipSync(packed, { maxOutputLength: payloadLimit }) : packed).toString('utf8');
    const payload = parse(text);
    return isJsonObject(payload) ? payload : 'the payload is no JSON object';
  } catch (error) {
    return `the payload cannot be unpacked: ${error instanceof Error ? error.message.slice(0, 120) : 'unknown error'}`;
  }
}

const rawNumbers = JSON as typeof JSON & {
  rawJSON(text: string): Json;
};

/** Keeps numbers that a double cannot hold as they are written: a record that is written back must hold the same values. */
function parseExactly(text: string): Json {
  const reviver = (_key: string, value: Json, context?: { readonly source?: string }): Json => {
    const source = context?.source;
    return typeof value === 'number' && source !== undefined && String(value) !== source
      ? rawNumbers.rawJSON(source)
      : value;
  };
  return JSON.parse(text, reviver) as Json;
}

function hooksOf(hooks: Json | undefined): ReleaseRecord['hooks'] {
  if (!Array.isArray(hooks)) return [];
  return (hooks as readonly Json[]).filter(isJsonObject).map((hook) => ({
    name: textOf(hook['name']),
    kind: textOf(hook['kind']),
    events: Array.isArray(hook['events']) ? (hook['events'] as readonly Json[]).map(textOf) : [],
    manifest: textOf(hook['manifest']),
  }));
}

function isStatus(value: Json | undefined): value is ReleaseStatus {
  return typeof value === 'string' && statuses.includes(value);
}

function instantOf(value: Json | undefined): string | undefined {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
