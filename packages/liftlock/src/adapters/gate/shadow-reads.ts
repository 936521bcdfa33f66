import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../../model/json.ts';
import { failure, sendJson } from './answers.ts';
import type { ApiTarget } from './api-path.ts';
import { forward, readObject, type Upstream } from './forward.ts';
import { requestHeaders } from './headers.ts';
import type { ReleaseRecords } from './release-records.ts';

/** Answers a read of release records, or of a list that may hold some, from memory first. */
export async function readFromRecords(
  request: IncomingMessage,
  response: ServerResponse,
  target: ApiTarget,
  parts: { readonly upstream: Upstream; readonly records: ReleaseRecords },
): Promise<void> {
  const { upstream, records } = parts;
  const url = new URL(`http://gate${request.url ?? '/'}`);
  if (target.name !== undefined) {
    const record = records.find(target.namespace ?? '', target.name);
    if (record === undefined) await forward(upstream, request, response);
    else if (record === null) sendJson(response, 404, failure(404, 'NotFound', `secrets "${target.name}" not found`));
    else sendJson(response, 200, record);
    return;
  }
  if (url.searchParams.get('watch') === 'true' || url.searchParams.get('watch') === '1') {
    await forward(upstream, request, response);
    return;
  }
  // Plain JSON, whatever helm would take: it is read and written anew here.
  const headers = { ...requestHeaders(request.headers), accept: 'application/json' };
  const answer = await upstream.request({ method: 'GET', path: request.url ?? '/', headers: withoutEncoding(headers) });
  const list = await readObject(answer);
  if (answer.status !== 200 || list === undefined) {
    sendJson(
      response,
      answer.status,
      list ?? failure(answer.status, 'InternalError', 'liftlock: no JSON in the answer'),
    );
    return;
  }
  const merged = records.merge(
    list as unknown as JsonObject,
    target.namespace,
    url.searchParams.get('labelSelector') ?? '',
  );
  sendJson(response, 200, merged);
}

/** Without `accept-encoding` answers come as they are, not gzipped. */
export function withoutEncoding<T extends object>(headers: T): T {
  const { 'accept-encoding': _encoding, ...rest } = headers as Record<string, unknown>;
  return rest as T;
}
