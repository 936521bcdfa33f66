import { openTheatre, explain, say, type HelmName } from './theatre.ts';

const affirm = ['--affirm', 'release-notes=the tour', '--affirm', 'backups=the tour', '--affirm', 'window=the tour'];

/** The story in two minutes: the plan, a refused image named in seconds, the key rotated, the run resumed. */
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
    return code;
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
