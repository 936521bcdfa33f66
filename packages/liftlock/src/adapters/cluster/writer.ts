import type { KubeObject } from '../../model/kube.ts';
import type { ClusterWriter, DryRunAnswer, PatchType } from '../../model/ports.ts';
import { isProblem, Problem } from '../../model/problem.ts';
import { warningsOf } from '../http/warnings.ts';
import { sendWrite } from './unsure-write.ts';
import { resourceOfPath, type LocalApis } from './local-apis.ts';
import type { Transport } from './transport.ts';

/** Whose fields these are, in managedFields. */
const fieldManager = 'liftlock';

const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const satisfies Readonly<Record<PatchType, string>>;

/** Server-side apply; JSON is YAML. */
const applyType = 'application/apply-patch+yaml';

export interface WriterParts {
  readonly transport: Transport;
  readonly server: string;
  /** Asked before each dry run: one that is not honoured would be stored. */
  readonly localApis: LocalApis;
  /** Asked before each write: false when another process has taken the site over. Absent: nobody fences. */
  readonly mayWrite?: (() => Promise<boolean>) | undefined;
}

/** Problems besides those of callApi: LEASE_LOST, exit 5; DRY_RUN_UNSAFE for a dry run that was not sent (O7). */
export function makeWriter(parts: WriterParts): ClusterWriter {
  let accepted = 0;

  async function write(method: string, path: string, body?: object, type = 'application/json') {
    if (isDryRun(path)) await refuseUnsafe(path, parts.localApis);
    const answer = await sendWrite(parts, {
      method,
      path,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      isRepeatable: isDryRun(path),
      maySend: parts.mayWrite,
    });
    if (!isDryRun(path)) accepted += 1;
    return answer;
  }

  const object = async (answer: ReturnType<typeof write>) => JSON.parse((await answer).text) as KubeObject;
  return {
    create: async (path, created) => object(write('POST', managed(path), created)),
    replace: async (path, replaced) => object(write('PUT', managed(path), replaced)),
    patch: async (path, patch) => object(write('PATCH', managed(path), patch, patchTypes.merge)),
    strategicPatch: async (path, patch) => object(write('PATCH', managed(path), patch, patchTypes.strategic)),
    apply: async (path, applied, { dryRun = false, force = false } = {}) => {
      const wanted = force ? `${managed(path)}&force=true` : managed(path);
      return object(write('PATCH', dryRun ? asDryRun(wanted) : wanted, applied, applyType));
    },
    dryRunPatch: async (path, patch, type) => object(write('PATCH', asDryRun(managed(path)), patch, patchTypes[type])),
    dryRunCreate: async (path, created) => {
      // As the shadow asks where helm asks nothing (O17): unknown fields are warned about, not refused.
      const query = '&fieldValidation=Warn';
      try {
        const answer = await write('POST', `${asDryRun(managed(path))}${query}`, created);
        const made = JSON.parse(answer.text) as KubeObject;
        return { status: answer.status, object: made, warnings: warningsOf(answer.headers) };
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === undefined) throw error;
        return { ...refusal, warnings: [] };
      }
    },
    delete: async (path, { uid, propagation } = {}) => {
      const options = {
        ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      };
      // The API server reads a body's options and then not the query's: there are none in the query.
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...options };
      await write('DELETE', path, Object.keys(options).length === 0 ? undefined : body);
    },
    writes: () => accepted,
  };
}

/** However a dry run is asked for, it is sent only to those who are sure to honour it. */
async function refuseUnsafe(path: string, localApis: LocalApis): Promise<void> {
  const target = resourceOfPath(path);
  const why = target === undefined ? `${path} names no resource` : await localApis.whyNot(target);
  if (why === undefined) return;
  throw new Problem('DRY_RUN_UNSAFE', `What would come of a change is not asked: ${why}.`, {
    advice: ['Look at the object, and change it with kubectl yourself.'],
  });
}

/** What the API server refused by its rules; a lost connection or a login that is not accepted is no judgement. */
function refusalOf(
  error: unknown,
): (Pick<DryRunAnswer, 'message' | 'reason'> & { readonly status: number }) | undefined {
  if (!isProblem(error)) return undefined;
  const { status, reason } = error.details;
  if (typeof status !== 'number' || status < 400 || status >= 500 || status === 401 || status === 429) return undefined;
  return { status, message: error.message, reason: typeof reason === 'string' ? reason : '' };
}

function managed(path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}fieldManager=${fieldManager}`;
}

function asDryRun(path: string): string {
  return `${path}&dryRun=All`;
}

function isDryRun(path: string): boolean {
  return new URLSearchParams(path.split('?')[1] ?? '').getAll('dryRun').includes('All');
}
