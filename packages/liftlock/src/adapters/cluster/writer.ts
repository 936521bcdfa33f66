import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ClusterWriter, PatchType } from '../../model/ports.ts';
import { readJson, readText } from '../http/http-client.ts';
import { callApi } from './api-client.ts';
import type { Transport } from './transport.ts';

/** Whose fields these are, in managedFields. */
const fieldManager = 'liftlock';

const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const satisfies Readonly<Record<PatchType, string>>;

export interface WriterParts {
  readonly transport: Transport;
  readonly server: string;
  /** Asked before each write: false when another process has taken the site over. Absent: nobody fences. */
  readonly mayWrite?: (() => Promise<boolean>) | undefined;
}

/** Problems besides those of callApi: LEASE_LOST, exit 5. */
export function makeWriter(parts: WriterParts): ClusterWriter {
  let accepted = 0;

  async function write(method: string, path: string, body?: JsonObject | KubeObject, type = 'application/json') {
    const answer = await callApi(parts.transport, parts.server, {
      method,
      path,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      isRepeatable: false,
      maySend: parts.mayWrite,
    });
    if (!isDryRun(path)) accepted += 1;
    return answer;
  }

  const object = async (answer: ReturnType<typeof write>) => (await readJson(await answer)) as KubeObject;
  return {
    create: async (path, created) => object(write('POST', managed(path), created)),
    replace: async (path, replaced) => object(write('PUT', managed(path), replaced)),
    patch: async (path, patch) => object(write('PATCH', managed(path), patch, patchTypes.merge)),
    strategicPatch: async (path, patch) => object(write('PATCH', managed(path), patch, patchTypes.strategic)),
    dryRunPatch: async (path, patch, type) => object(write('PATCH', asDryRun(managed(path)), patch, patchTypes[type])),
    delete: async (path) => {
      await readText(await write('DELETE', path));
    },
    writes: () => accepted,
  };
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
