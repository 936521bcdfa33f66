import { failure, notFound, sendJson } from './answers.ts';
import { note, relay, type Asked } from './asked.ts';
import { dryRun, isAccepted, messageOf, reasonOf, refusedName, type Judged } from './dry-run.ts';
import { isRecordName, type Place } from './foreseen-objects.ts';
import { secretFromProtobuf } from './record-protobuf.ts';
import type { ShadowParts } from './shadow-limits.ts';

/**
 * A write of one of helm's own records. A named one is told by its name; a new one by its body, which may be protobuf:
 * its type stands there as it is.
 */
export function isAboutRecord({ target, sent }: Asked): boolean {
  if (target.group !== '' || target.resource !== 'secrets') return false;
  return target.name === undefined
    ? sent.method === 'POST' && Buffer.from(sent.body).includes('helm.sh/release.v1')
    : isRecordName(target.name);
}

/** Judges a record's write, and keeps the record in memory, so that helm sees what it did. */
export async function judgeRecord(asked: Asked, parts: ShadowParts): Promise<void> {
  if (asked.method === 'POST') await createRecord(asked, parts);
  else await changeRecord(asked, parts, asked.target.name ?? '');
}

async function createRecord(asked: Asked, parts: ShadowParts): Promise<void> {
  let judged = await dryRun(parts.upstream, asked.sent);
  const taken = reasonOf(judged) === 'AlreadyExists' ? refusedName(judged) : undefined;
  // A record of a release that will be gone by then: in its place, so that the API server reads it.
  if (taken !== undefined && parts.objects.find(placeOf(asked, taken)) === null) {
    const replaced = await dryRun(parts.upstream, {
      ...asked.sent,
      method: 'PUT',
      path: `${asked.sent.path}/${taken}`,
    });
    judged = isAccepted(replaced) ? { ...replaced, status: 201 } : replaced;
  }
  judged = inNewNamespace(asked, parts, judged, 201);
  const virtual = withoutPermission(asked, judged);
  if (virtual !== undefined) {
    keep(asked, parts, virtual);
    note(asked, virtual, undefined, messageOf(judged));
    relay(asked.response, virtual);
    return;
  }
  keep(asked, parts, judged);
  note(asked, judged, undefined);
  relay(asked.response, judged);
}

async function changeRecord(asked: Asked, parts: ShadowParts, name: string): Promise<void> {
  const { objects, upstream } = parts;
  const place = placeOf(asked, name);
  const known = objects.find(place);
  if (known === null) {
    sendJson(asked.response, 404, notFound(asked.target));
    return;
  }
  let judged = await dryRun(upstream, asked.sent);
  // It exists in memory only: judged as a new one.
  if (judged.status === 404 && known !== undefined) {
    if (asked.method === 'DELETE') {
      objects.remove(place);
      sendJson(asked.response, 200, known);
      return;
    }
    const path = asked.sent.path.replace(/\/[^/]+$/, '');
    judged = inNewNamespace(asked, parts, await dryRun(upstream, { ...asked.sent, method: 'POST', path }), 200);
  }
  const virtual = asked.method === 'DELETE' ? undefined : withoutPermission(asked, judged);
  if (virtual?.object !== undefined) {
    keep(asked, parts, virtual);
    note(asked, virtual, known, messageOf(judged));
    sendJson(asked.response, 200, virtual.object);
    return;
  }
  // The first record of a release that will be gone is still there: its successor has not its name in the cluster.
  if (asked.method === 'DELETE' && isAccepted(judged)) objects.remove(place);
  else keep(asked, parts, judged);
  note(asked, judged, known);
  if (judged.object === undefined) {
    const { status } = judged;
    sendJson(asked.response, status, failure(status, 'InternalError', 'liftlock: no JSON in the answer'));
  } else {
    sendJson(asked.response, judged.status === 201 ? 200 : judged.status, judged.object);
  }
}

/** In a namespace that helm makes itself the API server has no place for a record: it is read here. */
function inNewNamespace(asked: Asked, parts: ShadowParts, judged: Judged, status: number): Judged {
  const { namespace } = asked.target;
  if (judged.status !== 404 || namespace === undefined || !parts.limits.isUnborn(namespace)) return judged;
  const object = asked.object ?? secretFromProtobuf(Buffer.from(asked.sent.body), namespace);
  return object === undefined ? judged : { status, object, warnings: [] };
}

/**
 * Who may not write Secrets can still be told what else the API server would refuse: helm begins with its record, and stops
 * where it may not write that.
 */
function withoutPermission(asked: Asked, judged: Judged): Judged | undefined {
  if (judged.status !== 403 || !/cannot \w+ resource "secrets"/.test(messageOf(judged))) return undefined;
  const { namespace = '' } = asked.target;
  const object = asked.object ?? secretFromProtobuf(Buffer.from(asked.sent.body), namespace);
  return object === undefined ? undefined : { status: asked.method === 'POST' ? 201 : 200, object, warnings: [] };
}

function keep(asked: Asked, parts: ShadowParts, judged: Judged): void {
  if (!isAccepted(judged) || judged.object === undefined) return;
  parts.objects.keep(placeOf(asked, judged.object.metadata.name), judged.object);
}

function placeOf({ target }: Asked, name: string): Place {
  return { group: '', resource: 'secrets', namespace: target.namespace, name };
}
