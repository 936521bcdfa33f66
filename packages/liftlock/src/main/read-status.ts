import { connectCluster } from '../adapters/cluster/connect.ts';
import { isProblem } from '../model/problem.ts';
import type { SiteStatus } from '../model/status.ts';
import { newestIn } from '../model/version.ts';
import { hopTitle } from '../render/route-words.ts';
import { availableVersions } from './available-versions.ts';
import { componentStatus, placedComponents } from './component-status.ts';
import { runsOfSite } from './cluster-runs.ts';
import { openRegistry, type Described, type OpenParts } from './open-site.ts';

/** Milliseconds: `status` is about the cluster, and does not wait for an index that does not answer. */
const indexPatience = 3000;

/**
 * Reads what is installed, one LIST of release records a namespace. Without a target, what is installed is held against the newest
 * version of the index, where there is one: `status` fails with the cluster, never with the index.
 */
export async function readStatus(
  described: Described,
  target: string | undefined,
  parts: OpenParts,
): Promise<SiteStatus> {
  const { site, platform, namespace } = described;
  const { reader } = await connectCluster({
    kubeconfig: site.cluster.kubeconfig,
    context: site.cluster.context,
    env: parts.environment,
    redactor: parts.redactor,
  });
  const [placed, known, [lastRun]] = await Promise.all([
    placedComponents(reader, platform, namespace),
    target === undefined ? newestVersion(described, parts) : noNewest,
    runsOfSite({ ...described, reader, redactor: parts.redactor }),
  ]);
  return {
    platform: platform.metadata.title,
    site: site.metadata.name,
    server: reader.server,
    namespace,
    ...(target === undefined ? known : { target }),
    components: placed.map((item) => componentStatus(item, target ?? known.newest)),
    ...(lastRun === undefined
      ? {}
      : {
          lastRun: {
            run: lastRun.run,
            status: lastRun.status,
            startedAt: lastRun.startedAt,
            reason: lastRun.stopReason,
            ...(lastRun.plan !== undefined && lastRun.plan.route.length > 1 ? { hop: hopTitle(lastRun.plan) } : {}),
          },
        }),
  };
}

type NewestVersion = Pick<SiteStatus, 'newest' | 'newestUnknown'>;
const noNewest: NewestVersion = {};

async function newestVersion(described: Described, parts: OpenParts): Promise<NewestVersion> {
  const lookingUp = AbortSignal.timeout(indexPatience);
  try {
    const { listing } = openRegistry(described, { ...parts, lookingUp }).registry;
    const available = await availableVersions(described, { listing });
    const newest = newestIn('*', available?.versions ?? []);
    return newest === undefined ? {} : { newest };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { newestUnknown: error.message };
  }
}
