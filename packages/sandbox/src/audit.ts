/** Reading the audit log of a sandbox: the trace on which tests assert who did what, in which order. */
import { readFile } from 'node:fs/promises';

/** One request to the API server, as it was answered. */
export interface AuditEntry {
  /** When the request came in, ISO 8601 with microseconds. */
  time: string;
  verb: string;
  user: string;
  userAgent: string;
  /** Path with query. */
  uri: string;
  resource: string | undefined;
  subresource: string | undefined;
  namespace: string | undefined;
  name: string | undefined;
  /** HTTP status of the answer. */
  code: number | undefined;
  /** Whether the request asked for nothing to be stored. */
  dryRun: boolean;
}

interface RawEvent {
  stage: string;
  requestReceivedTimestamp: string;
  verb: string;
  user?: { username?: string };
  userAgent?: string;
  requestURI: string;
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
}

function toEntry(event: RawEvent): AuditEntry {
  const query = new URLSearchParams(event.requestURI.split('?')[1] ?? '');
  return {
    time: event.requestReceivedTimestamp,
    verb: event.verb,
    user: event.user?.username ?? '',
    userAgent: event.userAgent ?? '',
    uri: event.requestURI,
    resource: event.objectRef?.resource,
    subresource: event.objectRef?.subresource,
    namespace: event.objectRef?.namespace,
    name: event.objectRef?.name,
    code: event.responseStatus?.code,
    dryRun: (query.get('dryRun') ?? '') !== '',
  };
}

/**
 * The answered requests of an audit log, in the order in which they came in. A watch shows only when it has ended.
 * A name that the server made up (generateName) is not in the log.
 */
export async function readAudit(path: string): Promise<AuditEntry[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const entries: AuditEntry[] = [];
  for (const line of text.split('\n')) {
    // The last line may be half written at this moment.
    if (!line.endsWith('}')) continue;
    const event = JSON.parse(line) as RawEvent;
    if (event.stage === 'ResponseComplete' || event.stage === 'Panic') entries.push(toEntry(event));
  }
  return entries.toSorted((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
}
