/** An Error with Node's code, for a network that did not do what was asked. */
export interface NetworkError extends Error {
  readonly code: string;
  /** True where no connection stood yet, proxy and TLS included: nothing of the request was sent. */
  readonly neverSent?: boolean | undefined;
}

/** An ETIMEDOUT that says what was waited for. */
export function timedOut(url: URL, what: string): NetworkError {
  return Object.assign(new Error(`${url.host}: ${what}`), { code: 'ETIMEDOUT' });
}

/** Gives an error of a socket a message that names the host. Proxy addresses, which may hold passwords, stay out. */
export function explainNetworkError(error: unknown, url: URL, neverSent: boolean): NetworkError {
  const first = firstOf(error);
  const code = 'code' in first && typeof first.code === 'string' ? first.code : 'ERR_NETWORK';
  const said = plainWords(first, code);
  const message = said.includes(url.host) ? said : `${url.host}: ${said}`;
  return Object.assign(new Error(message.replaceAll(/\/\/[^/@\s]*@/g, '//')), { code, neverSent });
}

/** What OpenSSL says of a server without TLS would help nobody. */
function plainWords(error: Error, code: string): string {
  if (/wrong version number|packet length too long|http request/.test(error.message)) return 'it does not speak TLS';
  if (code === 'ERR_PROXY_TUNNEL') return `the proxy refuses the tunnel (${error.message.split('\n')[0] ?? ''})`;
  if (code === 'ECONNRESET') return 'the connection was reset';
  return error.message === '' ? code : (error.message.split('\n')[0] ?? code);
}

/** Attempts over several addresses fail together, with an empty message of their own. */
function firstOf(error: unknown): Error {
  if (error instanceof AggregateError) return firstOf(error.errors[0]);
  return error instanceof Error ? error : new Error('unknown network error');
}
