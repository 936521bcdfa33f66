/** The control endpoint of a sandbox: what other processes ask its attendant for, with a secret token. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { actOn, type ComponentAct, type ComponentName, type Components } from './components.ts';
import { readBody, sendJson } from './http-server.ts';
import type { Identity, NewKeyRequest, ServiceAccountKey } from './identity.ts';
import type { Kubelet, LogRule } from './kubelet.ts';
import type { LoadBalancers } from './load-balancers.ts';
import type { LoadBalancerSettings } from './options.ts';

/** What can be asked for: each call with its question and answer. */
export interface ControlCalls {
  'new-key': (request: NewKeyRequest) => Promise<ServiceAccountKey>;
  'revoke-key': (request: { id: string }) => { revoked: boolean };
  'set-logs': (rule: LogRule) => Record<string, never>;
  'clear-logs': (request: { ids: string[] }) => Record<string, never>;
  'configure-load-balancers': (settings: Partial<LoadBalancerSettings>) => LoadBalancerSettings;
  'act-on-component': (request: { name: ComponentName; act: ComponentAct }) => Promise<Record<string, never>>;
}

/** The parts of the attendant that answer. */
export interface ControlParts {
  identity: Identity;
  kubelet: Kubelet;
  loadBalancers: LoadBalancers;
  components: Components;
}

function makeCalls(parts: ControlParts): ControlCalls {
  return {
    'new-key': (request) => parts.identity.newKey(request),
    'revoke-key': ({ id }) => ({ revoked: parts.identity.revokeKey(id) }),
    'set-logs': (rule) => {
      parts.kubelet.setLogs(rule);
      return {};
    },
    'clear-logs': ({ ids }) => {
      for (const id of ids) parts.kubelet.clearLogs(id);
      return {};
    },
    'configure-load-balancers': (settings) => parts.loadBalancers.configure(settings),
    'act-on-component': async ({ name, act }) => {
      await actOn(parts.components, name, act);
      return {};
    },
  };
}

/** By its own address and with its token: not a page in a browser, whatever name it has given this address. */
function isAllowed(request: IncomingMessage, token: string): boolean {
  const { host, origin } = request.headers;
  if (host !== `127.0.0.1:${request.socket.localPort ?? 0}` || origin !== undefined) return false;
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Returns a handler for `/control/NAME`; it answers false to requests that are for somebody else. */
export function makeControl(
  parts: ControlParts,
  token: string,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const calls = makeCalls(parts);
  return async (request, response) => {
    const name = /^\/control\/(?<name>[a-z-]+)$/.exec(request.url ?? '')?.groups?.['name'];
    if (name === undefined) return false;
    if (!isAllowed(request, token)) {
      sendJson(response, 401, { message: 'the control endpoint wants its token' });
      return true;
    }
    const call = Object.entries(calls).find(([key]) => key === name)?.[1] as
      | ((question: unknown) => unknown)
      | undefined;
    if (call === undefined) sendJson(response, 404, { message: `no such call: ${name}` });
    else sendJson(response, 200, await call(JSON.parse(await readBody(request))));
    return true;
  };
}

/** The asking side. */
export async function callControl<Name extends keyof ControlCalls>(
  place: { controlUrl: string; controlToken: string },
  name: Name,
  question: Parameters<ControlCalls[Name]>[0],
): Promise<Awaited<ReturnType<ControlCalls[Name]>>> {
  const response = await fetch(`${place.controlUrl}/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${place.controlToken}` },
    body: JSON.stringify(question),
  });
  if (!response.ok)
    throw new Error(`the sandbox's attendant refused ${name}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Awaited<ReturnType<ControlCalls[Name]>>;
}
