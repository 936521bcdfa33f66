import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { applyCrdsStep } from '../plan/steps/apply-crds.ts';
import { awaitConditionStep } from '../plan/steps/await-condition.ts';
import { compareClaimsStep } from '../plan/steps/compare-claims.ts';
import { createSecretStep } from '../plan/steps/create-secret.ts';
import { localCommandStep } from '../plan/steps/local-command.ts';
import { pairedUndo } from '../plan/steps/paired-undo.ts';
import { patchObjectStep } from '../plan/steps/patch-object.ts';
import { restartStep } from '../plan/steps/restart.ts';
import { runJobStep } from '../plan/steps/run-job.ts';
import { scaleStep } from '../plan/steps/scale.ts';
import { platform } from './fixture-platform.ts';
import { plan } from './fixtures.ts';
import { renderRunbook } from './runbook.ts';
import { renderRunbookScript } from './runbook-script.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const web = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop' };
const down = scaleStep({ id: 's/m/down', title: 'Down', object: web, replicas: 0 });
const hold = patchObjectStep({
  id: 's/m/hold',
  title: 'Hold',
  component: 's',
  object: web,
  remove: [],
  set: [{ path: 'metadata.labels.hold', value: "it's" }],
  risk: 'reversible',
});
const chart = { reference: 'oci://r/shop', source: 'oci://r/shop', name: 'shop', version: '2.0.0', digest: 'sha256:1' };
const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'move' },
  spec: { template: { spec: { containers: [{ name: 'main', image: 'i', args: ['a "b" $HOME `id`'] }] } } },
};
const steps: readonly Step[] = [
  createSecretStep({
    id: 's/m/tls',
    title: 'TLS',
    name: 'web-tls',
    namespace: 'shop',
    type: 'kubernetes.io/tls',
    files: { 'tls.crt': '/in/my cert.pem', 'tls.key': '/in/key.pem' },
  }),
  hold,
  down,
  runJobStep({ id: 's/m/job', title: 'Move', namespace: 'shop', job, timeoutSeconds: 60 }),
  applyCrdsStep({ id: 's/m/crds', title: 'CRDs', component: 's', chart, names: ['boats.example.com'] }),
  awaitConditionStep({
    id: 's/m/wait',
    title: 'Wait',
    objects: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', labelSelector: 'app=web' },
    until: 'objects.all(pod, pod.status.phase == "Running")',
    timeoutSeconds: 60,
    minimumSeconds: 10,
  }),
  restartStep({ id: 's/m/restart', title: 'Restart', object: web, timeoutSeconds: 60 }),
  localCommandStep({ id: 's/m/local', title: 'Local', argv: ['printf', '%s', 'a b'], timeoutSeconds: 5 }),
  compareClaimsStep({
    id: 's/m/claims',
    title: 'Claims',
    namespace: 'shop',
    claims: [{ name: 'data', uid: 'u', volume: 'pv' }],
    known: ['data'],
  }),
  pairedUndo(down, 'always'),
  pairedUndo(hold, 'on-failure'),
];
const asked: Plan = { ...plan, cluster: { ...plan.cluster, uid: '' }, steps };

/** Runs text in a shell whose kubectl and helm write down how they were called, and what they were given. */
async function typed(text: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-words-'));
  folders.push(folder);
  for (const name of ['kubectl', 'helm']) {
    const file = join(folder, name);
    const jsonpath = `case "$*" in *jsonpath*) printf 3 ;; *'--filename -'*) cat >> "$LOG" ;; esac`;
    const words = `{ printf '${name}'; for word in "$@"; do printf '|%s' "$word"; done; printf '\\n'; } >> "$LOG"`;
    await writeFile(file, `#!/bin/sh\n${words}\n${jsonpath}\n`);
    await chmod(file, 0o700);
  }
  const log = join(folder, 'log');
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, LOG: log, HOME: folder };
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const child = execFile('/bin/sh', ['-s'], { env, cwd: folder }, (error, _stdout, stderr) => {
    if (error === null) resolve(undefined);
    else reject(new Error(stderr));
  });
  child.stdin?.end(text);
  await promise;
  return (await readFile(log, 'utf8')).split('\n');
}

const wanted: readonly string[] = [
  'kubectl|create|secret|tls|web-tls|--namespace|shop|--cert|/in/my cert.pem|--key|/in/key.pem',
  `kubectl|patch|deployment|web|--namespace|shop|--type|merge|--patch|{"metadata":{"labels":{"hold":"it's"}}}`,
  'kubectl|scale|deployment|web|--namespace|shop|--replicas|0',
  'kubectl|create|--namespace|shop|--filename|-',
  'kubectl|wait|job/move|--namespace|shop|--for=condition=Complete|--timeout=60s',
  'helm|show|crds|oci://r/shop|--version|2.0.0',
  'kubectl|apply|--server-side|--force-conflicts|--filename|crds-s.yaml',
  'kubectl|get|pod|--namespace|shop|--selector|app=web|--output|yaml',
  'kubectl|rollout|restart|deployment/web|--namespace|shop',
  'kubectl|rollout|status|deployment/web|--namespace|shop|--timeout=60s',
  'kubectl|scale|deployment|web|--namespace|shop|--replicas=3',
];

it('the runbook of a migration survives the paste: every command reaches the shell whole', async () => {
  const blocks = [...renderRunbook(asked, platform).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const own = blocks.filter((text) => !/^(helm version|kubectl config|umask|helm history|kubectl get pods)/.test(text));
  const lines = await typed(own.join('\n'));
  for (const command of wanted) expect(lines).toContain(command);
  expect(lines.join('\n')).toContain(String.raw`"a \"b\" $HOME ${'`id`'}"`);
});

it('the script of a migration runs the same commands, and stops for what a person has to look at', async () => {
  const script = renderRunbookScript(asked);
  // What a person looks at is confirmed by Enter: here everything is.
  const lines = await typed(script.replaceAll('read -r _', ':'));
  const flag = '|--context|eks-prod';
  for (const command of wanted) expect(lines.map((line) => line.replace(flag, ''))).toContain(command);
  expect(script.match(/read -r _/g)).toHaveLength(2);
});
