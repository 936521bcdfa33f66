import type { FaultCode } from '../catalog.ts';

export type PullCode = Extract<
  FaultCode,
  | 'IMAGE_PULL_UNAUTHORIZED'
  | 'IMAGE_PULL_FORBIDDEN'
  | 'IMAGE_NOT_FOUND'
  | 'IMAGE_PULL_THROTTLED'
  | 'IMAGE_PULL_UNREACHABLE'
  | 'FAULT_UNKNOWN'
>;

/** Wordings of containerd, docker, CRI-O and the registries behind them. Statuses count only as words of their own. */
const wordings: readonly (readonly [PullCode, RegExp])[] = [
  [
    'IMAGE_PULL_UNAUTHORIZED',
    /(^|[\s=])401\b|\bunauthorized\b|authentication required|authorization failed|no basic auth credentials|invalid username\/password|(token|credentials?) (has|have|is|are) expired/i,
  ],
  ['IMAGE_PULL_FORBIDDEN', /(^|[\s=])403\b|\bforbidden\b|\bdenied: |\baccess (is )?denied|permission "[\w.]+" denied/i],
  [
    'IMAGE_NOT_FOUND',
    /(^|[\s=])404\b|: not found\b|manifest for not found|manifest unknown|name unknown|MANIFEST_UNKNOWN|NAME_UNKNOWN/i,
  ],
  ['IMAGE_PULL_THROTTLED', /(^|[\s=])429\b|toomanyrequests|too many requests|rate limit/i],
  [
    'IMAGE_PULL_UNREACHABLE',
    /i\/o timeout|deadline exceeded|Client\.Timeout|no such host|server misbehaving|name resolution|connection (refused|reset)|no route to host|network is unreachable|handshake (timeout|failure)|\btls: |x509: |HTTP response to HTTPS client|\bEOF\b|proxyconnect|(^|[\s=])5\d\d (Internal|Bad|Service|Gateway|Origin)|status( code)?:? 5\d\d\b/i,
  ],
];

/** Sound like a missing image, but the image is there. */
const misleading = /no match for platform|no matching manifest/i;

/**
 * The class of a refused pull, from the runtime's own words. What fits no class, or fits two that want different
 * remedies, is FAULT_UNKNOWN: no remedy is better than a wrong one.
 */
export function classifyPull(message: string, image: string): PullCode {
  const words = withoutNames(message, image);
  if (misleading.test(words)) return 'FAULT_UNKNOWN';
  const codes = wordings.filter(([, wording]) => wording.test(words)).map(([code]) => code);
  const [first, second, ...more] = codes;
  if (first === undefined) return 'FAULT_UNKNOWN';
  if (second === undefined) return first;
  // A registry that hides what one may not see answers 401 and speaks of denied access.
  const isRefusal = first === 'IMAGE_PULL_UNAUTHORIZED' && second === 'IMAGE_PULL_FORBIDDEN' && more.length === 0;
  return isRefusal ? first : 'FAULT_UNKNOWN';
}

/** True when the message tells no more than that the kubelet waits before the next try. */
export function isBareBackOff(message: string): boolean {
  return message === '' || /^Back-off pulling image "[^"]*"$/.test(message.trim());
}

/** The message without image names and URLs: `team/unauthorized-404:403` is a name, no status. */
function withoutNames(message: string, image: string): string {
  return message
    .replaceAll(image, ' ')
    .split(/\s+/)
    .map((word) =>
      !word.includes('/') || /^(i\/o|username\/password)\b/.test(word) ? word : word.endsWith(':') ? ':' : '',
    )
    .join(' ')
    .replaceAll(/\s+/g, ' ');
}
