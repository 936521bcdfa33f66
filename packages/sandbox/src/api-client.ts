/** A small client of the Kubernetes API for the sandbox itself and for tests: plain https with a client certificate. */
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { KeyPair } from './x509.ts';

/** A Kubernetes object, as far as every object is the same; the rest is the caller's to know. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generateName?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    creationTimestamp?: string;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; name: string; uid: string }[];
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

/** A list of objects. */
export interface KubeList<T extends KubeObject = KubeObject> {
  metadata: { resourceVersion: string };
  items: T[];
}

/** How a patch is to be read by the API server. */
export type PatchType = 'strategic' | 'merge' | 'json' | 'apply';

/** The API server said no: `status` is the HTTP status, `reason` the server's own word for it. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(method: string, path: string, status: number, reason: string, message: string) {
    super(`${method} ${path}: ${status} ${message}`);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
  }
}

/** One change that a watch saw. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
}

/** Where and as whom to talk. */
export interface ApiAccess {
  server: string;
  caCertificate: string;
  client: KeyPair;
  userAgent: string;
}

const patchTypes: Record<PatchType, string> = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function failure(method: string, path: string, status: number, text: string): ApiError {
  try {
    const body = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(method, path, status, body.reason ?? '', body.message ?? text);
  } catch {
    return new ApiError(method, path, status, '', text.slice(0, 300));
  }
}

/** The client; paths are those of the API, such as `/api/v1/namespaces/default/pods/web-0`. */
export class ApiClient {
  readonly #access: ApiAccess;
  readonly #agent: Agent;

  constructor(access: ApiAccess) {
    this.#access = access;
    this.#agent = new Agent({
      keepAlive: true,
      ca: access.caCertificate,
      cert: access.client.certificate,
      key: access.client.key,
    });
  }

  #open(
    method: string,
    path: string,
    body?: string,
    contentType?: string,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers: Record<string, string> = { accept: 'application/json', 'user-agent': this.#access.userAgent };
      if (body !== undefined) {
        headers['content-type'] = contentType ?? 'application/json';
        headers['content-length'] = String(Buffer.byteLength(body));
      }
      const options = { method, headers, agent: this.#agent, ...(signal === undefined ? {} : { signal }) };
      const request = httpsRequest(new URL(path, this.#access.server), options, resolve);
      request.once('error', reject);
      request.end(body);
    });
  }

  /** Any request; returns the text of the answer and throws an `ApiError` for a refusal. */
  async raw(method: string, path: string, body?: string, contentType?: string): Promise<string> {
    const response = await this.#open(method, path, body, contentType);
    const text = await textOf(response);
    const status = response.statusCode ?? 0;
    if (status >= 300) throw failure(method, path, status, text);
    return text;
  }

  async get<T extends KubeObject = KubeObject>(path: string): Promise<T> {
    return JSON.parse(await this.raw('GET', path)) as T;
  }

  /** The object, or undefined when there is none. */
  async find<T extends KubeObject = KubeObject>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async list<T extends KubeObject = KubeObject>(path: string): Promise<KubeList<T>> {
    return JSON.parse(await this.raw('GET', path)) as KubeList<T>;
  }

  /** Creates an object; the path is that of the collection. */
  async create<T extends KubeObject = KubeObject>(path: string, object: KubeObject): Promise<T> {
    return JSON.parse(await this.raw('POST', path, JSON.stringify(object))) as T;
  }

  async replace<T extends KubeObject = KubeObject>(path: string, object: KubeObject): Promise<T> {
    return JSON.parse(await this.raw('PUT', path, JSON.stringify(object))) as T;
  }

  async patch<T extends KubeObject = KubeObject>(path: string, patch: unknown, type: PatchType = 'merge'): Promise<T> {
    return JSON.parse(await this.raw('PATCH', path, JSON.stringify(patch), patchTypes[type])) as T;
  }

  /** Deletes an object; one that is not there is fine. */
  async delete(path: string, options: { gracePeriodSeconds?: number; propagationPolicy?: string } = {}): Promise<void> {
    try {
      await this.raw('DELETE', path, JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', ...options }));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** Changes of a collection after a resource version, until the server ends the watch (410 Gone is an `ApiError`). */
  async *watch(path: string, resourceVersion: string, signal?: AbortSignal): AsyncGenerator<WatchEvent> {
    const mark = path.includes('?') ? '&' : '?';
    const query = `${path}${mark}watch=true&resourceVersion=${resourceVersion}`;
    const response = await this.#open('GET', query, undefined, undefined, signal);
    if ((response.statusCode ?? 0) >= 300)
      throw failure('GET', query, response.statusCode ?? 0, await textOf(response));
    // Aborting ends the stream with an error: nobody may be left reading it then, and an unheard error ends the process.
    response.on('error', () => undefined);
    const lines = createInterface({ input: response });
    lines.on('error', () => undefined);
    for await (const line of lines) {
      const event = JSON.parse(line) as { type: string; object: KubeObject & { code?: number; message?: string } };
      if (event.type === 'ERROR') {
        throw new ApiError('GET', query, event.object.code ?? 0, '', event.object.message ?? 'watch failed');
      }
      if (event.type !== 'BOOKMARK') yield event as WatchEvent;
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
  }
}
