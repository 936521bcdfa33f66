import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest, type Agent, type RequestOptions } from 'node:https';

/** An answer, read whole. */
export interface Passed {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Where a proxy passes requests on to. */
export interface PassTo {
  readonly agent: Agent;
  options(request: IncomingMessage): RequestOptions;
}

/** Passes a request on with its body; both ways are read whole. */
export async function passPlain(to: PassTo, request: IncomingMessage): Promise<Passed> {
  const sent = await bytesOf(request);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const onward = httpsRequest({ ...to.options(request), agent: to.agent }, resolve);
  onward.on('error', reject);
  onward.end(sent);
  const answer = await promise;
  const body = await bytesOf(answer);
  const { 'transfer-encoding': _encoding, connection: _connection, ...headers } = answer.headers;
  return { status: answer.statusCode ?? 502, headers, body };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
