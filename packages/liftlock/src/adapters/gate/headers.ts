import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Of one connection only (RFC 9110, 7.6.1), or about who is asking: that is the operator's to say, not helm's. */
const notPassed =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|host|authorization|cookie|impersonate-.*|x-remote-.*)$/;

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
