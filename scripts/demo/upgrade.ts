import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Sandbox } from '../../packages/sandbox/src/index.ts';
import { explain, openTheatre, say, timed, type HelmName } from './theatre.ts';

/** The main job, whole: five releases from 2.2.4 to 2.2.5, then what helm says of them. */
export async function upgrade(options: { readonly helm: HelmName; readonly keep: boolean }): Promise<number> {
  say(
    'A control plane of its own for this demo: real etcd, API server, scheduler, helm and registry; simulated nodes.',
  );
  const theatre = await openTheatre({ helm: options.helm, versions: ['2.2.5'] });
  try {
    say('The upgrade: CodeMie 2.2.4 to 2.2.5, five releases in order.');
    const code = await timed('the upgrade', () =>
      theatre.liftlock(
        'apply',
        '-f',
        'site.yaml',
        '--version',
        '2.2.5',
        '--yes',
        '--affirm',
        'release-notes=the demo',
        '--affirm',
        'backups=the demo',
        '--affirm',
        'window=the demo',
      ),
    );
    say('What helm says of it:');
    await listReleases(theatre.sandbox, options.helm);
    if (options.keep) {
      explain(`Kept: KUBECONFIG=${theatre.sandbox.kubeconfig}. Press Ctrl-C to end it.`);
      await new Promise((resolve) => process.once('SIGINT', resolve));
    }
    return code;
  } finally {
    await theatre.close();
  }
}

/** `helm list`, as narrow as a terminal. */
async function listReleases(sandbox: Sandbox, helm: HelmName): Promise<void> {
  const all = helm === 'helm3' ? ['-a'] : [];
  const args = ['list', '-A', ...all, '--kubeconfig', sandbox.kubeconfig, '-o', 'json'];
  const { stdout } = await promisify(execFile)(sandbox.bin[helm], args);
  const releases = JSON.parse(stdout) as readonly Readonly<Record<string, string>>[];
  for (const { name = '', revision = '', status = '', chart = '' } of releases) {
    process.stderr.write(`  ${name.padEnd(28)} revision ${revision}  ${status}  ${chart}\n`);
  }
}
