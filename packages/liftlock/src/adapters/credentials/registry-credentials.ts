import { readFileSync } from 'node:fs';
import type { PlatformRegistry } from '../../model/platform.ts';
import type { Clock, CredentialSource, RegistryLogin } from '../../model/ports.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Redactor } from '../../model/redaction.ts';
import type { RegistryCredentials, Site } from '../../model/site.ts';
import type { HttpAnswer, HttpRequest } from '../http/http-client.ts';
import { requestAccessToken, type AccessToken } from './google-token.ts';
import { readKeyFile } from './key-file.ts';
import { runTokenCommand } from './token-command.ts';
import { isTrustedHost } from './trusted-hosts.ts';

/** The user name that Google's registries want beside an access token. */
const tokenUsername = 'oauth2accesstoken';
/** A token is renewed this long before it ends, so that it does not end between two requests. */
const spareMs = 120_000;
/** How long what a token command printed is used; it does not say for how long it holds. */
const commandTokenMs = 600_000;

export interface RegistryCredentialsOptions {
  /** The site's `credentials.registry`; its paths already resolved. */
  readonly site: RegistryCredentials;
  readonly platform: Pick<PlatformRegistry, 'host' | 'login'>;
  readonly mirrors: Site['mirrors'];
  readonly clock: Pick<Clock, 'now'>;
  readonly redactor: Redactor;
  readonly request: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * What the site says to the platform's registry and to the mirrors that stand in for it; to no other host. From the key
 * file, the token command or the password file, whichever the site has, in this order. Read at first use; every secret is
 * made known to the redactor before it is used.
 *
 * Problems: those of readKeyFile, requestAccessToken and runTokenCommand, PASSWORD_FILE_MISSING, and
 * TOKEN_HOST_NOT_TRUSTED where a mirror elsewhere would be shown a Google token.
 */
export function registryCredentials(options: RegistryCredentialsOptions): CredentialSource {
  const { site, platform } = options;
  const mirrorHosts = options.mirrors
    .filter((mirror) => hostOf(mirror.from) === platform.host)
    .map((mirror) => hostOf(mirror.to));
  let cached: AccessToken | undefined;
  let underWay: Promise<AccessToken> | undefined;

  async function token(): Promise<string> {
    const now = options.clock.now().getTime();
    if (cached !== undefined && cached.expiresAt - spareMs > now) return cached.token;
    // Five charts are pulled at once: one request serves them all.
    underWay ??= freshToken(options).finally(() => {
      underWay = undefined;
    });
    cached = await underWay;
    return cached.token;
  }

  return {
    async loginFor(host): Promise<RegistryLogin | undefined> {
      if (host !== platform.host && !mirrorHosts.includes(host)) return undefined;
      const usesToken = site.keyFile !== undefined || site.tokenCommand !== undefined;
      if (usesToken) {
        if (host !== platform.host) refuseForeignMirror(host, site.tokenHosts ?? []);
        return { username: site.username ?? platform.login?.username ?? tokenUsername, password: await token() };
      }
      if (site.passwordFile === undefined) return undefined;
      const username = site.username ?? platform.login?.username;
      if (username === undefined) {
        throw new Problem('USERNAME_MISSING', `There is a password file for ${host}, but no user name.`, {
          advice: ['Add credentials.registry.username to the site.'],
          exitCode: exitCodes.usage,
        });
      }
      return { username, password: readPassword(site.passwordFile, options.redactor) };
    },
  };
}

async function freshToken(options: RegistryCredentialsOptions): Promise<AccessToken> {
  const { site, redactor, request } = options;
  const now = options.clock.now();
  if (site.keyFile !== undefined) {
    const key = readKeyFile(site.keyFile, redactor);
    const { caFile, tokenHosts = [] } = site;
    return requestAccessToken({ key, tokenHosts, now, redactor, request, caFile });
  }
  const token = await runTokenCommand(site.tokenCommand ?? [], options.env);
  redactor.learn(token);
  return { token, expiresAt: now.getTime() + spareMs + commandTokenMs };
}

/** An access token opens more than the registry: a mirror gets it only where it is this machine or named by the site. */
function refuseForeignMirror(host: string, tokenHosts: readonly string[]): void {
  const name = host.replace(/:\d+$/, '');
  if (name === 'localhost' || name === '[::1]' || /^127(\.\d+){3}$/.test(name) || isTrustedHost(host, tokenHosts))
    return;
  throw new Problem(
    'TOKEN_HOST_NOT_TRUSTED',
    `The mirror ${host} is not named as a host that may see the access token.`,
    {
      advice: [
        `If it may: add ${host} to credentials.registry.tokenHosts.`,
        'If it has a user and a password of its own: credentials.registry.username and passwordFile instead of a key.',
      ],
      exitCode: exitCodes.blocked,
      details: { host },
    },
  );
}

function readPassword(file: string, redactor: Redactor): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem('PASSWORD_FILE_MISSING', `The password file ${file} cannot be read.`, {
      advice: ['See credentials.registry.passwordFile of the site.'],
      exitCode: exitCodes.blocked,
      details: { file },
      cause: error,
    });
  }
  const password = text.replace(/\r?\n$/, '');
  redactor.learn(password);
  return password;
}

function hostOf(reference: string): string {
  return reference.replace(/^[a-z]+:\/\//, '').split('/')[0] ?? '';
}
