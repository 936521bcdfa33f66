import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { failure, notFound, sendJson } from './answers.ts';
import type { ApiTarget } from './api-path.ts';
import { newDocument, withCustomResources } from './crd-discovery.ts';
import { isDiscovery, type DiscoveryCache, type StoredAnswer } from './discovery-cache.ts';
import type { ForeseenObjects } from './foreseen-objects.ts';
import { readBytes } from '../http/http-client.ts';
import { forward, parseObject, readObject, type Upstream } from './forward.ts';
import { requestHeaders, responseHeaders, withoutEncoding } from './headers.ts';

export interface ReadParts {
  readonly upstream: Upstream;
  readonly objects: ForeseenObjects;
  readonly discovery: DiscoveryCache;
  /** What helm has read of late, by path: it looks at an object just before it writes it, and once is enough. */
  readonly seen: Map<string, KubeObject>;
}

/** Answers a read with what is foreseen, where something is; else with what the API server says. */
export async function answerRead(
  request: IncomingMessage,
  response: ServerResponse,
  target: ApiTarget,
  parts: ReadParts,
): Promise<void> {
  const url = new URL(`http://gate${request.url ?? '/'}`);
  if (isDiscovery(url.pathname)) {
    await answerDiscovery(request, response, url, parts);
  } else if (target.resource === '' || target.isWatch === true || isOtherForm(request)) {
    await forward(parts.upstream, request, response);
  } else if (target.name !== undefined) {
    await answerOne(request, response, { ...target, name: target.name }, parts);
  } else if (parts.objects.concerns(target)) {
    await answerList(request, response, target, { ...parts, url });
  } else {
    await forward(parts.upstream, request, response);
  }
}

/** True where a table or metadata alone is asked for: what is foreseen is kept whole, and people ask for tables. */
function isOtherForm(request: IncomingMessage): boolean {
  return /;as=/.test(request.headers.accept ?? '');
}

async function answerOne(
  request: IncomingMessage,
  response: ServerResponse,
  target: ApiTarget & { readonly name: string },
  { upstream, objects, seen }: ReadParts,
): Promise<void> {
  const found = objects.find(target);
  const path = request.url ?? '/';
  // A query asks for more than the object: a watch, an older version of it.
  const isPlain = !path.includes('?') && (request.headers.accept ?? '').startsWith('application/json');
  if (found === null) sendJson(response, 404, notFound(target));
  else if (target.subresource !== undefined) await forward(upstream, request, response);
  else if (found !== undefined && isOfVersion(found, target)) sendJson(response, 200, found);
  else if (!isPlain) await forward(upstream, request, response);
  else {
    const headers = withoutEncoding(requestHeaders(request.headers));
    const answer = await upstream.request({ method: 'GET', path, headers });
    const body = await readBytes(answer);
    const object = answer.status === 200 ? parseObject(body) : undefined;
    if (object !== undefined) seen.set(path, object);
    send(response, { ...answer, body });
  }
}

/** Only the API server can turn one version of an object into another. */
function isOfVersion(object: KubeObject, { group, version }: ApiTarget): boolean {
  return object.apiVersion === (group === '' ? version : `${group}/${version}`);
}

async function answerList(
  request: IncomingMessage,
  response: ServerResponse,
  target: ApiTarget,
  { upstream, objects, url }: ReadParts & { readonly url: URL },
): Promise<void> {
  const query = url.searchParams;
  if (isTrue(query.get('watch'))) {
    // Told so, client-go lists first and then watches: a list can hold what is foreseen, the API server's stream not.
    if (isTrue(query.get('sendInitialEvents'))) {
      sendJson(response, 422, failure(422, 'Invalid', 'liftlock: sendInitialEvents is not supported here'));
    } else {
      await forward(upstream, request, response);
    }
    return;
  }
  // Plain JSON, whatever helm would take: it is read and written anew here.
  const headers = { ...requestHeaders(request.headers), accept: 'application/json' };
  const answer = await upstream.request({ method: 'GET', path: request.url ?? '/', headers: withoutEncoding(headers) });
  const list = await readObject(answer);
  const base = answer.status === 200 ? list : answer.status === 404 ? emptyList(target, objects) : undefined;
  if (base === undefined) {
    const { status } = answer;
    sendJson(response, status, list ?? failure(status, 'InternalError', 'liftlock: no JSON in the answer'));
    return;
  }
  const merged = objects.merge(base as unknown as JsonObject, {
    ...target,
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
  });
  sendJson(response, 200, merged);
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

/** A list of a resource that is defined in the shadow alone; undefined where no definition is foreseen. */
function emptyList({ group, version, resource }: ApiTarget, objects: ForeseenObjects): KubeObject | undefined {
  const custom = objects.customResources().find((one) => one.group === group && one.resource === resource);
  if (custom === undefined) return undefined;
  const list = {
    kind: custom.listKind,
    apiVersion: `${group}/${version}`,
    metadata: { resourceVersion: '1' },
    items: [],
  };
  return list as unknown as KubeObject;
}

async function answerDiscovery(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { objects, discovery }: ReadParts,
): Promise<void> {
  const custom = objects.customResources();
  const path = request.url ?? '/';
  if (custom.length === 0 || !url.pathname.startsWith('/apis')) {
    send(response, await discovery.get(path, request.headers), request.headers['if-none-match']);
    return;
  }
  const accept = jsonOnly(request.headers.accept ?? '');
  const answer = await discovery.get(path, { accept, 'user-agent': request.headers['user-agent'] });
  const document = parseObject(answer.body) as unknown as JsonObject | undefined;
  const more =
    answer.status === 200 && isJsonObject(document)
      ? withCustomResources(document, custom)
      : newDocument(url.pathname.replace(/\/$/, ''), custom);
  if (more === undefined) send(response, answer);
  else sendJson(response, 200, more, answer.status === 200 ? answer.headers['content-type'] : undefined);
}

function send(response: ServerResponse, { status, headers, body }: StoredAnswer, knownTag?: string): void {
  const { etag } = headers;
  if (status === 200 && etag !== undefined && knownTag === etag) {
    response.writeHead(304, { etag });
    response.end();
    return;
  }
  response.writeHead(status, { ...responseHeaders(headers), 'content-length': body.length });
  response.end(body);
}

/** Of the forms that helm takes, those that can be read and written here. */
function jsonOnly(accept: string): string {
  const forms = accept.split(',').filter((form) => /^\s*application\/json/.test(form));
  return forms.length === 0 ? 'application/json' : forms.join(',');
}
