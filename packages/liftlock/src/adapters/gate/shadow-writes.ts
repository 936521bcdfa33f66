import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ShadowAnswer } from '../../model/ports.ts';
import type { HttpAnswer } from '../http/http-client.ts';
import { warningsOf } from '../http/warnings.ts';
import { failure, sendJson } from './answers.ts';
import type { ApiTarget } from './api-path.ts';
import { parseObject, readObject, readRequest, type Upstream } from './forward.ts';
import { requestHeaders } from './headers.ts';
import type { LocalApis } from './local-apis.ts';
import { isRecord, isRecordName, type ReleaseRecords } from './release-records.ts';
import { withoutEncoding } from './shadow-reads.ts';

export interface ShadowWrite {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: ApiTarget;
  readonly method: string;
  readonly url: URL;
  readonly record: (answer: ShadowAnswer) => void;
}

export interface ShadowParts {
  readonly upstream: Upstream;
  readonly records: ReleaseRecords;
  readonly localApis: LocalApis;
  /** Namespaces that helm created in this shadow: they do not exist, and nothing in them can be judged. */
  readonly newNamespaces: Set<string>;
}

/** Asks the API server to judge one write, notes what it says, and answers helm so that it goes on. */
export async function judgeWrite(asked: ShadowWrite, parts: ShadowParts): Promise<void> {
  const body = await readRequest(asked.request);
  const whyNot = await parts.localApis.whyNot(asked.target);
  if (whyNot !== undefined) {
    await answerUnsent(asked, parts, body, whyNot);
    return;
  }
  if (isSecret(asked.target) && isRecordName(asked.target.name)) {
    await judgeRecord(asked, parts, body);
    return;
  }
  const [before, judged] = await Promise.all([liveObject(asked, parts), dryRun(asked, parts, body)]);
  if (judged.answer.status < 300) {
    if (isSecret(asked.target) && isRecord(judged.object)) parts.records.keep(judged.object as KubeObject);
    if (before === undefined && judged.object?.kind === 'Namespace')
      parts.newNamespaces.add(judged.object.metadata.name);
    note(asked, judged, before);
    relay(asked, judged);
    return;
  }
  const message = messageOf(judged.object);
  const unborn = asked.target.namespace;
  const isUnborn = judged.answer.status === 404 && unborn !== undefined && parts.newNamespaces.has(unborn);
  // The server refuses the dry run, not the write: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#side-effects
  const isUnjudgeable = /does not support dry run/.test(message);
  const why = isUnborn ? `the namespace ${unborn} is made by the same upgrade` : isUnjudgeable ? message : undefined;
  note(asked, judged, before, why);
  const standIn = before ?? parseObject(body);
  // helm stops at its first rejection: given an object it goes on, and the next rejection is found as well. Records are
  // its own, and a deletion that is refused does not stop it.
  if (
    asked.method === 'DELETE' ||
    standIn === undefined ||
    isAboutRecord(asked, body) ||
    (judged.answer.status === 404 && !isUnborn)
  ) {
    relay(asked, judged);
  } else {
    sendJson(asked.response, asked.method === 'POST' ? 201 : 200, standIn);
  }
}

interface Judged {
  readonly answer: HttpAnswer;
  readonly object: KubeObject | undefined;
}

async function dryRun(
  asked: ShadowWrite,
  parts: ShadowParts,
  body: Buffer,
  as = asked.method,
  path = asked.url.pathname,
): Promise<Judged> {
  const query = new URLSearchParams(asked.url.searchParams);
  query.set('dryRun', 'All');
  const { headers } = asked.request;
  // Of a binary body only known fields arrive: there is nothing to validate.
  const isText = !/protobuf|cbor/.test(headers['content-type'] ?? '');
  // What helm asks for itself is kept: it is stricter (O17).
  if (as !== 'DELETE' && isText && !query.has('fieldValidation')) query.set('fieldValidation', 'Warn');
  const { 'content-length': _length, ...others } = withoutEncoding(requestHeaders(headers));
  const answer = await parts.upstream.request({
    method: as,
    path: `${path}?${query.toString()}`,
    headers: {
      ...others,
      accept: 'application/json',
      ...(as === 'DELETE' ? { 'content-type': 'application/json' } : {}),
    },
    body: as === 'DELETE' ? deleteOptions(body) : body,
  });
  return { answer, object: await readObject(answer) };
}

/**
 * A deletion with a body is judged by the body alone: the API server then does not look at the query, and would delete.
 * So the body that is sent is always one of ours, with the dry run in it.
 * Source: k8s.io/apiserver pkg/endpoints/handlers/delete.go
 */
function deleteOptions(body: Buffer): string {
  const given = parseObject(body) as unknown as Record<string, Json> | undefined;
  const kept = isJsonObject(given)
    ? Object.fromEntries(
        ['propagationPolicy', 'gracePeriodSeconds', 'preconditions', 'orphanDependents']
          .filter((name) => given[name] !== undefined)
          .map((name) => [name, given[name]]),
      )
    : {};
  return JSON.stringify({ ...kept, kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] });
}

/** A write of a record by its name: judged as it is, or as a new one when it exists in memory only. */
async function judgeRecord(asked: ShadowWrite, parts: ShadowParts, body: Buffer): Promise<void> {
  const { records } = parts;
  const namespace = asked.target.namespace ?? '';
  const name = asked.target.name ?? '';
  const known = records.find(namespace, name);
  if (known === null) {
    sendJson(asked.response, 404, failure(404, 'NotFound', `secrets "${name}" not found`));
    return;
  }
  let judged = await dryRun(asked, parts, body);
  if (judged.answer.status === 404 && known !== undefined) {
    if (asked.method === 'DELETE') {
      records.remove(namespace, name);
      sendJson(asked.response, 200, known);
      return;
    }
    const collection = asked.url.pathname.replace(/\/[^/]+$/, '');
    judged = await dryRun(asked, parts, body, 'POST', collection);
  }
  if (judged.answer.status < 300) {
    if (asked.method === 'DELETE') records.remove(namespace, name);
    else if (judged.object !== undefined) records.keep(judged.object);
  }
  note(asked, judged, known);
  const status = judged.answer.status === 201 ? 200 : judged.answer.status;
  sendJson(
    asked.response,
    status,
    judged.object ?? failure(status, 'InternalError', 'liftlock: no JSON in the answer'),
  );
}

/** The object as it is now. For a POST there is none, save where the name is taken. */
async function liveObject(asked: ShadowWrite, parts: ShadowParts): Promise<KubeObject | undefined> {
  if (asked.target.name === undefined) return undefined;
  const answer = await parts.upstream.request({
    method: 'GET',
    path: asked.url.pathname,
    headers: { accept: 'application/json' },
  });
  const object = await readObject(answer);
  return answer.status === 200 ? object : undefined;
}

/** Not sent: helm gets back what it asked for, and the answer says why it is not foreseen. */
async function answerUnsent(asked: ShadowWrite, parts: ShadowParts, body: Buffer, why: string): Promise<void> {
  const before = await liveObject(asked, parts);
  asked.record({
    method: asked.method,
    path: asked.url.pathname,
    status: 0,
    ...(before === undefined ? {} : { before }),
    warnings: [],
    unforeseen: why,
  });
  if (asked.method === 'DELETE') {
    sendJson(asked.response, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
    return;
  }
  const standIn = asked.method === 'PATCH' ? (before ?? parseObject(body)) : parseObject(body);
  if (standIn === undefined) sendJson(asked.response, 403, failure(403, 'Forbidden', `liftlock: not foreseen: ${why}`));
  else sendJson(asked.response, asked.method === 'POST' ? 201 : 200, standIn);
}

function note(asked: ShadowWrite, judged: Judged, before: KubeObject | undefined, unforeseen?: string): void {
  const isAccepted = judged.answer.status < 300;
  const after = isAccepted && asked.method !== 'DELETE' ? judged.object : undefined;
  asked.record({
    method: asked.method,
    path: asked.url.pathname,
    status: judged.answer.status,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(isAccepted ? {} : { message: messageOf(judged.object), reason: reasonOf(judged.object) }),
    warnings: warningsOf(judged.answer.headers),
    ...(unforeseen === undefined ? {} : { unforeseen }),
  });
}

function relay(asked: ShadowWrite, judged: Judged): void {
  const { status } = judged.answer;
  sendJson(
    asked.response,
    status,
    judged.object ?? failure(status, 'InternalError', 'liftlock: no JSON in the answer'),
  );
}

function isSecret(target: ApiTarget): boolean {
  return target.group === '' && target.resource === 'secrets';
}

/** A record that is new is told by its body, which may be protobuf: its type stands there as it is. */
function isAboutRecord(asked: ShadowWrite, body: Buffer): boolean {
  return isSecret(asked.target) && body.includes('helm.sh/release.v1');
}

function messageOf(object: KubeObject | undefined): string {
  const message = (object as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : 'refused without a reason';
}

function reasonOf(object: KubeObject | undefined): string {
  const reason = (object as { reason?: unknown } | undefined)?.reason;
  return typeof reason === 'string' ? reason : '';
}
