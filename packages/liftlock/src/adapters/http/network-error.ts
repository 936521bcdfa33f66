/** An Error with Node's code, for a network that did not do what was asked. */
export interface NetworkError extends Error {
  readonly code: string;
}

/** An ETIMEDOUT that says what was waited for. */
export function timedOut(url: URL, what: string): NetworkError {
  return Object.assign(new Error(`${url.host}: ${what}`), { code: 'ETIMEDOUT' });
}

/** Gives an error of a socket a message that names the host. Proxy addresses, which may hold passwords, stay out. */
export function explainNetworkError(error: unknown, url: URL): NetworkError {
  const first = firstOf(error);
  const code = 'code' in first && typeof first.code === 'string' ? first.code : 'ERR_NETWORK';
  const said = first.message === '' ? code : (first.message.split('\n')[0] ?? code);
  const message = said.includes(url.host) ? said : `${url.host}: ${plainWords[code] ?? said}`;
  return Object.assign(new Error(message.replaceAll(/\/\/[^/@\s]*@/g, '//')), { code, name: first.name });
}

/** What OpenSSL says of a plain-text server would help nobody. */
const plainWords: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_PROXY_TUNNEL: 'the proxy refuses the tunnel',
  ECONNRESET: 'the connection was reset',
};

/** Attempts over several addresses fail together, with an empty message of their own. */
function firstOf(error: unknown): Error {
  if (error instanceof AggregateError) return firstOf(error.errors[0]);
  return error instanceof Error ? error : new Error('unknown network error');
}
