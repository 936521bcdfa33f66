/**
 * Stands in for two identity services: Google's token endpoint for service account keys, and the token realm that a
 * registry sends its clients to.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { parseBasic, readBody, sendJson } from './http-server.ts';
import { decodeToken, isSignedRs256, signToken, type Claims } from './json-web-token.ts';

/** A Google service account key file. */
export interface ServiceAccountKey {
  type: 'service_account';
  project_id: string;
  private_key_id: string;
  private_key: string;
  client_email: string;
  client_id: string;
  auth_uri: string;
  token_uri: string;
  universe_domain: 'googleapis.com';
}

/** How old a new key is to be, and when it stops being good. */
export interface NewKeyRequest {
  createdDaysAgo?: number | undefined;
  /** Days from its creation on after which the key is refused; forever good when absent. */
  validDays?: number | undefined;
  clientEmail?: string | undefined;
}

interface IssuedKey {
  clientEmail: string;
  publicKey: string;
  expiresMs: number;
  revoked: boolean;
}

const dayMs = 86_400_000;
const tokenSeconds = 3600;
const makeKeys = promisify(generateKeyPair);

function isOf(value: unknown, audience: string): boolean {
  return value === audience || (Array.isArray(value) && value.includes(audience));
}

/** The identity server of one sandbox. */
export class Identity {
  readonly #url: string;
  readonly #user: { username: string; password: string };
  readonly #keys = new Map<string, IssuedKey>();
  readonly #accessTokens = new Map<string, { keyId: string; expiresMs: number }>();
  readonly #signingKey: KeyObject;
  readonly #signingKeyId = randomUUID();
  readonly #publicKey: KeyObject;
  /** Name under which the registry knows itself to this server. */
  readonly service = 'sandbox-registry';
  /** Who signs the registry's tokens. */
  readonly issuer = 'sandbox-identity';

  constructor(url: string, user: { username: string; password: string }) {
    this.#url = url;
    this.#user = user;
    const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    this.#signingKey = pair.privateKey;
    this.#publicKey = pair.publicKey;
  }

  get tokenUri(): string {
    return `${this.#url}/oauth2/token`;
  }

  /** Address to which the registry sends those who come without a token. */
  get realm(): string {
    return `${this.#url}/registry/token`;
  }

  /** The public key of the registry's tokens, as a JSON Web Key Set. */
  keySet(): Claims {
    return {
      keys: [{ ...this.#publicKey.export({ format: 'jwk' }), kid: this.#signingKeyId, alg: 'ES256', use: 'sig' }],
    };
  }

  async newKey(request: NewKeyRequest): Promise<ServiceAccountKey> {
    const pair = await makeKeys('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const id = randomBytes(20).toString('hex');
    const createdMs = Date.now() - (request.createdDaysAgo ?? 0) * dayMs;
    const clientEmail = request.clientEmail ?? 'customer-pull@vendor-registry.iam.gserviceaccount.com';
    const expiresMs = request.validDays === undefined ? Infinity : createdMs + request.validDays * dayMs;
    this.#keys.set(id, { clientEmail, publicKey: pair.publicKey, expiresMs, revoked: false });
    return {
      type: 'service_account',
      project_id: 'vendor-registry',
      private_key_id: id,
      private_key: pair.privateKey,
      client_email: clientEmail,
      client_id: String(100_000_000_000_000_000_000n + BigInt(this.#keys.size)),
      auth_uri: 'https://accounts.google.com/o/oauth2/auth',
      token_uri: this.tokenUri,
      universe_domain: 'googleapis.com',
    };
  }

  /** Refuses the key from now on, and the access tokens that it got. False when there is no such key. */
  revokeKey(id: string): boolean {
    const key = this.#keys.get(id);
    if (key === undefined) return false;
    key.revoked = true;
    return true;
  }

  /** Answers a request when it is for this server; false when it is not. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const url = new URL(request.url ?? '/', this.#url);
    if (url.pathname === '/oauth2/token' && request.method === 'POST') {
      this.#exchange(new URLSearchParams(await readBody(request)), response);
      return true;
    }
    if (url.pathname === '/registry/token') {
      if (request.method === 'POST') this.#registryPost(new URLSearchParams(await readBody(request)), response);
      else this.#registryGet(request.headers.authorization, url.searchParams, response);
      return true;
    }
    return false;
  }

  #refuse(response: ServerResponse, description: string): void {
    sendJson(response, 400, { error: 'invalid_grant', error_description: description });
  }

  /** Google's side of RFC 7523: an assertion signed with the key is exchanged for an access token. */
  #exchange(form: URLSearchParams, response: ServerResponse): void {
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      sendJson(response, 400, { error: 'unsupported_grant_type', error_description: 'Invalid grant_type' });
      return;
    }
    const assertion = form.get('assertion') ?? '';
    const token = decodeToken(assertion);
    const keyId = this.#keyOf(token);
    const key = keyId === undefined ? undefined : this.#keys.get(keyId);
    const now = Date.now();
    if (token === undefined || token.header['alg'] !== 'RS256' || keyId === undefined || key === undefined) {
      this.#refuse(response, 'Invalid grant: account not found');
    } else if (key.revoked || now > key.expiresMs || !isSignedRs256(assertion, key.publicKey)) {
      this.#refuse(response, 'Invalid JWT Signature.');
    } else if (!isOf(token.claims['aud'], this.tokenUri)) {
      this.#refuse(response, 'Invalid JWT: Failed audience check.');
    } else if (!this.#isTimely(token.claims, now)) {
      this.#refuse(
        response,
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
      );
    } else {
      const accessToken = `ya29.${randomBytes(32).toString('base64url')}`;
      this.#accessTokens.set(accessToken, { keyId, expiresMs: now + tokenSeconds * 1000 });
      sendJson(response, 200, { access_token: accessToken, expires_in: tokenSeconds - 1, token_type: 'Bearer' });
    }
  }

  #keyOf(token: { header: Claims; claims: Claims } | undefined): string | undefined {
    const named = token?.header['kid'];
    if (typeof named === 'string') return named;
    // Google accepts assertions without a key id, and looks the key up by its account.
    return [...this.#keys].find(([, key]) => key.clientEmail === token?.claims['iss'])?.[0];
  }

  #isTimely(claims: Claims, nowMs: number): boolean {
    const issued = Number(claims['iat']) * 1000;
    const expires = Number(claims['exp']) * 1000;
    return expires > nowMs && issued < nowMs + 300_000 && expires - issued <= tokenSeconds * 1000;
  }

  /** Whether such a login may use the registry: a user with password, an access token, or a whole key file. */
  isLogin(username: string, password: string): boolean {
    const now = Date.now();
    if (username === 'oauth2accesstoken') {
      const token = this.#accessTokens.get(password);
      return token !== undefined && token.expiresMs > now && this.#keys.get(token.keyId)?.revoked === false;
    }
    if (username === '_json_key' || username === '_json_key_base64') {
      const text = username === '_json_key' ? password : Buffer.from(password, 'base64').toString();
      return this.#isKeyFile(text, now);
    }
    return username === this.#user.username && password === this.#user.password;
  }

  #isKeyFile(text: string, nowMs: number): boolean {
    try {
      const file = JSON.parse(text) as Partial<ServiceAccountKey>;
      const key = this.#keys.get(file.private_key_id ?? '');
      if (key === undefined || key.revoked || nowMs > key.expiresMs) return false;
      const half = createPublicKey(createPrivateKey(file.private_key ?? ''));
      return half.export({ type: 'spki', format: 'pem' }).toString() === key.publicKey;
    } catch {
      return false;
    }
  }

  #registryGet(authorization: string | undefined, query: URLSearchParams, response: ServerResponse): void {
    const login = parseBasic(authorization);
    const isAllowed = login !== undefined && this.isLogin(login.username, login.password);
    this.#answerScopes(isAllowed, login?.username ?? '', query.getAll('scope'), response);
  }

  #registryPost(form: URLSearchParams, response: ServerResponse): void {
    const username = form.get('username') ?? '';
    const isAllowed = form.get('grant_type') === 'password' && this.isLogin(username, form.get('password') ?? '');
    this.#answerScopes(isAllowed, username, form.getAll('scope'), response);
  }

  #answerScopes(isAllowed: boolean, subject: string, scopes: readonly string[], response: ServerResponse): void {
    if (!isAllowed) {
      response.setHeader('www-authenticate', 'Basic realm="sandbox"');
      sendJson(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] });
      return;
    }
    const access = scopes
      .flatMap((scope) => scope.split(' '))
      .filter((scope) => scope !== '')
      .map((scope) => {
        const [type, ...rest] = scope.split(':');
        const actions = rest.pop() ?? '';
        return { type, name: rest.join(':'), actions: actions.split(',') };
      });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer,
      sub: subject,
      aud: this.service,
      iat: now,
      nbf: now - 10,
      exp: now + 300,
      jti: randomUUID(),
      access,
    };
    const token = signToken(claims, this.#signingKey, this.#signingKeyId);
    sendJson(response, 200, { token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() });
  }
}
