import { afterEach, beforeEach, expect, test } from 'vitest';
import { startServices } from './services.ts';
import type { StandInServices } from './services.ts';

let services: StandInServices;

beforeEach(async () => {
  services = await startServices();
});

afterEach(async () => {
  await services.close();
});

async function requestToken(form: Record<string, string>): Promise<Response> {
  const discovery = await fetch(`${services.issuerUrl}/.well-known/openid-configuration`);
  const { token_endpoint: endpoint } = (await discovery.json()) as { token_endpoint: string };
  const client = { client_id: services.clientId, client_secret: services.clientSecret };
  return await fetch(endpoint, { method: 'POST', body: new URLSearchParams({ ...client, ...form }) });
}

async function login(): Promise<Record<string, string>> {
  const answer = await requestToken({ grant_type: 'client_credentials' });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

async function createAssistant(headers: Record<string, string>): Promise<string> {
  const body = JSON.stringify({ name: 'probe' });
  const answer = await fetch(`${services.apiUrl}/v1/assistants`, { method: 'POST', headers, body });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

test('the interface loads, and can be told to fail', async () => {
  const page = await fetch(services.uiUrl);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<title>CodeMie</title>');
  services.setUi({ status: 500 });
  expect((await fetch(services.uiUrl)).status).toBe(500);
});

test('only the right client and user get a token', async () => {
  const { username, password } = services;
  expect((await requestToken({ grant_type: 'client_credentials' })).status).toBe(200);
  expect((await requestToken({ grant_type: 'password', username, password })).status).toBe(200);
  expect((await requestToken({ grant_type: 'password', username, password: 'wrong' })).status).toBe(401);
  expect((await requestToken({ grant_type: 'client_credentials', client_secret: 'wrong' })).status).toBe(401);
});

test('an assistant is created and removed, and each request is kept', async () => {
  const headers = await login();
  const id = await createAssistant(headers);
  expect(services.assistants).toEqual([{ id, name: 'probe' }]);
  const removal = await fetch(`${services.apiUrl}/v1/assistants/${id}`, { method: 'DELETE', headers });
  expect(removal.status).toBe(200);
  expect(services.assistants).toEqual([]);
  expect(services.requests.slice(-2).map(({ method, status }) => `${method} ${status}`)).toEqual([
    'POST 201',
    'DELETE 200',
  ]);
});

test('a leaking API keeps what it says it has removed', async () => {
  const headers = await login();
  const id = await createAssistant(headers);
  services.setApi({ leaks: true });
  await fetch(`${services.apiUrl}/v1/assistants/${id}`, { method: 'DELETE', headers });
  const list = (await (await fetch(`${services.apiUrl}/v1/assistants`, { headers })).json()) as { data: unknown[] };
  expect(list.data).toHaveLength(1);
});

test('without a token the API refuses', async () => {
  expect((await fetch(`${services.apiUrl}/v1/assistants`)).status).toBe(401);
});
