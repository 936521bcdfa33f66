import type { Refusal } from './refusal.ts';

/**
 * What helm waited for in vain, where it names the object: Helm 4 of every object, Helm 3 of hook Jobs alone.
 * Sources: helm pkg/kube/statuswait.go, internal/statusreaders/job_status_reader.go (4.3); pkg/kube/client.go, waitForJob (3).
 */
export function unreadyRefusal(words: string): Refusal | undefined {
  const job = /(?:^|[\s:*])job (?:(\S+) )?failed: (\w+)/.exec(words);
  if (job !== null) {
    const [, name, reason = ''] = job;
    return {
      code: 'JOB_FAILED',
      reason,
      ...(name === undefined ? {} : { object: { apiVersion: 'batch/v1', kind: 'Job', name } }),
    };
  }
  const waited = /resource (\w+)\/([^/\s]*)\/(\S+) not ready\. status: (\w+), message: (.*)$/.exec(words);
  if (waited === null) return undefined;
  const [, kind = '', namespace = '', name = '', status = '', why = ''] = waited;
  const object = { kind, name, ...(namespace === '' ? {} : { namespace }) };
  if (kind === 'Job' && status === 'Failed') return { code: 'JOB_FAILED', reason: '', object };
  return { code: 'NOT_READY', why: `${status}: ${why}`, object };
}
