import { counted } from '../../model/counted.ts';
import type { KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { HelmUninstallStep } from '../../model/step.ts';
import type { StepState } from '../../journal/fold.ts';
import { readHoldings } from '../../snapshot/read-holdings.ts';
import { readRelease } from '../../snapshot/read-release.ts';
import { asideFile, asideFolder, proveAside } from '../aside.ts';
import { awaitGone, leftOf, type GoingObject } from '../await-gone.ts';
import { heldBackProblem, touchedOf, unsureWords, writesOf } from '../helm-writes.ts';
import { movedClaims } from '../moved-claims.ts';
import { runningMigration } from '../migration.ts';
import { podsOf } from '../pods-of.ts';
import type { Acted, Handler, World } from '../world.ts';
import { proveRetained } from './retain-volumes.ts';

/** One `helm uninstall`, and our own wait until everything of the release is gone (D14, D17). */
export const helmUninstall: Handler<'helm-uninstall'> = {
  async observe(step, world, state) {
    const release = await readRelease(world.reader, step.namespace, step.release);
    if (release === undefined) {
      await refuseStranger(step, state, world);
      const left = await leftOf(await goingObjects(step, world), world);
      const note = left.length === 0 ? 'uninstalled by this run' : 'uninstalled by this run, and not all of it is gone';
      return { observation: 'done', note };
    }
    if (!state.wasTried && release.newest.revision !== step.revision)
      throw moved(step, `is at revision ${release.newest.revision}`);
    const migration = await runningMigration(step, world, release);
    if (migration !== undefined) return { observation: 'busy', note: migration };
    return {
      observation: 'todo',
      note: `${release.newest.status} at revision ${release.newest.revision}`,
      revision: release.newest.revision,
    };
  },

  async act(step, world, state) {
    if (!state.wasTried || !(await isBegun(step, world))) await prepare(step, world);
    return uninstall(step, world);
  },

  async confirm(step, world) {
    await awaitGone(
      { step: step.id, objects: await goingObjects(step, world), timeoutSeconds: step.timeoutSeconds },
      world,
    );
    const release = await readRelease(world.reader, step.namespace, step.release);
    if (release === undefined)
      return { note: `${step.release} is gone, and ${counted(step.objects.length, 'object')} of it` };
    throw moved(step, `is there again, at revision ${release.newest.revision}`);
  },
};

/** Written just before helm is begun. */
const pods = (component: string) => `${asideFolder(component)}/pods.txt`;

/** A helm that was killed in the middle leaves `uninstalling`: what was proven before it began cannot be proven again. */
async function isBegun(step: HelmUninstallStep, world: World): Promise<boolean> {
  const release = await readRelease(world.reader, step.namespace, step.release);
  return release?.newest.status === 'uninstalling';
}

/** What must hold before anything is deleted. */
async function prepare(step: HelmUninstallStep, world: World): Promise<void> {
  const aside = world.plan.steps.find((item) => item.kind === 'put-aside' && item.component === step.component);
  const kept = aside?.kind === 'put-aside' ? aside.kept.map((item) => item.object) : [];
  await proveAside(world, step.component, kept);
  await proveHeld(step, world);
  await proveRetained(step, world);
  await proveUnowned(step, world);
  const running = await podsOf(step.objects, step.namespace, world);
  await world.folder.write(
    pods(step.component),
    JSON.stringify(running.map(({ metadata: { name, namespace, uid } }) => ({ name, namespace, uid }))),
  );
}

/** A claim that has come or was bound since the plan was made is on nobody's list: its volume would not be retained (O5). */
async function proveHeld(step: HelmUninstallStep, world: World): Promise<void> {
  const release = await readRelease(world.reader, step.namespace, step.release);
  if (release === undefined) throw moved(step, 'is gone, and this run did not uninstall it');
  const { claims } = await readHoldings(release, { reader: world.reader, redactor: world.redactor, hosts: [] });
  const others = movedClaims(step.claims, claims);
  if (others.length > 0) throw moved(step, `holds other claims, ${others.join(', ')}`);
}

/** The controller takes its claims out of the set's ownership a moment after the set was told to keep them. */
const ownersWaitMs = 30_000;

async function proveUnowned(step: HelmUninstallStep, world: World): Promise<void> {
  const until = world.clock.now().getTime() + ownersWaitMs;
  for (;;) {
    const owned: string[] = [];
    for (const { namespace, name, isRebound } of step.claims) {
      const claim = await world.reader.find(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`);
      const owner = claim?.metadata.ownerReferences?.find((item) => item.kind === 'StatefulSet');
      if (!isRebound && owner !== undefined) owned.push(`${name} (StatefulSet ${owner.name})`);
    }
    if (owned.length === 0) return;
    if (world.clock.now().getTime() > until || world.stop.signal.aborted) {
      throw new Problem(
        'CLAIM_HAS_OWNER',
        `Claims would be deleted with what owns them: ${owned.join(', ')}. Nothing is uninstalled.`,
        {
          advice: ['See the owner: kubectl get pvc NAME -o yaml', 'When it is gone: liftlock resume'],
        },
      );
    }
    await world.clock.sleep(500, world.stop.signal);
  }
}

async function uninstall(step: HelmUninstallStep, world: World): Promise<Acted> {
  const session = await world.gate.openRun(() => world.lease.mayWrite());
  try {
    const args = [
      'uninstall',
      step.release,
      '--namespace',
      step.namespace,
      ...(step.noHooks ? ['--no-hooks'] : []),
      '--timeout',
      `${step.timeoutSeconds}s`,
    ];
    // It is not ended halfway, whoever presses Ctrl-C: half a release is harder to mend than none.
    const exit = await world.helm.start({ args, kubeconfig: session.kubeconfig }).done;
    const wrote = await writesOf(session);
    if (exit.code === 0) return { touched: touchedOf(wrote), ...wrote };
    const heldBack = session.heldBack();
    if (heldBack !== undefined && heldBack.code !== 'CLUSTER_UNREACHABLE') throw heldBackProblem(heldBack, wrote);
    const words = world.redactor.text(exit.stderr).trim().split('\n').slice(-3).join(' ');
    throw new Problem('UNINSTALL_FAILED', `helm could not uninstall ${step.release}: ${words}`, {
      touched: touchedOf(wrote),
      details: { ...wrote },
      advice: [
        ...unsureWords(wrote),
        'When the cause is gone: liftlock resume',
        `What was put aside is in ${world.folder.path}/${asideFolder(step.component)}; to put one object back: liftlock restore`,
      ],
    });
  } finally {
    await session.close();
  }
}

/** The objects as they were put aside, with their UIDs, and the pods that ran then. */
async function goingObjects(step: HelmUninstallStep, world: World): Promise<readonly GoingObject[]> {
  const files = await Promise.all(step.objects.map((ref) => world.folder.read(asideFile(step.component, ref))));
  const objects = files.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as KubeObject]));
  const running = JSON.parse((await world.folder.read(pods(step.component))) ?? '[]') as readonly {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly uid: string;
  }[];
  return [
    ...objects,
    ...running.map(({ name, namespace = step.namespace, uid }) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, uid, namespace },
    })),
  ];
}

/** Somebody else has uninstalled it, before our helm was begun: what is there now is not what the plan was made for. */
async function refuseStranger(step: HelmUninstallStep, state: StepState, world: World): Promise<void> {
  const wasBegun = (await world.folder.read(pods(step.component))) !== undefined;
  if (!state.wasTried || !wasBegun) throw moved(step, 'is gone, and this run did not uninstall it');
}

function moved(step: HelmUninstallStep, how: string): Problem {
  return new Problem('WORLD_MOVED', `Release ${step.release} has changed since the plan was made: it ${how}.`, {
    advice: ['Someone else works on it. Look at helm list and helm history, then start again: liftlock apply'],
  });
}
