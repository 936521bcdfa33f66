import { connectCluster } from '../adapters/cluster/connect.ts';
import type { ComponentStatus, SiteStatus } from '../model/status.ts';
import { compareVersions } from '../model/version.ts';
import { partlyAt } from '../release/history.ts';
import { readReleases } from '../release/record.ts';
import { openExistingJournal, readRuns } from './past-runs.ts';
import { describeSite, type OpenParts, type SiteFlags } from './open-site.ts';
import { listRecords } from '../snapshot/read-release.ts';

/** Reads what is installed: one LIST of release records, nothing else. */
export async function readStatus(flags: SiteFlags, target: string | undefined, parts: OpenParts): Promise<SiteStatus> {
  const described = await describeSite(flags, parts.environment);
  const { site, platform, namespace } = described;
  const { reader } = await connectCluster({
    kubeconfig: site.cluster.kubeconfig,
    context: site.cluster.context,
    env: parts.environment,
  });
  const records = await listRecords(reader, namespace);
  const releases = readReleases(records);
  const components = platform.components.map((component): ComponentStatus => {
    const release = releases.find((item) => item.name === component.release);
    const partly = release === undefined ? undefined : partlyAt(release);
    const installed = release?.installed;
    return {
      name: component.name,
      title: component.title,
      release: component.release,
      ...(installed === undefined ? {} : { installed: installed.version, updated: installed.updated }),
      ...(partly === undefined ? {} : { partlyAt: partly.version, partlyStatus: partly.status }),
      state: stateOf(installed?.version, partly !== undefined, target),
    };
  });
  const store = openExistingJournal(described.folder, parts.redactor);
  const [lastRun] = store === undefined ? [] : readRuns(store);
  store?.close();
  return {
    platform: platform.metadata.title,
    site: site.metadata.name,
    server: reader.server,
    namespace,
    ...(target === undefined ? {} : { target }),
    components,
    ...(lastRun === undefined
      ? {}
      : {
          lastRun: {
            run: lastRun.run,
            status: lastRun.status,
            startedAt: lastRun.startedAt,
            reason: lastRun.stopReason,
          },
        }),
  };
}

function stateOf(
  installed: string | undefined,
  isPartly: boolean,
  target: string | undefined,
): ComponentStatus['state'] {
  if (isPartly) return 'partly';
  if (installed === undefined) return 'absent';
  if (target === undefined) return 'installed';
  const order = compareVersions(installed, target);
  return order < 0 ? 'behind' : order === 0 ? 'current' : 'ahead';
}
