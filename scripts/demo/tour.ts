import { join } from 'node:path';
import { setCoderStage } from '../../packages/sandbox/worlds/coder/index.ts';
import { openTheatre, explain, say, timed, type HelmName, type Theatre } from './theatre.ts';

const affirm = ['--affirm', 'release-notes=the tour', '--affirm', 'backups=the tour', '--affirm', 'window=the tour'];

/**
 * The story in three minutes: the plan, a refused image named in seconds, the key rotated, the run resumed; and another
 * platform, whose upgrade would have failed.
 */
export async function tour(helm: HelmName): Promise<number> {
  say('Raising the curtain: a real control plane with CodeMie 2.2.4 on it.');
  const theatre = await openTheatre({ helm, versions: ['2.2.5'] });
  const { stage, sandbox, liftlock } = theatre;
  try {
    say('Scene 1. What would happen?');
    explain(
      'liftlock runs the real helm against a shadow of the cluster: the API server judges every change, nothing is written.',
    );
    explain('By hand: read the guide, compare five values files with the live releases, and hope.');
    await liftlock('plan', '-f', 'site.yaml', '--version', '2.2.5', ...affirm);

    say('Scene 2. The registry key in the cluster has expired: the nodes cannot pull the new image of the UI.');
    explain('By hand: helm waits out its 180 s and says "context deadline exceeded".');
    const images = await newImages(theatre);
    const fault = await sandbox.faults.set({ match: { image: images.ui }, kind: 'image-pull', cause: 401 });
    const failed = await liftlock('apply', '-f', 'site.yaml', '--version', '2.2.5', '--yes', ...affirm);
    if (failed === 0) throw new Error('the tour expected this upgrade to stop');

    say('Scene 3. A new key: checked, logged in with, and put into the cluster.');
    explain('By hand: four steps, one of them a kubectl command with the key on the command line.');
    await stage.newKey('new-key.json', 0);
    await liftlock('credentials', 'rotate', '-f', 'site.yaml', '--key-file', 'new-key.json', '--yes');
    await fault.clear();

    say('Scene 4. Go on from the component that failed.');
    explain('By hand: which of the five were done? liftlock asks the cluster, not your memory.');
    const code = await liftlock('resume');

    say('Scene 5. The record of it.');
    await liftlock('history');
    if (code !== 0) return code;
    return await foreseen(theatre, helm);
  } finally {
    await theatre.close();
  }
}

/** The image that the new UI would run, as the dry run of its chart names it. */
async function newImages(theatre: {
  readonly sandbox: { readonly api: { get(path: string): Promise<unknown> } };
}): Promise<{ readonly ui: string }> {
  const live = (await theatre.sandbox.api.get('/apis/apps/v1/namespaces/codemie/deployments/codemie-ui')) as {
    readonly spec: {
      readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    };
  };
  const image = live.spec.template.spec.containers[0]?.image ?? '';
  return { ui: image.replace('1.28', '1.29') };
}

/** Coder 1.15.3 with what its guide warns of: an object of the same name made by hand, and a field that cannot be changed. */
async function foreseen(theatre: Theatre, helm: HelmName): Promise<number> {
  const { sandbox, liftlockIn } = theatre;
  say('Scene 6. Another platform: Coder 1.15.3, whose next upgrade would fail twice.');
  const stage = await timed('Coder 1.15.3 installed', () =>
    setCoderStage({
      sandbox,
      folder: join(theatre.folder, 'coder'),
      namespace: 'coder',
      version: '1.15.3',
      helm,
      published: ['1.15.3'],
    }),
  );
  try {
    // A bigger volume in the claim template: the API server refuses it.
    await stage.publish('1.16.1', { values: { timescale: { storage: '20Gi' } } });
    await sandbox.api.create('/api/v1/namespaces/coder/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'coder' },
    });
    explain('By hand: two upgrades that fail after minutes, and a guide that says to uninstall everything.');
    const words = ['--affirm', 'database-snapshot=the tour', '--affirm', 'window=the tour'];
    const upgrade = ['-f', 'site.yaml', '--version', '1.16.1', ...words];
    await liftlockIn(stage.folder, 'plan', ...upgrade);

    say('Scene 7. The ServiceAccount is adopted by the plan itself; what costs a moment of the database is named.');
    explain('The StatefulSet is made anew around its volume; everything else is left alone.');
    return await liftlockIn(stage.folder, 'apply', ...upgrade, '--allow', 'recreate:statefulset/timescale', '--yes');
  } finally {
    await stage.close();
  }
}
