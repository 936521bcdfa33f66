import type { ServerResponse } from 'node:http';

/** Sends JSON, under a more exact type where one is given. */
export function sendJson(response: ServerResponse, status: number, value: unknown, type = 'application/json'): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** The Status object in which the API server words a failure; helm prints its message. */
export function failure(code: number, reason: string, message: string): Record<string, unknown> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

/** What the API server says of an object that is not there. */
export function notFound(target: {
  readonly group: string;
  readonly resource: string;
  readonly name?: string | undefined;
}): Record<string, unknown> {
  const resource = target.group === '' ? target.resource : `${target.resource}.${target.group}`;
  return failure(404, 'NotFound', `${resource} "${target.name ?? ''}" not found`);
}

/** Refuses a request as the API server would. */
export function sendFailure(response: ServerResponse, code: number, reason: string, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendJson(response, code, failure(code, reason, message));
}

/**
 * Refuses with plain text: where client-go reads an answer raw, as helm does for the server's version, it prints text
 * and calls everything else "unknown".
 */
export function sendText(response: ServerResponse, code: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(code, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(message),
  });
  response.end(message);
}
