import { textAt } from '../findings/faults/read.ts';
import { isJsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { podSpecOf } from '../release/manifest.ts';
import { learnPodSecrets } from './pod-secrets.ts';
import type { World } from './world.ts';

/** They stand in one sentence. */
const mostLines = 5;

/** The last lines of a Job's newest pod, masked; none where they cannot be read, or may hold what cannot be masked. */
export async function jobLines(job: KubeObject, world: World): Promise<readonly string[]> {
  if (world.unlearned !== undefined) return [];
  const pods = `/api/v1/namespaces/${job.metadata.namespace ?? ''}/pods`;
  try {
    // Where a Secret that its pods read may not be read, no line is shown.
    if ((await learnPodSecrets(podSpecOf(job), job.metadata.namespace ?? '', world)) !== undefined) return [];
    const own = await world.reader.list(pods, { labelSelector: `batch.kubernetes.io/job-name=${job.metadata.name}` });
    const newest = own.toSorted((a, b) => createdAt(b).localeCompare(createdAt(a)))[0];
    const container = failedContainer(newest);
    if (newest === undefined || container === undefined) return [];
    const text = await world.reader.text(
      `${pods}/${newest.metadata.name}/log?container=${container}&tailLines=${mostLines}`,
    );
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => world.redactor.log(line));
  } catch {
    // The log is a help, not the cause.
    return [];
  }
}

/** The container that ended badly, else the first. */
function failedContainer(pod: KubeObject | undefined): string | undefined {
  const statuses = ['initContainerStatuses', 'containerStatuses'].flatMap((key) => {
    const list = pod?.status?.[key];
    return Array.isArray(list) ? list.filter(isJsonObject) : [];
  });
  const ended = statuses.find((status) => {
    const terminated = isJsonObject(status['state']) ? status['state']['terminated'] : undefined;
    return isJsonObject(terminated) && terminated['exitCode'] !== 0;
  });
  const containers = pod?.spec?.['containers'];
  const first = Array.isArray(containers) ? containers.find(isJsonObject) : undefined;
  return textAt(ended, 'name') || textAt(first, 'name') || undefined;
}

function createdAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? '';
}
