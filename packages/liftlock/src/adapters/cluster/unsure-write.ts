import { isJsonObject, jsonAt, type Json, type JsonObject } from '../../model/json.ts';
import { isProblem, withTouched, type Problem } from '../../model/problem.ts';
import { callApi, type ApiAnswer, type ApiCall } from './api-client.ts';
import type { Transport } from './transport.ts';

/** Times that one write is repeated after its outcome was not known. */
const repeats = 5;

/** Metadata that the API server writes, and `status`, which most writes leave alone. */
const ofServer = new Set(['resourceVersion', 'managedFields', 'generation', 'creationTimestamp', 'uid', 'selfLink']);

export interface WriteParts {
  readonly transport: Transport;
  readonly server: string;
}

/**
 * Sends a write; in a run, one whose answer never came is looked at before anything else is done: it was done, or it is
 * safe to repeat, or the failure stands. A late first try does no harm: it says the same as the second, or a
 * precondition (resourceVersion, uid, a name that is taken) refuses one of them.
 *
 * Problems: those of callApi. Whatever ends a write that was unsure once, `touched` stays unknown.
 */
export async function sendWrite({ transport, server }: WriteParts, call: ApiCall): Promise<ApiAnswer> {
  // A dry run writes nothing that could be looked for.
  if (call.isRepeatable) return callApi(transport, server, call);
  let wasUnsure = false;
  for (let tries = 0; ; tries += 1) {
    try {
      return await callApi(transport, server, call);
    } catch (error) {
      if (!isProblem(error)) throw error;
      const isUnsure = error.code === 'CLUSTER_UNREACHABLE' && error.touched === 'unknown';
      wasUnsure ||= isUnsure;
      const failure = wasUnsure ? withTouched(error, 'unknown') : error;
      if (!transport.patience.isPatient || tries >= repeats) throw failure;
      // A repeated write that meets its own first try.
      const isOvertaken = tries > 0 && (error.code === 'OBJECT_CONFLICT' || error.code === 'OBJECT_ABSENT');
      if (!isUnsure && !isOvertaken) throw failure;
      const done = await settle(transport, server, call, failure);
      if (done === 'again' && isUnsure) continue;
      if (done === 'again') throw failure;
      return done;
    }
  }
}

/** What the object says of a write whose outcome is unknown; one that cannot be looked at leaves the failure as it is. */
async function settle(
  transport: Transport,
  server: string,
  call: ApiCall,
  failure: Problem,
): Promise<ApiAnswer | 'again'> {
  const body = bodyOf(call);
  const version = jsonAt(body, ['metadata', 'resourceVersion']);
  // A merge says the same twice; with a resourceVersion it is a replacement.
  if (call.method === 'PATCH' && version === undefined) return 'again';
  const path = pathOf(call, body);
  if (path === undefined) throw failure;
  const live = await find(transport, server, path).catch((error: unknown) => {
    throw isProblem(error) ? withTouched(error, 'unknown') : error;
  });
  const found = answerOf(live, call.method === 'POST' ? 201 : 200);
  if (call.method === 'DELETE') {
    const uid = jsonAt(body, ['preconditions', 'uid']);
    if (live === undefined || jsonAt(live, ['metadata', 'deletionTimestamp']) !== undefined) return found;
    if (typeof uid !== 'string') throw failure;
    return jsonAt(live, ['metadata', 'uid']) === uid ? 'again' : found;
  }
  if (live === undefined) {
    if (call.method === 'POST') return 'again';
    throw failure;
  }
  if (call.method !== 'POST' && typeof version !== 'string') throw failure;
  if (jsonAt(live, ['metadata', 'resourceVersion']) === version) return 'again';
  if (holds(body, live)) return found;
  throw failure;
}

/** Where the object is; undefined for a new one without a name. */
function pathOf(call: ApiCall, body: JsonObject): string | undefined {
  const [path = ''] = call.path.split('?');
  const name = jsonAt(body, ['metadata', 'name']);
  if (call.method !== 'POST') return path;
  return typeof name === 'string' ? `${path}/${name}` : undefined;
}

async function find(transport: Transport, server: string, path: string): Promise<JsonObject | undefined> {
  try {
    const headers = { accept: 'application/json' };
    const { text } = await callApi(transport, server, { method: 'GET', path, headers, isRepeatable: true });
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (isProblem(error) && error.code === 'OBJECT_ABSENT') return undefined;
    throw error;
  }
}

function answerOf(live: JsonObject | undefined, status: number): ApiAnswer {
  return { status, headers: {}, text: JSON.stringify(live ?? {}) };
}

function bodyOf({ body = '{}' }: ApiCall): JsonObject {
  const value = JSON.parse(body) as Json;
  return isJsonObject(value) ? value : {};
}

/** True where an object has everything that was asked for; null asks for nothing. */
function holds(asked: JsonObject, live: JsonObject): boolean {
  const { status: _status, ...rest } = asked;
  const metadata = isJsonObject(rest['metadata']) ? rest['metadata'] : {};
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !ofServer.has(key)));
  return isPart({ ...rest, metadata: kept }, live);
}

function isPart(asked: Json, live: Json | undefined): boolean {
  if (asked === null) return live === undefined || live === null;
  if (Array.isArray(asked)) {
    const items = asked as readonly Json[];
    const others = Array.isArray(live) ? (live as readonly Json[]) : undefined;
    return others?.length === items.length && items.every((item, index) => isPart(item, others[index]));
  }
  if (!isJsonObject(asked)) return asked === live;
  if (!isJsonObject(live)) return false;
  return Object.entries(asked).every(([key, value]) => value === undefined || isPart(value, live[key]));
}
