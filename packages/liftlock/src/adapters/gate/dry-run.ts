import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { HttpAnswer } from '../http/http-client.ts';
import { warningsOf } from '../http/warnings.ts';
import { parseObject, readObject, type Upstream } from './forward.ts';
import { requestHeaders, withoutEncoding } from './headers.ts';

/** A write as helm sent it, or as it has to be asked instead. */
export interface DryRunRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string | Buffer;
}

/** What the API server says of it. */
export interface Judged {
  readonly status: number;
  /** The object as it would be, or the Status that says why not. */
  readonly object: KubeObject | undefined;
  readonly warnings: readonly string[];
}

/** Asks the API server what it would do. The only way in which a shadow sends a write: always with `dryRun=All`. */
export async function dryRun(upstream: Upstream, asked: DryRunRequest): Promise<Judged> {
  const { method } = asked;
  const query = new URLSearchParams(asked.query);
  query.set('dryRun', 'All');
  // Of a binary body only known fields arrive: there is nothing to validate.
  const isText = !/protobuf|cbor/.test(asked.headers['content-type'] ?? '');
  // What helm asks for itself is kept: it is stricter (O17).
  if (method !== 'DELETE' && isText && !query.has('fieldValidation')) query.set('fieldValidation', 'Warn');
  const { 'content-length': _length, ...others } = withoutEncoding(requestHeaders(asked.headers));
  const answer: HttpAnswer = await upstream.request({
    method,
    path: `${asked.path}?${query.toString()}`,
    headers: {
      ...others,
      accept: 'application/json',
      ...(method === 'DELETE' ? { 'content-type': 'application/json' } : {}),
    },
    body: method === 'DELETE' ? deleteOptions(asked.body) : asked.body,
  });
  return { status: answer.status, object: await readObject(answer), warnings: warningsOf(answer.headers) };
}

/**
 * A deletion with a body is judged by the body alone: the API server then does not look at the query, and would delete.
 * So the body that is sent is always one of ours, with the dry run in it.
 * Source: k8s.io/apiserver pkg/endpoints/handlers/delete.go
 */
function deleteOptions(body: string | Buffer): string {
  const given = parseObject(Buffer.from(body)) as unknown as Record<string, Json> | undefined;
  const kept = isJsonObject(given)
    ? Object.fromEntries(
        ['propagationPolicy', 'gracePeriodSeconds', 'preconditions', 'orphanDependents']
          .filter((name) => given[name] !== undefined)
          .map((name) => [name, given[name]]),
      )
    : {};
  return JSON.stringify({ ...kept, kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] });
}

export function isAccepted(judged: Judged): boolean {
  return judged.status < 300;
}

/** The API server's words for a refusal. */
export function messageOf({ object }: Judged): string {
  const message = (object as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : 'refused without a reason';
}

/** Its class, such as `Invalid` or `AlreadyExists`. */
export function reasonOf({ object }: Judged): string {
  const reason = (object as { reason?: unknown } | undefined)?.reason;
  return typeof reason === 'string' ? reason : '';
}

/** The object's name that a refusal is about; undefined where it names none. */
export function refusedName({ object }: Judged): string | undefined {
  const name = (object as { details?: { name?: unknown } } | undefined)?.details?.name;
  return typeof name === 'string' ? name : undefined;
}
