import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { siteFolder } from '../adapters/files/state-folder.ts';
import { placeOf, writeAdopted } from './adopted.ts';
import { describeRun } from './describe-run.ts';

const run = '20261121-000000-aaaa';
const plan = {
  site: { name: 'prod', namespace: 'codemie', digest: 'sha256:0', options: { cloud: 'aws' } },
  inputs: { platform: 'codemie', file: '/home/ada/site.yaml', helm: '/tmp/not-helm' },
} as unknown as Plan;
const refused = expect.objectContaining({ code: 'FILE_LEFT_BEHIND' }) as unknown;
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'liftlock-describe-'));
});
afterEach(async () => rm(home, { recursive: true, force: true }));

/** A site file of this machine, which names one file. */
async function ownSite(): Promise<string> {
  const file = join(home, 'site.yaml');
  const site = { apiVersion: 'liftlock.dev/v1alpha1', kind: 'Site', metadata: { name: 'prod' }, platform: 'codemie' };
  const credentials = { registry: { keyFile: './key.json' } };
  await writeFile(file, JSON.stringify({ ...site, options: { cloud: 'aws' }, credentials }));
  return file;
}

test('O9: with a site file of this machine, an adopted run reads what that file names and its own copies, and nothing else', async () => {
  const environment = { XDG_STATE_HOME: join(home, 'state') };
  const copy = join(home, 'copy.crt');
  await writeAdopted(join(siteFolder(environment, 'prod'), 'runs', run), {
    flags: { options: {} },
    placed: { '/home/ada/tls.crt': copy },
    files: [],
    leftBehind: [],
  });
  const { described, flags } = await describeRun(run, plan, { file: await ownSite() }, environment);
  expect(flags.helm).toBeUndefined();
  const place = placeOf(described);
  expect(place('/home/ada/tls.crt')).toBe(copy);
  expect(place(join(home, 'key.json'))).toBe(join(home, 'key.json'));
  expect(() => place(join(home, '.kube', 'config'))).toThrow(refused);
});

test('a run that was begun here reads the files that its plan names', async () => {
  const { described } = await describeRun(
    run,
    plan,
    { file: await ownSite() },
    { XDG_STATE_HOME: join(home, 'state') },
  );
  expect(placeOf(described)('/anywhere')).toBe('/anywhere');
});
