/** What a path of the Kubernetes API names. */
export interface ApiTarget {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly namespace?: string | undefined;
  /** Plural, as in the path; empty for what is no resource, such as discovery. */
  readonly resource: string;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  /** By the older prefix, which makes a stream without end of every method. */
  readonly isWatch?: true | undefined;
}

/** Subresources through which the API server opens a way into pods, nodes or services. */
const tunnels = new Set(['exec', 'attach', 'portforward', 'proxy']);
/** Subresources whose effect a dry run would not show, or that hand out credentials. */
const unjudged = new Set(['eviction', 'binding', 'token', 'finalize']);
/** Objects that are questions: the API server answers them and stores nothing. */
const questions = new Set([
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
  'subjectaccessreviews',
  'localsubjectaccessreviews',
  'tokenreviews',
]);
const questionGroups = new Set(['authorization.k8s.io', 'authentication.k8s.io']);

const noResource: ApiTarget = { group: '', version: '', resource: '' };

/**
 * Reads a path as the API server does: percent-encoding is undone first, so that `%65xec` is no way around a rule.
 *
 * @returns undefined for a path that is not in its plain form (empty, `.` or `..` segments, encoded slashes): such a
 * path could mean one thing here and another there
 */
export function parseApiPath(path: string): ApiTarget | undefined {
  const segments = decodeSegments(path);
  if (segments === undefined) return undefined;
  const [root, ...rest] = segments;
  if (root === 'api' && rest.length > 1) return parseResource('', rest);
  if (root === 'apis' && rest.length > 2) return parseResource(rest[0] ?? '', rest.slice(1));
  return noResource;
}

function decodeSegments(path: string): readonly string[] | undefined {
  // What a URL may hold, and nothing that parsers of URLs read differently: `#`, `\`, spaces, another host before it.
  if (!/^\/[\w.~%:@!$&'()*+,;=/-]*$/.test(path)) return undefined;
  if (path === '/') return [];
  const raw = path.slice(1).replace(/\/$/, '').split('/');
  try {
    const segments = raw.map(decodeURIComponent);
    const isPlain = segments.every(
      (part) => part !== '' && part !== '.' && part !== '..' && !/[/\\\p{Cc}]/u.test(part),
    );
    return isPlain ? segments : undefined;
  } catch {
    return undefined;
  }
}

function parseResource(group: string, [version = '', ...rest]: readonly string[]): ApiTarget {
  // The older watch and proxy prefixes come before the resource.
  if (rest[0] === 'proxy') return { group, version, resource: rest[1] ?? '', subresource: 'proxy' };
  if (rest[0] === 'watch') return { ...parseResource(group, [version, ...rest.slice(1)]), isWatch: true };
  const [first, second, third, ...deeper] = rest;
  const isNamespaceItself =
    third === undefined || ((third === 'status' || third === 'finalize') && deeper.length === 0);
  if (first === 'namespaces' && !isNamespaceItself) {
    return {
      group,
      version,
      namespace: second,
      resource: third ?? '',
      name: deeper[0],
      subresource: deeper[1],
    };
  }
  return { group, version, resource: first ?? '', name: second, subresource: third };
}

/** True for ways into pods, nodes and services; in any case of letters, whatever a server might make of it. */
export function isTunnel(target: ApiTarget): boolean {
  return tunnels.has((target.subresource ?? '').toLowerCase());
}

/** True for what a dry run would not show, or what hands out credentials. */
export function isUnjudged(target: ApiTarget): boolean {
  const subresource = (target.subresource ?? '').toLowerCase();
  return target.isWatch === true || unjudged.has(subresource) || target.resource.toLowerCase() === 'bindings';
}

export function isQuestion(target: ApiTarget): boolean {
  return questionGroups.has(target.group) && questions.has(target.resource);
}

/** True for methods that change nothing by their meaning. */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
