import { BlockList, isIP } from 'node:net';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a request, as Go's net/http and so helm and kubectl choose it: the upper-case variable first, loopback
 * never proxied, NO_PROXY with names, `.suffix`, `*.suffix`, addresses, networks and ports. Node's own agents read
 * NO_PROXY otherwise (no networks, loopback proxied), so the choice is made here.
 * Source: https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 *
 * @returns an address with its scheme, or undefined for a direct connection
 */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const proxy =
    url.protocol === 'https:' ? read(env, 'HTTPS_PROXY', 'https_proxy') : read(env, 'HTTP_PROXY', 'http_proxy');
  if (proxy === undefined) return undefined;
  const host = bareHost(url.hostname);
  if (isLoopback(host) || isExcluded(host, url, read(env, 'NO_PROXY', 'no_proxy') ?? '')) return undefined;
  return withScheme(proxy);
}

/** `host:port` means http. */
export function withScheme(proxy: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

/** True for names and addresses of this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function read(env: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
}

function bareHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
    .replace(/\.$/, '');
}

function isExcluded(host: string, url: URL, list: string): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => excludes(entry, host, port));
}

function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(entry, host);
  const [, name = entry, onlyPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const wanted = bareHost(name);
  if (isIP(wanted) !== 0) return wanted === host;
  const suffix = wanted.replace(/^\*/, '');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function isInNetwork(network: string, host: string): boolean {
  const [address = '', prefix = ''] = network.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(prefix)) return false;
  const name = family === 6 ? 'ipv6' : 'ipv4';
  const networks = new BlockList();
  if (Number(prefix) > (family === 6 ? 128 : 32)) return false;
  networks.addSubnet(address, Number(prefix), name);
  return networks.check(host, name);
}
