import { makeLease } from '../../adapters/cluster/lease.ts';
import type { ClusterConnection } from '../../adapters/cluster/connect.ts';
import { makeReplicaReader } from '../../adapters/cluster/replica-reader.ts';
import { openReplicaWriter } from '../../adapters/cluster/replica-writer.ts';
import { openJournal } from '../../adapters/journal/sqlite-journal.ts';
import type { RunState } from '../../journal/fold.ts';
import type { RetainedVolume } from '../../model/doctor.ts';
import type { ClusterWriter, JournalStore } from '../../model/ports.ts';
import { Problem } from '../../model/problem.ts';
import type { Redactor } from '../../model/redaction.ts';
import type { KeptClaim } from '../../model/step.ts';
import { volumePath } from '../../run/steps/retain-volumes.ts';
import { systemClock } from '../clock.ts';
import { journalFile } from '../past-runs.ts';
import { agreement, replicaDiffers } from '../prefix.ts';
import type { SiteOfMachine } from './journals.ts';
import { policyState, recordedClaim } from './volumes.ts';

/** Who puts back, through what, and who is told that the lease is waited for. */
export interface PuttingBack {
  readonly connection: ClusterConnection;
  readonly who: string;
  readonly redactor: Redactor;
  readonly say: (text: string) => void;
}

/**
 * Puts the former reclaim policy of a volume back, under the site's lease, and says so in the journal of the run that changed it.
 * It is looked at once more right before: what is not bound to the recorded claim by now stays on Retain (O5).
 * @throws Problem VOLUME_NOT_PUT_BACK, LEASE_HELD, REPLICA_DIFFERS
 */
export async function putBackPolicy(
  retained: RetainedVolume,
  sites: readonly SiteOfMachine[],
  by: PuttingBack,
): Promise<void> {
  const site = sites.find(({ name }) => name === retained.site);
  const plan = site?.runs.find(({ run }) => run === retained.run)?.plan;
  const claim = await recordedClaim(retained, sites);
  if (site === undefined || plan === undefined || claim === undefined) throw notPutBack(retained, 'no run tells of it');
  const lease = makeLease({
    connection: by.connection,
    namespace: plan.site.namespace,
    name: `liftlock-${plan.platform.name}`,
    holder: { identity: `${by.who} doctor` },
    clock: systemClock,
    onWait: (held) =>
      by.say(`${held.by} holds the site's lease. Watching for ${held.seconds} s whether it is still alive.`),
  });
  await lease.acquire();
  try {
    const store = openJournal(journalFile(site.folder), by.redactor);
    try {
      const writer = by.connection.fencedWriter(() => lease.mayWrite());
      await putBackFenced(retained, claim, { by, plan, store, writer });
    } finally {
      store.close();
    }
  } finally {
    await lease.release();
  }
}

interface Fenced {
  readonly by: PuttingBack;
  readonly plan: NonNullable<RunState['plan']>;
  readonly store: JournalStore;
  readonly writer: ClusterWriter;
}

async function putBackFenced(retained: RetainedVolume, claim: KeptClaim, fenced: Fenced): Promise<void> {
  const { by, store, writer } = fenced;
  const state = await policyState(claim, by.connection.reader);
  if (state !== 'safe') throw notPutBack(retained, state);
  const keep = await keeper(retained.run, fenced);
  const say = async (text: string) => {
    store.append(retained.run, { type: 'note', text }, systemClock.now());
    await keep();
  };
  await say(`doctor (${by.who}) puts the reclaim policy of ${retained.volume} back to ${retained.policy}`);
  await writer.patch(volumePath(retained.volume), { spec: { persistentVolumeReclaimPolicy: retained.policy } });
  await say(`the reclaim policy of ${retained.volume} is ${retained.policy} again`);
}

/** Keeps the cluster's record of the run in step, where there is one: who goes on elsewhere finds one telling, not two. */
async function keeper(run: string, { by, plan, store, writer }: Fenced): Promise<() => Promise<void>> {
  const { reader } = by.connection;
  const { namespace, name: site } = plan.site;
  const [found] = await makeReplicaReader(reader).runs({ namespace, run });
  if (found === undefined) return async () => undefined;
  if (found.unreadable !== undefined) throw found.unreadable;
  const said = agreement(store.entries(run), found.entries);
  if (said === 'behind' || said === 'different') throw replicaDiffers(found);
  const replica = await openReplicaWriter({
    reader,
    writer,
    key: { namespace, platform: plan.platform.name, site, run },
  });
  return async () => replica.writeEntries(store.entries(run));
}

function notPutBack({ volume }: RetainedVolume, why: string): Problem {
  return new Problem('VOLUME_NOT_PUT_BACK', `The reclaim policy of ${volume} stays Retain: ${why}.`, {
    advice: ['liftlock doctor looks at it again.'],
  });
}
