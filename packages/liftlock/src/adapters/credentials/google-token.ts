import { sign } from 'node:crypto';
import { isJsonObject, type Json } from '../../model/json.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Redactor } from '../../model/redaction.ts';
import { readText, type HttpAnswer, type HttpRequest } from '../http/http-client.ts';
import type { KeyFile } from './key-file.ts';
import { isGoogleHost, isTrustedHost } from './trusted-hosts.ts';

const scope = 'https://www.googleapis.com/auth/cloud-platform';
const assertionSeconds = 3600;
const timeoutMs = 20_000;
const answerLimit = 1024 * 1024;

export interface AccessToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface TokenRequest {
  readonly key: KeyFile;
  readonly tokenHosts: readonly string[];
  readonly now: Date;
  readonly redactor: Redactor;
  readonly request: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly caFile?: string | undefined;
}

/**
 * Asks for an access token with a signed assertion (RFC 7523), as Google's own tools do with a service account's key:
 * https://developers.google.com/identity/protocols/oauth2/service-account
 *
 * Problems, exit 3: TOKEN_HOST_NOT_TRUSTED, KEY_REFUSED (the key is expired, disabled or deleted), TOKEN_REFUSED,
 * TOKEN_UNREACHABLE.
 */
export async function requestAccessToken(options: TokenRequest): Promise<AccessToken> {
  const { key, redactor } = options;
  const endpoint = trustedEndpoint(key, options.tokenHosts);
  const assertion = makeAssertion(key, options.now);
  redactor.learn(assertion);
  const answer = await post(options, endpoint, assertion);
  const body = await readText(answer, answerLimit);
  const json = parse(body);
  const token = json?.['access_token'];
  if (answer.status === 200 && typeof token === 'string' && token !== '') {
    redactor.learn(token);
    const seconds = typeof json?.['expires_in'] === 'number' ? json['expires_in'] : assertionSeconds;
    return { token, expiresAt: options.now.getTime() + seconds * 1000 };
  }
  throw refusal(key, endpoint, answer.status, json, redactor);
}

async function post(options: TokenRequest, endpoint: URL, assertion: string): Promise<HttpAnswer> {
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }).toString();
  try {
    return await options.request({
      url: endpoint.href,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body,
      timeoutMs,
      ...(options.caFile === undefined ? {} : { caFile: options.caFile }),
    });
  } catch (error) {
    const why = error instanceof Error ? options.redactor.text(error.message) : 'unknown error';
    throw new Problem(
      'TOKEN_UNREACHABLE',
      `${endpoint.host}, which exchanges the key for a token, does not answer: ${why}`,
      {
        advice: ['Check the network, HTTPS_PROXY and NO_PROXY, and the CA file of a proxy that opens TLS.'],
        exitCode: exitCodes.blocked,
        details: { host: endpoint.host },
      },
    );
  }
}

function trustedEndpoint(key: KeyFile, tokenHosts: readonly string[]): URL {
  const url = URL.canParse(key.tokenUri) ? new URL(key.tokenUri) : undefined;
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url !== undefined && isSecure && (isGoogleHost(url.host) || isTrustedHost(url.host, tokenHosts))) return url;
  const name = url === undefined ? 'no address' : `${url.protocol}//${url.host}`;
  throw new Problem('TOKEN_HOST_NOT_TRUSTED', `The key file ${key.file} wants to be shown to ${name}. It was not.`, {
    advice: [
      "A key's token_uri is on googleapis.com. Ask where this file came from.",
      'If the host is yours, name it in credentials.registry.tokenHosts; it must speak https.',
    ],
    exitCode: exitCodes.blocked,
    details: { file: key.file },
  });
}

function makeAssertion(key: KeyFile, now: Date): string {
  const issued = Math.floor(now.getTime() / 1000);
  const header = { alg: 'RS256', typ: 'JWT', kid: key.keyId };
  const claims = { iss: key.clientEmail, scope, aud: key.tokenUri, iat: issued, exp: issued + assertionSeconds };
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${content}.${sign('RSA-SHA256', Buffer.from(content), key.privateKey).toString('base64url')}`;
}

function refusal(
  key: KeyFile,
  endpoint: URL,
  status: number,
  json: ReturnType<typeof parse>,
  redactor: Redactor,
): Problem {
  const error = textOf(json?.['error']);
  const said = redactor.text([error, textOf(json?.['error_description'])].filter((part) => part !== '').join(': '));
  const details = { file: key.file, keyId: key.keyId, status };
  if (error === 'invalid_grant' || error === 'invalid_client' || status === 401) {
    return new Problem(
      'KEY_REFUSED',
      `${endpoint.host} refuses the key ${key.keyId} of ${key.clientEmail} (${said}).`,
      {
        advice: [
          'It is most likely expired: such keys end by themselves, 90 days after they were made where the vendor says so.',
          'Ask the vendor for a new key.json, then: liftlock credentials rotate --key-file key.json',
          "If the key is new, check this machine's clock.",
        ],
        exitCode: exitCodes.blocked,
        details,
      },
    );
  }
  return new Problem(
    'TOKEN_REFUSED',
    `${endpoint.host} gave no token: status ${status}${said === '' ? '' : `, ${said}`}.`,
    {
      advice: ['Try again in a minute; if it stays so, ask the vendor about the key.'],
      exitCode: exitCodes.blocked,
      details,
    },
  );
}

/** True for names and addresses of this machine only. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function parse(text: string) {
  try {
    const value: unknown = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}
