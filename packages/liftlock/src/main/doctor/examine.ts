import { hostname, userInfo } from 'node:os';
import { connectCluster, type ClusterConnection } from '../../adapters/cluster/connect.ts';
import type { Examination, Look, RetainedVolume } from '../../model/doctor.ts';
import type { Redactor } from '../../model/redaction.ts';
import { systemClock } from '../clock.ts';
import { describeSite, type Described, type SiteFlags } from '../open-site.ts';
import { lookAtApiServer, lookAtSiteInCluster, lookAtWho } from './cluster.ts';
import { readSites, type SiteOfMachine } from './journals.ts';
import { lookAtLeftovers } from './leftovers.ts';
import { bounded, fine } from './look.ts';
import { lookAtFolders, lookAtHelm, lookAtNode, lookAtProxies } from './machine.ts';
import { lookAtRuns } from './open-runs.ts';
import { putBackPolicy } from './put-back.ts';
import { lookAtRegistries } from './registries.ts';
import { lookAtVolumes } from './volumes.ts';

/** What was seen, and what may be put back by whoever asked. */
export interface OpenExamination extends Examination {
  /**
   * Puts one of the retained volumes back.
   * @param say told that another's lease is waited for
   * @throws Problem VOLUME_NOT_PUT_BACK, LEASE_HELD, REPLICA_DIFFERS
   */
  putBack(volume: RetainedVolume, say: (text: string) => void): Promise<void>;
  close(): void;
}

/**
 * Looks at this machine, its state, the site if one is named, and the cluster if there is one. Nothing is written; each look has
 * its own time, and none keeps another from being taken.
 */
export async function examine(
  flags: SiteFlags,
  environment: NodeJS.ProcessEnv,
  redactor: Redactor,
): Promise<OpenExamination> {
  const sites = await readSites(environment);
  // Whoever runs helm sweeps what dead ones have left: these are looked at before.
  const leftovers = await bounded({ theme: 'state', what: 'leftover' }, async () =>
    lookAtLeftovers(sites, environment),
  );
  const machine = [
    ...(await bounded({ theme: 'machine', what: 'node' }, async () => lookAtNode())),
    ...(await bounded({ theme: 'machine', what: 'state-folder' }, async () => lookAtFolders(environment))),
    ...(await bounded({ theme: 'machine', what: 'helm' }, async () => lookAtHelm(flags.helm, environment))),
    ...(await bounded({ theme: 'machine', what: 'network' }, async () => lookAtProxies(environment))),
  ];
  const { described, looks: ofSite } = await lookAtSite(flags, environment);
  const { connection, looks: ofKubeconfig } = await connect(flags, described, environment);
  const cluster = connection === undefined ? none : await inCluster(connection, described, sites);
  const registries =
    described === undefined
      ? []
      : await bounded({ theme: 'registries', what: 'registry' }, async () => lookAtRegistries(described, environment));
  return {
    looks: [
      ...machine,
      ...sites.flatMap(({ looks }) => looks),
      ...lookAtRuns(sites),
      ...leftovers,
      ...ofSite,
      ...ofKubeconfig,
      ...cluster.looks,
      ...registries,
    ],
    retained: cluster.retained,
    putBack: async (volume, say) => {
      if (connection === undefined) return;
      const who = `${userInfo().username}@${hostname()} pid ${process.pid}`;
      await putBackPolicy(volume, sites, { connection, who, redactor, say });
    },
    close: () => connection?.close(),
  };
}

const none: Examination = { looks: [], retained: [] };

/** The site that is named; none where nobody names one. */
async function lookAtSite(
  flags: SiteFlags,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly described?: Described | undefined; readonly looks: readonly Look[] }> {
  if (flags.platform === undefined && flags.file === undefined) return { looks: [] };
  let described: Described | undefined;
  const looks = await bounded({ theme: 'site', what: 'site' }, async () => {
    described = await describeSite(flags, environment);
    const { site, platform, namespace } = described;
    return [fine('site', 'site', `site ${site.metadata.name}: ${platform.metadata.title} in namespace ${namespace}`)];
  });
  return { described, looks };
}

/** Without a kubeconfig there is nothing to look at: that is a problem only for a site. */
async function connect(
  flags: SiteFlags,
  described: Described | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly connection?: ClusterConnection | undefined; readonly looks: readonly Look[] }> {
  let connection: ClusterConnection | undefined;
  const looks = await bounded({ theme: 'cluster', what: 'kubeconfig' }, async () => {
    const cluster = described?.site.cluster ?? flags;
    connection = await connectCluster({ kubeconfig: cluster.kubeconfig, context: cluster.context, env: environment });
    return [];
  });
  const isNeeded = described !== undefined;
  return { connection, looks: looks.map((look) => (isNeeded ? look : { ...look, state: 'unknown' as const })) };
}

async function inCluster(
  connection: ClusterConnection,
  described: Described | undefined,
  sites: readonly SiteOfMachine[],
): Promise<Examination> {
  const reached = await bounded({ theme: 'cluster', what: 'api-server' }, async () =>
    lookAtApiServer(connection, () => systemClock.now()),
  );
  // One that does not answer is told once.
  if (!reached.some(({ state }) => state === 'ok')) return { looks: reached, retained: [] };
  let retained: readonly RetainedVolume[] = [];
  const [who, ofSite, volumes] = await Promise.all([
    bounded({ theme: 'cluster', what: 'who' }, async () => lookAtWho(connection)),
    described === undefined ? [] : lookAtSiteInCluster(connection, described),
    bounded({ theme: 'cluster', what: 'volume-retained' }, async () => {
      const seen = await lookAtVolumes(sites, connection.reader);
      ({ retained } = seen);
      return seen.looks;
    }),
  ]);
  return { looks: [...reached, ...who, ...ofSite, ...volumes], retained };
}
