import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Platform } from '../model/platform.ts';
import { isProblem } from '../model/problem.ts';
import { Redactor } from '../model/redaction.ts';
import { Site } from '../model/site.ts';
import { componentOfCommand, loadCommand, refuseOtherVersions } from './console-command.ts';

let folder = '';
let file = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liftlock-command-'));
  file = join(folder, 'command.txt');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const platform = Platform.parse({
  apiVersion: 'liftlock.dev/v1alpha1',
  kind: 'Platform',
  metadata: { name: 'acme', title: 'Acme', guide: { title: 'none' } },
  tools: { helm: '>=3.14.0' },
  namespace: 'acme',
  inputs: { command: { type: 'file', description: 'The command' } },
  components: [
    {
      name: 'agent',
      title: 'Agent',
      release: 'acme-agent',
      namespace: 'agents',
      chart: { oci: 'oci://registry.example/agent' },
      values: { carry: 'exported', file: 'agent.yaml', command: 'command' },
      timeout: '60s',
    },
  ],
});
const siteWith = (inputs: Record<string, string>) =>
  Site.parse({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Site',
    metadata: { name: 'prod' },
    platform: 'acme',
    inputs,
  });

async function load(text: string) {
  await writeFile(file, text);
  const component = componentOfCommand(platform, siteWith({ command: file }), file);
  if (component === undefined) throw new Error('no component');
  const redactor = new Redactor();
  const values = await loadCommand(file, component, { namespace: 'acme', redactor });
  await refuseOtherVersions({ platform, site: siteWith({ command: file }) }, ['agent'], '2.19.3');
  return { values, redactor };
}

async function failure(text: string): Promise<string> {
  try {
    await load(text);
  } catch (error) {
    if (isProblem(error)) return `${error.code} ${error.exitCode} ${error.message.replaceAll(folder, 'FOLDER')}`;
    throw error;
  }
  return 'nothing';
}

const upgrade = (rest: string) => `helm upgrade -i acme-agent acme/agent -n agents ${rest}\n`;

test("R26: a console's command gives values; its secrets are learned, and its digest is that of the values", async () => {
  const { values, redactor } = await load(upgrade('--set url=x --set clientSecret=hunter2-hunter2 --version ~2.19.0'));
  expect(values).toMatchObject({ path: file, isCommand: true, values: { url: 'x', clientSecret: 'hunter2-hunter2' } });
  expect(redactor.text('with hunter2-hunter2')).toBe('with ********');
  const again = await load(upgrade("\\\n  --set 'url=x,clientSecret=hunter2-hunter2'"));
  expect(again.values.digest).toBe(values.digest);
});

test('R28: one that is not about this, or not filled in, is refused', async () => {
  expect(await failure('helm upgrade -i other acme/agent -n agents')).toBe(
    'COMMAND_OF_ANOTHER 2 The command in FOLDER/command.txt is about the release other, and agent is acme-agent.',
  );
  expect(await failure('helm upgrade -i acme-agent acme/agent -n acme')).toContain(
    'the namespace acme, and agent is in agents',
  );
  expect(await failure(upgrade('--set url=<DOMAIN>'))).toBe(
    'PLACEHOLDER_LEFT 3 FOLDER/command.txt still holds <DOMAIN>.',
  );
  expect(await failure(upgrade('--version 2.18.1'))).toContain('installs 2.18.1, and 2.19.3 is planned');
  expect(await failure(upgrade('--version "~2.19.0"'))).toBe('nothing');
});

test('without the input there is no command', () => {
  expect(componentOfCommand(platform, siteWith({}), file)).toBeUndefined();
  expect(componentOfCommand(platform, siteWith({ command: '/elsewhere' }), file)).toBeUndefined();
});
