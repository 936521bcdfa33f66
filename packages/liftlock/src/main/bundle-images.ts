import type { ImageRegistry } from '../model/bundle.ts';
import { dockerLogins, learnDockerLogins } from '../release/docker-config.ts';
import { isLoginFor } from '../release/images.ts';
import type { CredentialSource } from '../model/ports.ts';
import { makeImageRegistry } from '../adapters/registry/image-registry.ts';
import { registryCredentials } from '../adapters/credentials/registry-credentials.ts';
import { readText } from '../adapters/files/read-text.ts';
import { request } from '../adapters/http/http-client.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { systemClock } from './clock.ts';
import type { Described, OpenParts } from './open-site.ts';

/** Registries of images with the credentials that are given. */
export function imageRegistry(described: Described, credentials: CredentialSource, parts: OpenParts): ImageRegistry {
  const { caFile, plainHttp = false } = described.site.credentials.registry ?? {};
  return makeImageRegistry({ credentials, request, clock: systemClock, redactor: parts.redactor, caFile, plainHttp });
}

/** The site's login, shown to one registry alone: the one that images are pushed to. */
export function loginOf(described: Described, host: string, parts: OpenParts): CredentialSource {
  return registryCredentials({
    site: described.site.credentials.registry ?? {},
    platform: { host },
    mirrors: [],
    clock: systemClock,
    redactor: parts.redactor,
    request,
    env: parts.environment,
  });
}

/** Logins of a Docker config file, as `docker login` writes it, before the site's own. */
export async function withDockerLogins(
  file: string | undefined,
  own: CredentialSource,
  parts: OpenParts,
): Promise<CredentialSource> {
  if (file === undefined) return own;
  const text = await readText(file, {
    code: 'DOCKER_CONFIG_UNREADABLE',
    what: 'The file with registry logins',
    exitCode: exitCodes.usage,
    advice: ['See --docker-config.'],
  });
  learnDockerLogins(text, parts.redactor);
  const logins = dockerLogins(text);
  return {
    loginFor: async (host) => {
      const known = host === 'registry-1.docker.io' ? 'docker.io' : host;
      return logins.find(({ server }) => isLoginFor(server, `${known}/any`)) ?? own.loginFor(host);
    },
  };
}

/** Images that the values name below a registry of the closed side, and where the connected side has them. */
export interface ImageOrigin {
  readonly own: string;
  readonly vendor: string;
}

/** `registry.example:5000/runai=runai.jfrog.io`. Throws BAD_OPTION. */
export function parseOrigin(text: string): ImageOrigin {
  const [own = '', vendor = '', ...more] = text
    .split('=')
    .map((address) => address.replace(/^[a-z]+:\/\//, '').replace(/\/+$/, ''));
  if (own !== '' && vendor !== '' && more.length === 0) return { own, vendor };
  throw new Problem('BAD_OPTION', `--image-source takes OWN=VENDOR, not "${text}".`, {
    exitCode: exitCodes.usage,
    advice: ['--image-source registry.example:5000/runai=runai.jfrog.io'],
  });
}

/** Where an image comes from that the values name by the closed side's own registry. */
export function imageSource(image: string, origins: readonly ImageOrigin[]): string {
  const origin = origins.find(({ own }) => image.startsWith(`${own}/`));
  return origin === undefined ? image : origin.vendor + image.slice(origin.own.length);
}
