import { makeLease } from '../../adapters/cluster/lease.ts';
import type { ClusterConnection } from '../../adapters/cluster/connect.ts';
import { openJournal } from '../../adapters/journal/sqlite-journal.ts';
import type { RetainedVolume } from '../../model/doctor.ts';
import { Problem } from '../../model/problem.ts';
import type { Redactor } from '../../model/redaction.ts';
import { volumePath } from '../../run/steps/retain-volumes.ts';
import { systemClock } from '../clock.ts';
import { journalFile } from '../past-runs.ts';
import type { SiteOfMachine } from './journals.ts';
import { policyState, recordedClaim } from './volumes.ts';

/**
 * Puts the former reclaim policy of a volume back, under the site's lease, and says so in the journal of the run that changed it.
 * It is looked at once more right before: what is not bound to the recorded claim by now stays on Retain (O5).
 * @throws Problem VOLUME_NOT_PUT_BACK, LEASE_HELD
 */
export async function putBackPolicy(
  retained: RetainedVolume,
  sites: readonly SiteOfMachine[],
  connection: ClusterConnection,
  who: string,
  redactor: Redactor,
): Promise<void> {
  const site = sites.find(({ name }) => name === retained.site);
  const plan = site?.runs.find(({ run }) => run === retained.run)?.plan;
  const claim = await recordedClaim(retained, sites);
  if (site === undefined || plan === undefined || claim === undefined) throw notPutBack(retained, 'no run tells of it');
  const lease = makeLease({
    connection,
    namespace: plan.site.namespace,
    name: `liftlock-${plan.platform.name}`,
    holder: { identity: `${who} doctor` },
    clock: systemClock,
  });
  await lease.acquire();
  const store = openJournal(journalFile(site.folder), redactor);
  const say = (text: string) => store.append(retained.run, { type: 'note', text }, systemClock.now());
  try {
    const state = await policyState(claim, connection.reader);
    if (state !== 'safe') throw notPutBack(retained, state);
    say(`doctor (${who}) puts the reclaim policy of ${retained.volume} back to ${retained.policy}`);
    const writer = connection.fencedWriter(() => lease.mayWrite());
    await writer.patch(volumePath(retained.volume), { spec: { persistentVolumeReclaimPolicy: retained.policy } });
    say(`the reclaim policy of ${retained.volume} is ${retained.policy} again`);
  } finally {
    store.close();
    await lease.release();
  }
}

function notPutBack({ volume }: RetainedVolume, why: string): Problem {
  return new Problem('VOLUME_NOT_PUT_BACK', `The reclaim policy of ${volume} stays Retain: ${why}.`, {
    advice: ['liftlock doctor looks at it again.'],
  });
}
