import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../../model/kube.ts';
import type { ShadowAnswer } from '../../model/ports.ts';
import { failure, sendJson } from './answers.ts';
import type { ApiTarget } from './api-path.ts';
import { isAccepted, messageOf, reasonOf, type DryRunRequest, type Judged } from './dry-run.ts';
import type { Place } from './foreseen-objects.ts';
import { parseObject } from './forward.ts';

export interface ShadowWrite {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: ApiTarget;
  readonly method: string;
  readonly url: URL;
  readonly record: (answer: ShadowAnswer) => void;
}

/** One write with all that is known of it before it is judged. */
export interface Asked extends ShadowWrite {
  /** As it goes to the API server. */
  readonly sent: DryRunRequest;
  /** What helm sent, where that is a whole object: for creates, replacements and server-side apply. */
  readonly object: KubeObject | undefined;
  readonly isApply: boolean;
  /** Undefined where the API server makes the name up, and for subresources. */
  readonly place: Place | undefined;
}

/** Reads a write that came in. */
export function readWrite(write: ShadowWrite, body: Buffer): Asked {
  const { target, method, url, request } = write;
  const isApply = method === 'PATCH' && (request.headers['content-type'] ?? '').includes('apply-patch');
  const parsed = method === 'POST' || method === 'PUT' || isApply ? parseObject(body) : undefined;
  const object = parsed !== undefined && typeof parsed.kind === 'string' ? parsed : undefined;
  const name = target.name ?? (method === 'POST' ? object?.metadata?.name : undefined);
  const { group, resource, namespace, subresource } = target;
  return {
    ...write,
    sent: { method, path: url.pathname, query: url.searchParams, headers: request.headers, body },
    object,
    isApply,
    place: name === undefined || subresource !== undefined ? undefined : { group, resource, namespace, name },
  };
}

/** Keeps one answer for the forecast. */
export function note(asked: Asked, judged: Judged, before: KubeObject | undefined, unforeseen?: string): void {
  const accepted = isAccepted(judged);
  const after = accepted && judged.status > 0 && asked.method !== 'DELETE' ? judged.object : undefined;
  asked.record({
    method: asked.method,
    path: asked.url.pathname,
    status: judged.status,
    ...(asked.object === undefined ? {} : { asked: asked.object }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(accepted ? {} : { message: messageOf(judged), reason: reasonOf(judged) }),
    warnings: judged.warnings,
    ...(unforeseen === undefined ? {} : { unforeseen }),
  });
}

/** Gives helm the API server's own answer. */
export function relay(response: ServerResponse, { status, object }: Judged): void {
  sendJson(response, status, object ?? failure(status, 'InternalError', 'liftlock: no JSON in the answer'));
}
