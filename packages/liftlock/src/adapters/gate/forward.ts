import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { KubeObject } from '../../model/kube.ts';
import { readBytes, type HttpAnswer } from '../http/http-client.ts';
import type { ClusterConnection } from '../cluster/connect.ts';
import { requestHeaders, responseHeaders } from './headers.ts';

/** The part of a cluster connection that a gate needs. */
export type Upstream = Pick<ClusterConnection, 'request'>;

/** Passes request and answer on as they are, piece by piece: watches, protobuf, gzip. */
export async function forward(upstream: Upstream, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await upstream.request({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: requestHeaders(request.headers),
    ...(hasBody(request) ? { body: request } : {}),
    signal: goneSignal(response),
    // Whoever asked may have gone meanwhile: then nobody asks for it any more.
    maySend: async () => !request.socket.destroyed,
  });
  await relay(answer, response);
}

/** Aborts when whoever asked goes away before the answer is complete. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** True for a request that brings something along. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** Passes an answer on as it comes. */
export async function relay(answer: HttpAnswer, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, responseHeaders(answer.headers));
  // A watch may have nothing to say for minutes, and helm waits for its head.
  response.flushHeaders();
  try {
    await pipeline(answer.body, response);
  } catch {
    // One side went away; pipeline has ended the other.
  }
}

/** What helm sends, read whole: API servers take no more than 3 MiB. */
export async function readRequest(request: IncomingMessage): Promise<Buffer> {
  return readBytes({ status: 0, headers: {}, body: request }, 16 * 1024 * 1024);
}

/** An answer read as JSON; undefined where it is none. */
export async function readObject(answer: HttpAnswer): Promise<KubeObject | undefined> {
  return parseObject(await readBytes(answer));
}

/** JSON of an object, or undefined: protobuf and YAML are not read. */
export function parseObject(bytes: Uint8Array): KubeObject | undefined {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null ? (value as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}
