import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the interface answers `GET /`. */
export interface UiBehaviour {
  readonly status: number;
  readonly html: string;
}

/** How the assistants API answers. */
export interface ApiBehaviour {
  /** DELETE says yes and removes nothing. */
  readonly leaks: boolean;
  /** Status of every answer instead of the usual ones. */
  readonly failsWith?: number | undefined;
}

/** One request that the services have had; bodies are not kept, they carry passwords. */
export interface ServiceRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
}

/** An assistant that the stand-in holds. */
export interface Assistant {
  readonly id: string;
  readonly name: string;
}

/** The stand-ins for what functional tests of CodeMie talk to: interface, login and assistants. */
export interface StandInServices {
  /** `GET` answers a page with the title `CodeMie`. */
  readonly uiUrl: string;
  /** OpenID Connect issuer: discovery at `/.well-known/openid-configuration`. */
  readonly issuerUrl: string;
  /** `POST` and `GET` at `/v1/assistants`, `DELETE` at `/v1/assistants/<id>`, with a token of the issuer. */
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
  readonly requests: readonly ServiceRequest[];
  readonly assistants: readonly Assistant[];
  setUi(behaviour: Partial<UiBehaviour>): void;
  setApi(behaviour: Partial<ApiBehaviour>): void;
  close(): Promise<void>;
}

interface State {
  ui: UiBehaviour;
  api: ApiBehaviour;
  assistants: Assistant[];
  readonly tokens: Set<string>;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
}

interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly html?: string;
}

const issuerPath = '/realms/codemie-prod';
const apiPath = '/code-assistant-api';

/** Starts the services on a free loopback port, as one host serves them behind the platform's Ingress. */
export async function startServices(): Promise<StandInServices> {
  const requests: ServiceRequest[] = [];
  const state: State = {
    ui: { status: 200, html: '<!doctype html><title>CodeMie</title><div id="root"></div>' },
    api: { leaks: false },
    assistants: [],
    tokens: new Set(),
    clientId: 'codemie-sdk',
    clientSecret: `canary-client-secret-${randomBytes(8).toString('hex')}`,
    username: 'operator@example.org',
    password: `canary-login-password-${randomBytes(8).toString('hex')}`,
  };
  const server = createServer((request, response) => {
    void serve(request, response, state, requests);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { clientId, clientSecret, username, password } = state;
  return {
    uiUrl: `${origin}/`,
    issuerUrl: origin + issuerPath,
    apiUrl: origin + apiPath,
    clientId,
    clientSecret,
    username,
    password,
    requests,
    get assistants() {
      return state.assistants;
    },
    setUi: (behaviour) => void (state.ui = { ...state.ui, ...behaviour }),
    setApi: (behaviour) => void (state.api = { ...state.api, ...behaviour }),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  requests: ServiceRequest[],
): Promise<void> {
  const origin = `http://${request.headers.host ?? ''}`;
  const path = new URL(request.url ?? '/', origin).pathname;
  const method = request.method ?? 'GET';
  const body = await readBody(request);
  const answer = route(method, path, body, request.headers.authorization, state, origin);
  requests.push({ method, path, status: answer.status });
  const type = answer.html === undefined ? 'application/json' : 'text/html; charset=utf-8';
  response.writeHead(answer.status, { 'content-type': type });
  response.end(answer.html ?? JSON.stringify(answer.json ?? {}));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function route(
  method: string,
  path: string,
  body: string,
  authorization: string | undefined,
  state: State,
  origin: string,
): Answer {
  if (path === '/') return state.ui;
  if (path === `${issuerPath}/.well-known/openid-configuration`) return { status: 200, json: discovery(origin) };
  if (path === `${issuerPath}/auth`)
    return { status: 200, html: '<!doctype html><form><input type="password"></form>' };
  if (path === `${issuerPath}/token` && method === 'POST')
    return login(new URLSearchParams(body), authorization, state);
  if (path.startsWith(`${apiPath}/`)) return callApi(method, path.slice(apiPath.length), body, authorization, state);
  return { status: 404, json: { error: 'not_found' } };
}

function discovery(origin: string): Record<string, unknown> {
  const issuer = origin + issuerPath;
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    grant_types_supported: ['client_credentials', 'password'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}

function login(form: URLSearchParams, authorization: string | undefined, state: State): Answer {
  const basic = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
  const [id, secret] =
    basic === undefined
      ? [form.get('client_id'), form.get('client_secret')]
      : Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent);
  if (id !== state.clientId || secret !== state.clientSecret) return { status: 401, json: { error: 'invalid_client' } };
  const grant = form.get('grant_type');
  if (grant === 'password') {
    const isUser = form.get('username') === state.username && form.get('password') === state.password;
    if (!isUser)
      return { status: 401, json: { error: 'invalid_grant', error_description: 'Invalid user credentials' } };
  } else if (grant !== 'client_credentials') {
    return { status: 400, json: { error: 'unsupported_grant_type' } };
  }
  const token = randomBytes(24).toString('base64url');
  state.tokens.add(token);
  return { status: 200, json: { access_token: token, token_type: 'Bearer', expires_in: 300 } };
}

function callApi(method: string, path: string, body: string, authorization: string | undefined, state: State): Answer {
  if (path === '/v1/healthcheck') return { status: state.api.failsWith ?? 200, json: { status: 'ok' } };
  if (!state.tokens.has((authorization ?? '').replace(/^Bearer /, ''))) return { status: 401 };
  if (state.api.failsWith !== undefined) return { status: state.api.failsWith };
  if (path === '/v1/assistants' && method === 'GET') return { status: 200, json: { data: state.assistants } };
  if (path === '/v1/assistants' && method === 'POST') return createAssistant(body, state);
  const id = /^\/v1\/assistants\/([^/]+)$/.exec(path)?.[1];
  const known = state.assistants.some((assistant) => assistant.id === id);
  if (!known) return { status: 404 };
  if (method === 'GET') return { status: 200, json: state.assistants.find((assistant) => assistant.id === id) };
  if (method !== 'DELETE') return { status: 405 };
  if (!state.api.leaks) state.assistants = state.assistants.filter((assistant) => assistant.id !== id);
  return { status: 200, json: { message: 'Assistant removed' } };
}

function createAssistant(body: string, state: State): Answer {
  const name = readName(body);
  if (name === undefined) return { status: 422, json: { detail: 'name is required' } };
  const assistant = { id: randomUUID(), name };
  state.assistants = [...state.assistants, assistant];
  return { status: 201, json: assistant };
}

function readName(body: string): string | undefined {
  try {
    const value = JSON.parse(body) as { name?: unknown } | null;
    return typeof value?.name === 'string' && value.name !== '' ? value.name : undefined;
  } catch {
    return undefined;
  }
}
