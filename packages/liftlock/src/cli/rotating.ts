import { clusterUid, refuseOtherCluster } from '../main/cluster-uid.ts';
import { describeSite, inputsOf, openSite, type SiteFlags } from '../main/open-site.ts';
import { makeRotation } from '../plan/make-rotation.ts';
import { startRun } from '../main/run-plan.ts';
import { exitCodes, Problem, type ExitCode } from '../model/problem.ts';
import { askYes } from './ask.ts';
import { knownRuns } from './known-runs.ts';
import { note } from './output.ts';
import { finishRun, reporterFor, watchSignals } from './running.ts';
import { openParts } from './open-parts.ts';

/** The guide's four steps: a new key, checked; a login with it; the pull secret renewed; then resume. */
export async function rotate(
  flags: SiteFlags,
  request: { readonly yes: boolean; readonly output: 'text' | 'jsonl' },
): Promise<ExitCode> {
  const described = await describeSite(flags, process.env);
  const site = await openSite(described, flags, openParts());
  const key = await site.key();
  if (key === undefined) {
    throw new Problem('KEY_FILE_MISSING', 'Rotation needs the new key.', {
      exitCode: exitCodes.usage,
      advice: [
        `Ask for one: ${site.platform.support?.contact ?? 'the vendor'}`,
        'liftlock credentials rotate … --key-file new-key.json',
      ],
    });
  }
  // The key is a secret: it goes into no cluster but the site's.
  await refuseOtherCluster(site.reader, {
    uid: described.site.cluster.uid ?? site.memory.clusterUid,
    server: site.memory.clusterServer,
  });
  const [uid, who] = await Promise.all([clusterUid(site.reader), site.reader.whoAmI()]);
  const plan = {
    ...makeRotation({
      ...described,
      keyId: key.id,
      cluster: { server: site.reader.server, context: site.reader.context, uid },
      helmVersion: site.helm.version,
    }),
    inputs: inputsOf(flags, described.site),
  };
  for (const [index, step] of plan.steps.entries()) note(`${index + 1}. ${step.title}`, site.redactor);
  if (!request.yes && !(await askYes(`Put key ${key.id} into the cluster now?`, ['--yes']))) return exitCodes.waiting;
  const ended = await startRun(site, {
    plan,
    decisions: [],
    who: `${who.user} (${site.osUser})`,
    baseline: [],
    stop: watchSignals((text) => note(text, site.redactor)),
    reporter: () => reporterFor(request.output, site, plan),
  });
  const code = finishRun(ended, site, request.output);
  const open = (await knownRuns(described.site.metadata.name)).find(
    ({ state }) => state.purpose === 'upgrade' && state.status !== 'finished',
  );
  if (code === exitCodes.done && open !== undefined)
    note(`Run ${open.state.run} is not finished. Go on with it: liftlock resume`, site.redactor);
  return code;
}
