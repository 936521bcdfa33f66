import type { KubeObject } from '../../model/kube.ts';
import { failure, notFound, sendJson } from './answers.ts';
import { note, readWrite, relay, type Asked, type ShadowWrite } from './asked.ts';
import { patchForeseen } from './patch-foreseen.ts';
import { dryRun, isAccepted, reasonOf, type Judged } from './dry-run.ts';
import { parseObject, readObject, readRequest } from './forward.ts';
import { isAboutRecord, judgeRecord } from './record-writes.ts';
import type { ShadowParts } from './shadow-limits.ts';
import { judgeUnderStandIn } from './stand-in.ts';

/** Asks the API server to judge one write, notes what it says, and answers helm so that it goes on. */
export async function judgeWrite(write: ShadowWrite, parts: ShadowParts): Promise<void> {
  const asked = readWrite(write, await readRequest(write.request));
  const whyNot = await parts.localApis.whyNot(asked.target);
  if (whyNot !== undefined) {
    await answerUnsent(asked, parts, whyNot);
  } else if (isAboutRecord(asked)) {
    await judgeRecord(asked, parts);
  } else {
    const foreseen = asked.place === undefined ? undefined : parts.objects.find(asked.place);
    if (foreseen === null) await judgeAbsent(asked, parts);
    else await judgeOne(asked, parts, foreseen);
  }
}

/** A write to what will be gone by then: only a creation finds what it wants. */
async function judgeAbsent(asked: Asked, parts: ShadowParts): Promise<void> {
  const { object, response, target } = asked;
  if (object === undefined || !(asked.method === 'POST' || asked.isApply)) {
    sendJson(response, 404, notFound(target));
    return;
  }
  const { judged, unforeseen } = await judgeUnderStandIn(parts.upstream, asked.sent, object);
  settle(asked, parts, { judged, before: undefined, unforeseen });
}

/** A write to what is there or is not, as the API server has it, or as helm left it in this shadow. */
async function judgeOne(asked: Asked, parts: ShadowParts, foreseen: KubeObject | undefined): Promise<void> {
  if (foreseen !== undefined && asked.method === 'POST') {
    const { name } = foreseen.metadata;
    const taken = failure(409, 'AlreadyExists', `${asked.target.resource} "${name}" already exists`);
    sendJson(asked.response, 409, taken);
    return;
  }
  const [live, first] = await Promise.all([liveObject(asked, parts), dryRun(parts.upstream, asked.sent)]);
  if (isKnownAlready(asked, first)) {
    relay(asked.response, first);
    return;
  }
  const judged = await askAgain(asked, parts, { first, live, foreseen });
  const before = foreseen ?? live;
  if (isAccepted(judged)) {
    const isChange = asked.method === 'PATCH' && live !== undefined && judged.object !== undefined;
    const after =
      foreseen === undefined || !isChange ? judged.object : patchForeseen(live, foreseen, judged.object ?? live);
    settle(asked, parts, { judged: { ...judged, object: after }, before, unforeseen: parts.limits.ofAccepted(asked) });
    return;
  }
  if (foreseen !== undefined && live === undefined && judged.status === 404) {
    settleInMemory(asked, parts, foreseen, judged);
    return;
  }
  settle(asked, parts, { judged, before, unforeseen: parts.limits.ofRefused(asked, judged, parts.objects) });
}

/** helm creates namespaces and what is in `crds/` without looking, and goes on where they exist: no refusal. */
function isKnownAlready({ method, target }: Asked, judged: Judged): boolean {
  const isUnseen = target.resource === 'namespaces' || target.resource === 'customresourcedefinitions';
  return method === 'POST' && isUnseen && reasonOf(judged) === 'AlreadyExists';
}

interface First {
  readonly first: Judged;
  readonly live: KubeObject | undefined;
  readonly foreseen: KubeObject | undefined;
}

/** Asks in another way where the first answer is about the shadow, not about the write. */
async function askAgain(asked: Asked, parts: ShadowParts, { first, live, foreseen }: First): Promise<Judged> {
  if (isAccepted(first) || foreseen === undefined) return first;
  if (first.status === 404 && live === undefined && asked.method === 'PUT') {
    const path = asked.sent.path.replace(/\/[^/]+$/, '');
    return dryRun(parts.upstream, { ...asked.sent, method: 'POST', path });
  }
  return first;
}

/** What exists in the shadow alone: nothing can be patched there, but it can be gone. */
function settleInMemory(asked: Asked, parts: ShadowParts, foreseen: KubeObject, judged: Judged): void {
  if (asked.method === 'DELETE') {
    settle(asked, parts, { judged: { ...judged, status: 200, object: foreseen }, before: foreseen });
    return;
  }
  settle(asked, parts, {
    judged,
    before: foreseen,
    unforeseen: 'it is made by an earlier step, and only then can be changed',
  });
}

interface Settled {
  readonly judged: Judged;
  readonly before: KubeObject | undefined;
  readonly unforeseen?: string | undefined;
}

/** Notes the answer, remembers what it makes of the cluster, and answers helm. */
function settle(asked: Asked, parts: ShadowParts, { judged, before, unforeseen }: Settled): void {
  note(asked, judged, before, unforeseen);
  const { method, place, response } = asked;
  if (isAccepted(judged)) {
    if (place !== undefined && method === 'DELETE') parts.objects.remove(place);
    else if (place !== undefined && judged.object?.metadata !== undefined) parts.objects.keep(place, judged.object);
    parts.limits.learn(asked, judged, before);
    relay(response, judged);
    return;
  }
  const standIn = before ?? asked.object;
  const isLost = judged.status === 404 && unforeseen === undefined;
  // helm stops at its first rejection: given an object it goes on, and the next rejection is found as well. A deletion
  // that is refused does not stop it.
  if (method === 'DELETE' || standIn === undefined || isLost) {
    relay(response, judged);
    return;
  }
  // What is only not there yet will be: a second look finds it.
  if (unforeseen !== undefined && before === undefined && place !== undefined) parts.objects.keep(place, standIn);
  sendJson(response, method === 'POST' ? 201 : 200, standIn);
}

/** The object as it is now. For a POST there is none, save where the name is taken. */
async function liveObject(asked: Asked, parts: ShadowParts): Promise<KubeObject | undefined> {
  if (asked.target.name === undefined) return undefined;
  const seen = parts.seen.get(asked.url.pathname);
  // For one write: the next may come much later.
  parts.seen.delete(asked.url.pathname);
  if (seen !== undefined) return seen;
  const answer = await parts.upstream.request({
    method: 'GET',
    path: asked.url.pathname,
    headers: { accept: 'application/json' },
  });
  const object = await readObject(answer);
  return answer.status === 200 ? object : undefined;
}

/** Not sent: helm gets back what it asked for, and the answer says why it is not foreseen. */
async function answerUnsent(asked: Asked, parts: ShadowParts, why: string): Promise<void> {
  const before = await liveObject(asked, parts);
  note(asked, { status: 0, object: undefined, warnings: [] }, before, why);
  if (asked.method === 'DELETE') {
    sendJson(asked.response, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
    return;
  }
  const standIn = asked.method === 'PATCH' ? (before ?? parseObject(Buffer.from(asked.sent.body))) : asked.object;
  if (standIn === undefined) sendJson(asked.response, 403, failure(403, 'Forbidden', `liftlock: not foreseen: ${why}`));
  else sendJson(asked.response, asked.method === 'POST' ? 201 : 200, standIn);
}
