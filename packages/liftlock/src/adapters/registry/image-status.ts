import type { CredentialSource, ImageQuestion, ImageStatus, RegistryLogin } from '../../model/ports.ts';
import { isProblem } from '../../model/problem.ts';
import { manifestTypes } from './manifest.ts';
import { discard, makeOciClient, type OciClient, type OciClientOptions } from './oci-client.ts';
import { isLoopback, parseImage, type Repository } from './reference.ts';

/** Asks registries whether images exist, by HEAD requests. Each is asked once: what comes too late is no evidence. */
export function makeImageStatus(
  options: OciClientOptions,
): (image: string, question?: ImageQuestion) => Promise<ImageStatus> {
  const own = asker(options, options.credentials);
  /** Tokens are kept by login: one for each pull secret. */
  const byLogin = new Map<string, Asker>();

  function askerFor(login: RegistryLogin): Asker {
    const key = JSON.stringify([login.username, login.password]);
    const known = byLogin.get(key) ?? asker(options, { loginFor: () => Promise.resolve(login) });
    byLogin.set(key, known);
    return known;
  }

  return async (image, { logins = [], signal } = {}) => {
    let best: ImageStatus | undefined;
    for (const ask of [...logins.map(askerFor), own]) {
      const status = await ask(image, signal);
      if (status === 'found') return status;
      if (best === undefined || order.indexOf(status) < order.indexOf(best)) best = status;
      if (status === 'unreachable') break;
    }
    return best ?? 'unreachable';
  };
}

type Asker = (image: string, signal: AbortSignal | undefined) => Promise<ImageStatus>;

/** The surest first. */
const order: readonly ImageStatus[] = ['found', 'not-found', 'refused', 'unreachable'];

function asker(options: OciClientOptions, credentials: CredentialSource): Asker {
  const client = makeOciClient({ ...options, credentials, attempts: 1 });
  return async (image, signal) => {
    const { reference, ...repository } = parseImage(image);
    try {
      const isPlain = options.plainHttp === true && isLoopback(repository.host);
      const scheme = isPlain ? 'http' : 'https';
      const status = await statusOf(client, repository, `manifests/${reference}`, { scheme, signal });
      if (status === 200) return 'found';
      if (status === 401 || status === 403) return 'refused';
      if (status !== 404) return 'unreachable';
      // Registries hide what a caller may not see behind a 404: who may list the tags is let in.
      const listed = await statusOf(client, repository, 'tags/list?n=1', { scheme, signal });
      return listed === 200 ? 'not-found' : 'refused';
    } catch (error) {
      // Evidence only: credentials that fail are told where they are needed.
      if (isProblem(error)) return error.code === 'REGISTRY_UNREACHABLE' ? 'unreachable' : 'refused';
      if (error instanceof Error && error.name === 'NetworkFailure') return 'unreachable';
      throw error;
    }
  };
}

async function statusOf(
  client: OciClient,
  { host, path }: Repository,
  what: string,
  { scheme, signal }: { readonly scheme: 'http' | 'https'; readonly signal: AbortSignal | undefined },
): Promise<number> {
  const answer = await client.send({
    host,
    path: `/v2/${path}/${what}`,
    scheme,
    method: what.startsWith('manifests/') ? 'HEAD' : 'GET',
    accept: manifestTypes,
    scope: `repository:${path}:pull`,
    signal,
  });
  discard(answer);
  return answer.status;
}
