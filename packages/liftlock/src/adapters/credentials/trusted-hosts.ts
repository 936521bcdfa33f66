/** Google's token endpoints; accounts.google.com stands in old keys. */
export function isGoogleHost(host: string): boolean {
  return host === 'googleapis.com' || host.endsWith('.googleapis.com') || host === 'accounts.google.com';
}

/** True where the site names that host, as `host` (any port) or `host:port`. */
export function isTrustedHost(host: string, tokenHosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '');
  return tokenHosts.some((trusted) => trusted === host || trusted === name);
}
