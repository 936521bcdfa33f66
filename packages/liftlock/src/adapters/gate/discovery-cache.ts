import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { readBytes } from '../http/http-client.ts';
import type { Upstream } from './forward.ts';

/** An answer that was read whole; its body is as it was sent, gzipped where its headers say so. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The headers that choose an answer's form, and who asks. */
export interface Form {
  readonly accept?: string | undefined;
  readonly 'accept-encoding'?: string | string[] | undefined;
  readonly 'user-agent'?: string | undefined;
}

/** What every helm asks first and gets the same answer to: which APIs there are, and their schemas. */
export interface DiscoveryCache {
  get(path: string, form: Form): Promise<StoredAnswer>;
  /** Everything is asked anew: somebody may now write. */
  forget(): void;
}

interface Known {
  readonly at: number;
  readonly answer: Promise<StoredAnswer>;
}

/** Discovery and OpenAPI documents, by path; also the server's version. */
const documents = /^\/(api|apis)(\/[^/]+)?$|^\/apis\/[^/]+\/[^/]+$|^\/openapi\/v[23](\/.*)?$|^\/version$/;
/** Milliseconds after which an answer is looked at again: with its ETag, or, where it has none, by asking anew. */
const freshMs = { withTag: 500, withoutTag: 30_000 };

/** True for a path whose answer is the same for every helm of one forecast. */
export function isDiscovery(path: string): boolean {
  return documents.test(path.replace(/\/$/, ''));
}

/**
 * Asks the API server once for what several helms want at once. Of an answer that is older, only its ETag is asked
 * about: a new definition is seen at once, and megabytes of schemas travel once. What has none (the index of schemas, and
 * all that helms before 3.15 or so read of a new API server) is believed for half a minute.
 *
 * @param now milliseconds of a clock that only goes forward
 */
export function makeDiscoveryCache(upstream: Upstream, now: () => number = () => performance.now()): DiscoveryCache {
  const known = new Map<string, Known>();

  async function ask(path: string, form: Form, old: StoredAnswer | undefined): Promise<StoredAnswer> {
    const tag = old?.headers.etag;
    const headers: OutgoingHttpHeaders = {
      ...Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined)),
      ...(tag === undefined ? {} : { 'if-none-match': tag }),
    };
    const answer = await upstream.request({ method: 'GET', path, headers });
    const body = await readBytes(answer);
    return answer.status === 304 && old !== undefined ? old : { status: answer.status, headers: answer.headers, body };
  }

  async function isFresh({ at, answer }: Known): Promise<boolean> {
    const { headers } = await answer;
    return now() - at < (headers.etag === undefined ? freshMs.withoutTag : freshMs.withTag);
  }

  return {
    forget: () => known.clear(),
    get: async (path, { accept, 'accept-encoding': encoding, 'user-agent': userAgent }) => {
      const key = JSON.stringify([path, accept, encoding]);
      for (;;) {
        const found = known.get(key);
        if (found !== undefined && (await isFresh(found))) return found.answer;
        const old = await found?.answer;
        // Meanwhile somebody else may have begun to ask.
        if (known.get(key) !== found) continue;
        const form = { accept, 'accept-encoding': encoding, 'user-agent': userAgent };
        const entry = { at: now(), answer: ask(path, form, old) };
        known.set(key, entry);
        const drop = () => {
          if (known.get(key) === entry) known.delete(key);
        };
        // A refusal or a lost connection may mend itself: the next one asks anew.
        entry.answer.then(({ status }) => (status === 200 ? undefined : drop()), drop);
        return entry.answer;
      }
    },
  };
}
