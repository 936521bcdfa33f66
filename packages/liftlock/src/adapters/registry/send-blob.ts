import { Readable } from 'node:stream';
import type { Blob, ImageRegistry, ImageRepository } from '../../model/bundle.ts';
import { isProblem } from '../../model/problem.ts';
import type { HttpAnswer } from '../http/http-client.ts';
import { discard, headerOf, type OciRequest } from './oci-client.ts';
import { imageProblem, wrongContentProblem } from './registry-problem.ts';

type Ask = (request: OciRequest, subject: string) => Promise<HttpAnswer>;
type Read = (start: number, end: number) => AsyncIterable<Uint8Array>;

/** How often an upload that makes no headway is begun again. */
const attempts = 4;
/** Milliseconds that one chunk may take: 16 MiB over a slow line. */
const chunkTimeoutMs = 600_000;

/**
 * Uploads of blobs: monolithic where one request holds it, else in chunks; where the connection breaks the registry is asked
 * how far it came. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
 */
export function makeSender(ask: Ask, chunkBytes: number): Pick<ImageRegistry, 'hasBlob' | 'sendBlob'> {
  async function hasBlob({ host, path }: ImageRepository, digest: string): Promise<boolean> {
    const scope = `repository:${path}:pull,push`;
    const subject = `${host}/${path}@${digest}`;
    const answer = await ask({ host, path: `/v2/${path}/blobs/${digest}`, method: 'HEAD', scope }, subject);
    discard(answer);
    if (answer.status === 200) return true;
    if (answer.status === 404) return false;
    throw imageProblem(subject, host, answer.status);
  }

  async function sendBlob(repository: ImageRepository, blob: Blob, read: Read, from?: string) {
    const { host, path } = repository;
    const subject = `writing ${host}/${path}@${blob.digest}`;
    for (let attempt = 1; ; attempt += 1) {
      const place = await begin(repository, blob, subject, attempt === 1 ? from : undefined);
      if (place === 'mounted') return 'mounted';
      try {
        await sendAll(place, blob, read, subject);
        return 'sent';
      } catch (error) {
        // What the registry judged is not judged otherwise a second time.
        if (!isProblem(error) || error.code !== 'REGISTRY_UNREACHABLE' || attempt >= attempts) throw error;
      }
    }
  }

  async function begin({ host, path }: ImageRepository, { digest }: Blob, subject: string, from?: string) {
    const own = `repository:${path}:pull,push`;
    const query = from === undefined ? '' : `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
    const scope = from === undefined ? own : `${own} repository:${from}:pull`;
    const uploads = `/v2/${path}/blobs/uploads/`;
    let answer = await ask({ host, path: uploads + query, method: 'POST', scope }, subject);
    // A registry that does not let us read the other repository may still take the blob itself.
    if (from !== undefined && (answer.status === 401 || answer.status === 403 || answer.status === 404)) {
      discard(answer);
      answer = await ask({ host, path: uploads, method: 'POST', scope: own }, subject);
    }
    discard(answer);
    if (answer.status === 201 && from !== undefined) return 'mounted';
    if (answer.status !== 202) throw imageProblem(subject, host, answer.status);
    const least = Number(headerOf(answer, 'oci-chunk-min-length'));
    const most = Math.max(chunkBytes, Number.isFinite(least) ? least : 0);
    return { at: locationOf(answer, { host, path: uploads }), scope: own, most };
  }

  async function sendAll(place: Upload, blob: Blob, read: Read, subject: string): Promise<void> {
    if (blob.size <= place.most) return finish(place, blob, subject, () => Readable.from(read(0, blob.size)));
    let current = place;
    let sent = 0;
    let idle = 0;
    while (sent < blob.size) {
      const end = Math.min(sent + current.most, blob.size);
      const before = sent;
      try {
        ({ current, sent } = await sendChunk(current, read, sent, end, subject));
      } catch (error) {
        if (!isProblem(error) || error.code !== 'REGISTRY_UNREACHABLE') throw error;
        ({ current, sent } = await askHowFar(current, subject));
      }
      idle = sent > before ? 0 : idle + 1;
      if (idle >= attempts) throw imageProblem(subject, current.at.host, 503);
    }
    return finish(current, { ...blob, size: 0 }, subject, undefined);
  }

  async function sendChunk(current: Upload, read: Read, start: number, end: number, subject: string) {
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(end - start),
      'content-range': `${start}-${end - 1}`,
    };
    const body = () => Readable.from(read(start, end));
    const request = {
      ...asked(current),
      method: 'PATCH',
      headers,
      body,
      attempts: 1,
      timeoutMs: chunkTimeoutMs,
    } as const;
    const answer = await ask(request, subject);
    discard(answer);
    if (answer.status === 416 || answer.status >= 500) return askHowFar(current, subject);
    if (answer.status !== 202) throw imageProblem(subject, current.at.host, answer.status);
    return { current: { ...current, at: locationOf(answer, current.at) }, sent: lengthOf(answer) ?? end };
  }

  async function askHowFar(current: Upload, subject: string) {
    const answer = await ask({ ...asked(current), method: 'GET' }, subject);
    discard(answer);
    if (answer.status !== 204) throw imageProblem(subject, current.at.host, 503);
    return { current: { ...current, at: locationOf(answer, current.at) }, sent: lengthOf(answer) ?? 0 };
  }

  async function finish(current: Upload, { digest, size }: Blob, subject: string, body: (() => Readable) | undefined) {
    const { path } = current.at;
    const request = {
      ...asked(current),
      path: `${path}${path.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`,
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
      body,
      attempts: 1,
      timeoutMs: chunkTimeoutMs,
    } as const;
    const answer = await ask(request, subject);
    discard(answer);
    if (answer.status === 400) throw wrongContentProblem(subject, current.at.host, digest, 'something else');
    if (answer.status !== 201) throw imageProblem(subject, current.at.host, answer.status);
  }

  return { hasBlob, sendBlob };
}

interface Place {
  readonly host: string;
  readonly path: string;
  readonly scheme?: 'http' | 'https' | undefined;
}

interface Upload {
  /** Where the next request goes: the registry names it anew each time. */
  readonly at: Place;
  readonly scope: string;
  /** Bytes of one request. */
  readonly most: number;
}

function asked({ at, scope }: Upload): Pick<OciRequest, 'host' | 'path' | 'scheme' | 'scope'> {
  return { ...at, scope };
}

/** Another host gets no credentials of this one: they are looked up by host. */
function locationOf(answer: HttpAnswer, before: Place): Place {
  const location = headerOf(answer, 'location');
  if (location === undefined) return before;
  const url = new URL(location, `https://${before.host}${before.path}`);
  const path = url.pathname + url.search;
  // A registry behind a proxy that ends TLS often does not know that it is reached by https.
  if (url.host === before.host) return { ...before, path };
  return { host: url.host, path, scheme: 'https' };
}

/** `Range: 0-LAST` of an upload that has begun. */
function lengthOf(answer: HttpAnswer): number | undefined {
  const last = /^(?:bytes=)?0-(\d+)$/.exec(headerOf(answer, 'range') ?? '')?.[1];
  // 0-0 is what the reference registry says of an upload that has nothing yet; no chunk is of one byte.
  return last === undefined ? undefined : last === '0' ? 0 : Number(last) + 1;
}
