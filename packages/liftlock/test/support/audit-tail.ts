import { open, stat } from 'node:fs/promises';
import type { AuditEntry, Sandbox } from '@liftlock/sandbox';
import { plainer, type EndState } from './end-state.ts';

/** Where the audit log ends now. */
export async function auditMark(sandbox: Sandbox): Promise<number> {
  return (await stat(sandbox.auditLog)).size;
}

interface RawEvent {
  readonly stage: string;
  readonly verb: string;
  readonly userAgent?: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

export type Write = Pick<AuditEntry, 'verb' | 'userAgent' | 'resource' | 'name' | 'time' | 'code'>;

/** The whole lines of the audit log since a mark: quick, where the log of many tests is long. */
export async function auditLines(sandbox: Sandbox, mark: number): Promise<readonly string[]> {
  const file = await open(sandbox.auditLog);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - mark), 0, size - mark, mark);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    return lines.filter((line) => line.endsWith('}'));
  } finally {
    await file.close();
  }
}

/** Writes in the namespaces since a mark that the API server carried out, whoever sent them. */
export async function writesSince(
  sandbox: Sandbox,
  mark: number,
  namespaces: readonly string[],
): Promise<readonly Write[]> {
  const lines = await auditLines(sandbox, mark);
  return lines
    .filter((line) => namespaces.some((name) => line.includes(name)) && !/"verb":"(?:get|list|watch)"/.test(line))
    .map((line) => JSON.parse(line) as RawEvent)
    .filter(({ stage, requestURI, objectRef, responseStatus }) => {
      const code = responseStatus?.code ?? 0;
      const isDone = stage === 'ResponseComplete' && code >= 200 && code < 300;
      return isDone && namespaces.includes(objectRef?.namespace ?? '') && !requestURI.includes('dryRun=All');
    })
    .map(({ verb, userAgent = '', objectRef, requestReceivedTimestamp, responseStatus }) => ({
      verb,
      userAgent,
      resource:
        objectRef?.subresource === undefined ? objectRef?.resource : `${objectRef.resource}/${objectRef.subresource}`,
      name: objectRef?.name,
      time: requestReceivedTimestamp,
      code: responseStatus?.code,
    }));
}

/** What liftlock itself did to the platform, and how often: not its Lease, its record, or helm's records. */
export function effectsOf(writes: readonly Write[], namespaces: readonly string[]): EndState['effects'] {
  const plain = plainer(namespaces);
  const own = writes.filter(
    ({ userAgent, resource, name = '' }) =>
      /^liftlock(?!-sandbox)/.test(userAgent) &&
      resource !== 'leases' &&
      !name.startsWith('sh.helm.release.') &&
      !(resource === 'secrets' && name.startsWith('liftlock-run')) &&
      !/review/i.test(resource ?? ''),
  );
  const named = own.map(({ verb, resource = '', name = '' }) => plain(`${verb} ${resource}/${name}`));
  return [...Map.groupBy(named, (effect) => effect)]
    .map(([effect, times]) => [effect, times.length] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
