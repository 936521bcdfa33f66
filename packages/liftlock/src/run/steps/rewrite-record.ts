import type { KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { RewriteRecordStep } from '../../model/step.ts';
import { readReleaseRecord, rewriteManifest } from '../../release/release-record.ts';
import { rewriteApis } from '../../release/rewrite-apis.ts';
import { listRecords } from '../../snapshot/read-release.ts';
import type { Handler, World } from '../world.ts';

/** Rewrites removed API versions in one record of helm's, as its plug-in mapkubeapis does; the former record is kept. */
export const rewriteRecord: Handler<'rewrite-record'> = {
  async observe(step, world) {
    const { manifest } = await recordOf(step, world);
    return isRewritten(manifest, step)
      ? { observation: 'done', note: 'the record names no removed version' }
      : { observation: 'todo', note: `revision ${step.revision} names removed versions` };
  },

  async act(step, world) {
    const { secret, manifest } = await recordOf(step, world);
    if (isRewritten(manifest, step)) return { touched: 'no', writes: 0 };
    const { name, namespace = step.namespace } = secret.metadata;
    // Named by its version: what is kept is never written over.
    await world.folder.writeSecret(
      `backup/rewritten/${name}-${secret.metadata.resourceVersion ?? '0'}.json`,
      JSON.stringify({ ...secret, apiVersion: 'v1', kind: 'Secret' }, null, 2),
    );
    // Its resourceVersion guards the write: a helm that wrote it meanwhile is not written over.
    await world.writer.replace(
      `/api/v1/namespaces/${namespace}/secrets/${name}`,
      rewriteManifest(secret, (text) => rewriteApis(text, step.changes)),
    );
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const { manifest } = await recordOf(step, world);
    if (isRewritten(manifest, step)) return { note: `revision ${step.revision} names no removed version` };
    throw new Problem('REWRITE_UNDONE', `helm's record of ${step.release} names removed API versions again.`, {
      touched: 'yes',
      advice: ['Find out who writes it. Then: liftlock resume'],
    });
  },
};

function isRewritten(manifest: string, step: RewriteRecordStep): boolean {
  return rewriteApis(manifest, step.changes) === manifest;
}

async function recordOf(
  step: RewriteRecordStep,
  world: Pick<World, 'reader'>,
): Promise<{ readonly secret: KubeObject; readonly manifest: string }> {
  const records = await listRecords(world.reader, step.namespace, step.release);
  const secret = records.find(({ metadata }) => metadata.labels?.['version'] === String(step.revision));
  const record = secret === undefined ? undefined : readReleaseRecord(secret).record;
  if (secret !== undefined && record !== undefined) return { secret, manifest: record.manifest };
  throw new Problem('REVISION_GONE', `helm no longer keeps a readable revision ${step.revision} of ${step.release}.`, {
    advice: [`Look at it: helm history ${step.release} --namespace ${step.namespace}`, 'Then plan again.'],
  });
}
