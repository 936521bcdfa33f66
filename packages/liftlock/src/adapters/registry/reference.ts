import type { Site } from '../../model/site.ts';

/** A repository in an OCI registry: `host` may carry a port. */
export interface Repository {
  readonly host: string;
  readonly path: string;
}

/** Where a chart is really pulled from: the longest mirror that fits replaces the beginning of its reference. */
export function sourceOf(reference: string, mirrors: Site['mirrors']): string {
  const fits = mirrors.filter(
    ({ from }) => reference === from || reference.startsWith(from.endsWith('/') ? from : `${from}/`),
  );
  const mirror = fits.toSorted((a, b) => b.from.length - a.from.length)[0];
  return mirror === undefined ? reference : mirror.to + reference.slice(mirror.from.length);
}

/** `oci://host/path/name`. */
export function parseRepository(reference: string): Repository {
  const [host = '', ...path] = reference.replace(/^oci:\/\//, '').split('/');
  return { host, path: path.join('/') };
}

/** OCI tags know no plus sign; helm writes it as an underscore. */
export function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

/** An image as pods name it: without a host it is Docker Hub's, without tag or digest it is `latest`. */
export function parseImage(image: string): Repository & { readonly reference: string } {
  const [name = '', digest] = image.split('@');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  const bare = hasTag ? name.slice(0, colon) : name;
  const reference = digest ?? (hasTag ? name.slice(colon + 1) : 'latest');
  const [first = '', ...rest] = bare.split('/');
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) {
    const host = first === 'docker.io' || first === 'index.docker.io' ? 'registry-1.docker.io' : first;
    const path = host === 'registry-1.docker.io' && rest.length === 1 ? `library/${rest[0]}` : rest.join('/');
    return { host, path, reference };
  }
  return { host: 'registry-1.docker.io', path: rest.length === 0 ? `library/${bare}` : bare, reference };
}

/** True for names and addresses of this machine only; `host` may carry a port. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || /^127(\.\d+){3}$/.test(name);
}
