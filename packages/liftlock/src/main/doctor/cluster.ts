import type { ClusterConnection } from '../../adapters/cluster/connect.ts';
import { parseLease } from '../../adapters/cluster/lease-record.ts';
import { readSiteMemory } from '../../adapters/files/site-memory.ts';
import type { Look } from '../../model/doctor.ts';
import { missingPermissions } from '../../snapshot/permissions.ts';
import { permissionsIn } from '../../plan/permissions.ts';
import { partlyAt } from '../../release/history.ts';
import { refuseOtherCluster } from '../cluster-uid.ts';
import { placedComponents } from '../component-status.ts';
import type { Described } from '../open-site.ts';
import { bounded, fine } from './look.ts';

/** Seconds by which this machine's clock may differ from the API server's: tokens and certificates are judged by it. */
const clockSlack = 30;

/** Whether the API server answers, and whether both clocks say the same. */
export async function lookAtApiServer(connection: ClusterConnection, now: () => Date): Promise<readonly Look[]> {
  const { reader, server, context } = connection;
  const asked = now();
  const answer = await connection.request({ method: 'GET', path: '/version', headers: {}, timeoutMs: 10_000 });
  answer.body.destroy();
  const answered = now();
  const reached = `${server} (context ${context}) answers: Kubernetes ${await reader.version()}`;
  const warnings = connection.warnings.map((message): Look => ({
    theme: 'cluster',
    what: 'kubeconfig',
    state: 'warning',
    message,
    advice: [],
  }));
  const clock = clockLook(answer.headers.date ?? '', asked, answered);
  return [fine('cluster', 'api-server', reached), ...warnings, clock];
}

/** Who the API server takes us for. */
export async function lookAtWho({ reader }: ClusterConnection): Promise<readonly Look[]> {
  const who = await reader.whoAmI();
  const groups = who.groups.length === 0 ? '' : `, in ${who.groups.join(', ')}`;
  return [fine('cluster', 'who', `the API server takes you for ${who.user}${groups}`)];
}

/** The header says whole seconds, and was written between question and answer. */
function clockLook(date: string, asked: Date, answered: Date): Look {
  const theirs = Date.parse(date);
  if (Number.isNaN(theirs))
    return {
      theme: 'cluster',
      what: 'clock',
      state: 'unknown',
      message: 'the API server does not say what time it is',
      advice: [],
    };
  const ahead = (asked.getTime() - (theirs + 1000)) / 1000;
  const behind = (theirs - answered.getTime()) / 1000;
  const off = Math.round(Math.max(ahead, behind, 0));
  if (off <= clockSlack) return fine('cluster', 'clock', "this machine's clock and the API server's say the same");
  return {
    theme: 'cluster',
    what: 'clock',
    state: 'warning',
    message: `this machine's clock is ${off} s ${ahead > behind ? 'ahead of' : 'behind'} the API server's`,
    advice: ['Let the machine set its clock by a time server: tokens, certificates and windows are judged by it.'],
  };
}

/** What only the site's own cluster can tell: is it the one, who holds its lease, which releases hang, what may be done. */
export async function lookAtSiteInCluster(
  { reader }: ClusterConnection,
  described: Described,
): Promise<readonly Look[]> {
  const { platform, namespace, folder } = described;
  const elsewhere = await bounded({ theme: 'cluster', what: 'site' }, async () => {
    const memory = await readSiteMemory(folder);
    await refuseOtherCluster(reader, { uid: memory.clusterUid, server: memory.clusterServer });
    return [];
  });
  if (elsewhere.length > 0) return elsewhere;
  const looks = await Promise.all([
    bounded({ theme: 'cluster', what: 'lease' }, async () => leaseLook(reader, platform.metadata.name, namespace)),
    bounded({ theme: 'cluster', what: 'releases' }, async () => releaseLooks(reader, described)),
    bounded({ theme: 'cluster', what: 'permissions' }, async () => permissionLook(reader, namespace)),
  ]);
  return looks.flat();
}

type Reader = ClusterConnection['reader'];

/** An age cannot be read off a lease, since clocks differ: who holds it is told, and who wants to know watches. */
async function leaseLook(reader: Reader, platform: string, namespace: string): Promise<readonly Look[]> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/liftlock-${platform}`;
  const found = await reader.find(path);
  const lease = found === undefined ? undefined : parseLease(found);
  if (lease === undefined || lease.holder === '')
    return [fine('cluster', 'lease', 'nobody holds the lease of the site')];
  return [
    {
      theme: 'cluster',
      what: 'lease',
      state: 'warning',
      message: `${lease.holder} holds the lease of the site since ${lease.acquireTime}, renewed ${lease.renewTime} by its own clock`,
      advice: [
        'Does it work still? liftlock status --watch',
        `If it is dead, its lease is taken over ${lease.durationSeconds} s after somebody begins to watch it: liftlock resume`,
      ],
    },
  ];
}

async function releaseLooks(reader: Reader, { platform, namespace }: Described): Promise<readonly Look[]> {
  const placed = await placedComponents(reader, platform, namespace);
  const looks = placed.flatMap(({ component, release }): readonly Look[] => {
    const partly = release === undefined ? undefined : partlyAt(release);
    if (partly === undefined) return [];
    const isPending = partly.status.startsWith('pending');
    return [
      {
        theme: 'cluster',
        what: isPending ? 'release-pending' : 'release-failed',
        state: isPending ? 'blocker' : 'warning',
        message: `release ${component.release} is ${partly.status} at revision ${partly.revision} (${partly.version})`,
        advice: isPending
          ? [
              'Another helm works on it, or died at it. Where it was a run of liftlock: liftlock resume',
              'Never roll it back to unlock it: the former manifest may not fit the data any more.',
            ]
          : ['What the failed revision has left is looked for by the next plan: liftlock plan'],
      },
    ];
  });
  const there = placed.filter(({ release }) => release !== undefined).length;
  if (looks.length > 0) return looks;
  return [
    fine(
      'cluster',
      'releases',
      `${there} of ${placed.length} releases of the platform are there, none hangs or failed`,
    ),
  ];
}

async function permissionLook(reader: Reader, namespace: string): Promise<readonly Look[]> {
  const missing = await missingPermissions(reader, permissionsIn(namespace));
  if (missing.length === 0)
    return [fine('cluster', 'permissions', `all that every upgrade needs in ${namespace} is granted`)];
  const isBlocked = missing.some(({ lack }) => lack === 'blocker');
  const named = missing.map(({ verb, resource }) => `${verb} ${resource}`);
  return [
    {
      theme: 'cluster',
      what: 'permissions',
      state: isBlocked ? 'blocker' : 'warning',
      message: `not granted in ${namespace}: ${named.slice(0, 12).join(', ')}${named.length > 12 ? `, and ${named.length - 12} more` : ''}`,
      advice: ['Have it granted: liftlock platform rbac --for apply prints what a site needs.'],
    },
  ];
}
