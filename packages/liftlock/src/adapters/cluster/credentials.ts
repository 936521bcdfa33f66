import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { resolve } from 'node:path';
import { isJsonObject, type Json } from '../../model/json.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Environment } from '../http/proxy-choice.ts';
import { makeProviderAuthorization } from './auth-provider.ts';
import { runExecPlugin, type ExecCredential } from './exec-plugin.ts';
import { textOf, type KubeconfigContext, type Stanza } from './kubeconfig.ts';

/** Who asks: headers for each request, and the client certificate of the connection. */
export interface Login {
  readonly headers: OutgoingHttpHeaders;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Logs in as the kubeconfig's user does. */
export interface ClusterCredentials {
  /** Asked for each request: tokens expire and files are written anew. */
  login(): Promise<Login>;
  /** The API server answered 401 to this login: what was cached of it is forgotten. True where another may be had. */
  forget(refused: Login): boolean;
}

/** Token files are written anew in place; client-go reads them again after a minute as well. */
const tokenFileMs = 60_000;
/** A token is renewed a little before its end, so that a request on its way does not outlive it. */
const earlyMs = 10_000;

/**
 * Problems, exit 3: CLUSTER_LOGIN_FAILED; exit 2: BAD_KUBECONFIG for a file that cannot be read.
 * @param learn is told everything that nobody may print, before it is used
 */
export function makeCredentials(
  context: KubeconfigContext,
  env: Environment,
  learn: (secret: string) => void = () => undefined,
): ClusterCredentials {
  const { user } = context;
  const impersonation = impersonationHeaders(user);
  const exec = user.fields['exec'];
  const plugin = isJsonObject(exec) ? cachedPlugin(() => runExecPlugin(context, exec, env)) : undefined;
  const authorization = authorizationOf(context);
  return {
    login: async () => {
      const [own, given] = await Promise.all([authorization.get(), plugin?.get()]);
      const token = given?.token === undefined ? own : `Bearer ${given.token}`;
      const cert = given?.cert ?? dataOrFile(user, 'client-certificate');
      const key = given?.key ?? dataOrFile(user, 'client-key');
      for (const secret of [token?.replace(/^\w+ /, ''), textOf(user.fields['password']), key]) learn(secret ?? '');
      return {
        headers: { ...(token === undefined ? {} : { authorization: token }), ...impersonation },
        ...(cert === undefined || key === undefined ? {} : { cert, key }),
      };
    },
    forget: ({ headers, cert }) => {
      if (plugin !== undefined) return plugin.forget({ token: bearerOf(headers), cert });
      return authorization.forget(bearerOf(headers));
    },
  };
}

/** PEM text of `NAME-data`, else of the file `NAME`, read each time: certificates are renewed in place. */
export function dataOrFile(stanza: Stanza, name: string): string | undefined {
  const data = textOf(stanza.fields[`${name}-data`]);
  if (data !== '') return Buffer.from(data, 'base64').toString('utf8');
  const file = textOf(stanza.fields[name]);
  return file === '' ? undefined : readText(stanza, file);
}

function readText(stanza: Stanza, file: string): string {
  const path = resolve(stanza.folder, file);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Problem(
      'BAD_KUBECONFIG',
      `${path}, which the kubeconfig entry "${stanza.name}" names, cannot be read (${why}).`,
      {
        exitCode: exitCodes.usage,
      },
    );
  }
}

function bearerOf({ authorization }: OutgoingHttpHeaders): string {
  return typeof authorization === 'string' ? authorization.replace(/^Bearer /, '') : '';
}

interface Authorization {
  get(): Promise<string | undefined>;
  /** True where it may be another one the next time. */
  forget(refused: string): boolean;
}

function unchanging(get: () => Promise<string | undefined>): Authorization {
  return { get, forget: () => false };
}

/** In client-go's order: the token file wins over the token. */
function authorizationOf(context: KubeconfigContext): Authorization {
  const { fields } = context.user;
  const provider = fields['auth-provider'];
  const tokenFile = textOf(fields['tokenFile']);
  const token = textOf(fields['token']);
  const username = textOf(fields['username']);
  if (tokenFile !== '') return rereadToken(context.user, tokenFile);
  if (token !== '') return unchanging(async () => `Bearer ${token}`);
  if (username !== '') {
    const pair = Buffer.from(`${username}:${textOf(fields['password'])}`).toString('base64');
    return unchanging(async () => `Basic ${pair}`);
  }
  if (isJsonObject(provider)) return unchanging(providerAuthorization(context, provider));
  return unchanging(async () => undefined);
}

function providerAuthorization(context: KubeconfigContext, provider: Json): () => Promise<string> {
  let made: ReturnType<typeof makeProviderAuthorization> | undefined;
  return async () => {
    made ??= makeProviderAuthorization(context, provider);
    return (await made)();
  };
}

function rereadToken(user: Stanza, file: string): Authorization {
  let token = '';
  let readAt = -Infinity;
  const read = () => {
    token = readText(user, file).trim();
    readAt = performance.now();
  };
  return {
    get: async () => {
      if (performance.now() - readAt > tokenFileMs) read();
      return `Bearer ${token}`;
    },
    forget: (refused) => {
      // Written anew within the minute.
      if (token === refused) read();
      return token !== refused;
    },
  };
}

/** Runs the plug-in once for all requests that wait for it, and again when its answer ends. */
function cachedPlugin(run: () => Promise<ExecCredential>): {
  get(): Promise<ExecCredential>;
  forget(refused: { readonly token: string; readonly cert: string | undefined }): boolean;
} {
  let running: Promise<ExecCredential> | undefined;
  let cached: ExecCredential | undefined;
  let freshUntil = 0;
  return {
    get: async () => {
      if (cached !== undefined && Date.now() < freshUntil) return cached;
      running ??= run().finally(() => {
        running = undefined;
      });
      cached = await running;
      const { expiresAt } = cached;
      const life = expiresAt === undefined ? Infinity : expiresAt - Date.now();
      freshUntil = Date.now() + life - Math.min(earlyMs, life / 10);
      return cached;
    },
    forget: (refused) => {
      // Others may have been refused with the same one, and have renewed it already.
      const isIt = cached !== undefined && (cached.token ?? '') === refused.token;
      const isItsCert = cached?.token !== undefined || cached?.cert === refused.cert;
      if (isIt && isItsCert) cached = undefined;
      return true;
    },
  };
}

/** `as`, `as-uid`, `as-groups` and `as-user-extra`, as client-go sends them. */
function impersonationHeaders(user: Stanza): OutgoingHttpHeaders {
  const as = textOf(user.fields['as']);
  if (as === '') return {};
  const uid = textOf(user.fields['as-uid']);
  const groups = textsOf(user.fields['as-groups']);
  const extra = user.fields['as-user-extra'];
  const extras = isJsonObject(extra)
    ? Object.entries(extra).map(([key, value]) => [`impersonate-extra-${encodeURIComponent(key)}`, textsOf(value)])
    : [];
  return {
    'impersonate-user': as,
    ...(uid === '' ? {} : { 'impersonate-uid': uid }),
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups }),
    ...Object.fromEntries(extras),
  };
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(textOf) : [];
}
