import type { ClusterReader } from '../../model/ports.ts';
import { allSteps } from '../../journal/fold.ts';
import { textAt } from '../../findings/faults/read.ts';
import type { Look, RetainedVolume } from '../../model/doctor.ts';
import type { KeptClaim } from '../../model/step.ts';
import { claimPath } from '../../run/rebind.ts';
import { volumePath } from '../../run/steps/retain-volumes.ts';
import { clusterUid } from '../cluster-uid.ts';
import type { SiteOfMachine } from './journals.ts';

/** Runs of a site whose volumes are looked at, the newest first. */
const mostRuns = 10;

interface Changed {
  readonly site: string;
  readonly run: string;
  readonly isOpen: boolean;
  readonly claim: KeptClaim & { readonly policy: string };
}

/** What the newest runs of the sites in this cluster have set to Retain: each volume once, by the newest run. */
async function changedPolicies(sites: readonly SiteOfMachine[], reader: ClusterReader): Promise<readonly Changed[]> {
  const uid = await clusterUid(reader);
  const byVolume = new Map<string, Changed>();
  for (const { name, runs } of sites) {
    for (const state of runs.slice(0, mostRuns)) {
      const { cluster } = state.plan ?? {};
      const isHere = cluster !== undefined && (uid === '' ? cluster.server === reader.server : cluster.uid === uid);
      if (!isHere) continue;
      for (const { step, wasTried } of allSteps(state)) {
        if (step.kind !== 'retain-volumes' || !wasTried) continue;
        for (const claim of step.claims) {
          const { policy, volume } = claim;
          if (volume === '' || policy === undefined || policy === 'Retain' || byVolume.has(volume)) continue;
          byVolume.set(volume, {
            site: name,
            run: state.run,
            isOpen: state.status !== 'finished',
            claim: { ...claim, policy },
          });
        }
      }
    }
  }
  return [...byVolume.values()];
}

/** Volumes that a run has left on Retain: those that may go back, and those that stay, with the command (O5). */
export async function lookAtVolumes(
  sites: readonly SiteOfMachine[],
  reader: ClusterReader,
): Promise<{ readonly looks: readonly Look[]; readonly retained: readonly RetainedVolume[] }> {
  const looks: Look[] = [];
  const retained: RetainedVolume[] = [];
  for (const { site, run, isOpen, claim } of await changedPolicies(sites, reader)) {
    const state = await policyState(claim, reader);
    if (state === 'put back') continue;
    const { volume, policy, name } = claim;
    const base = { theme: 'cluster', what: 'volume-retained', state: 'warning' } as const;
    const said = `volume ${volume} of claim ${name} is on Retain since run ${run} of site ${site}; it was on ${policy}`;
    if (state === 'safe') {
      retained.push({ volume, policy, claim: name, site, run });
      looks.push({
        ...base,
        message: `${said}. It is bound to the claim that it had`,
        advice: isOpen
          ? [
              `Go on with that run, which puts it back: liftlock resume ${run}`,
              'Or, if nobody will: liftlock doctor --put-back',
            ]
          : ['Put it back: liftlock doctor --put-back'],
      });
      continue;
    }
    looks.push({
      ...base,
      message: `${said}. ${state}: on ${policy} its data might be deleted, so it stays as it is`,
      advice: ['Find out what it holds before anybody sets it back.'],
    });
  }
  return { looks, retained };
}

/**
 * Whether the policy may go back: only on a volume that is bound to the claim with the UID that was recorded.
 * @returns `safe`, `put back`, or why it stays as it is
 */
export async function policyState(claim: KeptClaim, reader: Pick<ClusterReader, 'find'>): Promise<string> {
  const volume = await reader.find(volumePath(claim.volume));
  if (volume === undefined || textAt(volume.spec, 'persistentVolumeReclaimPolicy') !== 'Retain') return 'put back';
  const phase = textAt(volume.status, 'phase');
  if (phase !== 'Bound') return `It is ${phase === '' ? 'in no known phase' : phase}`;
  const live = await reader.find(claimPath(claim.namespace, claim.name));
  const holder = textAt(volume.spec, 'claimRef', 'uid');
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return 'Its claim is gone';
  if (holder !== live.metadata.uid) return 'It is bound to another claim';
  return claim.isRebound || live.metadata.uid === claim.uid ? 'safe' : 'Its claim was made anew since';
}

/** The recorded claim of a volume that may go back, found again in the journals. */
export async function recordedClaim(
  { volume, run }: RetainedVolume,
  sites: readonly SiteOfMachine[],
): Promise<KeptClaim | undefined> {
  const state = sites.flatMap(({ runs }) => runs).find((item) => item.run === run);
  const claims = (state === undefined ? [] : allSteps(state)).flatMap(({ step }) =>
    step.kind === 'retain-volumes' ? step.claims : [],
  );
  return claims.find((claim) => claim.volume === volume);
}
