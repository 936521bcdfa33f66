import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/**
 * Of one connection only (RFC 9110, 7.6.1); about who is asking, which is the operator's to say, not helm's; or by which
 * some servers take one method for another.
 */
const notPassed =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|host|authorization|cookie|impersonate-.*|x-remote-.*|x-(http-)?method(-override)?)$/;

/** The headers of helm's request that go on to the API server; its user agent among them. */
export function requestHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return pass(headers);
}

/** The headers of the API server's answer that go on to helm. */
export function responseHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return pass(headers);
}

function pass(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? '').toLowerCase().split(/\s*,\s*/));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !notPassed.test(name) && !named.has(name)));
}

/** Without `accept-encoding` answers come as they are, not gzipped. */
export function withoutEncoding<T extends object>(headers: T): T {
  const { 'accept-encoding': _encoding, ...rest } = headers as Record<string, unknown>;
  return rest as T;
}
