import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Plan } from '../src/model/plan.ts';
import { coderAffirmed, openCoder, type CoderScene } from './support/coder.ts';

let scene: CoderScene;

beforeAll(async () => {
  scene = await openCoder({ published: ['1.15.3', '1.16.1', '1.44.3'] });
  await scene.stage.writeSite({ stops: ['1.16'] });
});
afterAll(() => scene.close());

const run = (...args: readonly string[]) => scene.operator.run(...args, '-f', scene.stage.siteFile);

it('versions: what is installed, what there is, and the route to each with its reasons', async () => {
  const listed = JSON.parse((await run('versions', '-o', 'json')).stdout) as unknown;
  expect(listed).toMatchObject({
    from: '1.15.3',
    available: 'index',
    components: [{ name: 'coder', installed: '1.15.3', behind: { unit: 'minor', count: 29 }, state: 'behind' }],
    versions: [
      {
        version: '1.44.3',
        stands: 'reachable',
        hops: [
          { from: '1.15.3', to: '1.16.1', because: ['this site stops at 1.16'] },
          { from: '1.16.1', to: '1.44.3', because: [] },
        ],
      },
      { version: '1.16.1', stands: 'reachable', hops: [{ to: '1.16.1' }] },
      { version: '1.15.3', stands: 'installed', hops: [] },
    ],
  });
  const { code, stdout } = await run('versions');
  expect(code).toBe(0);
  expect(stdout).toMatch(/coder +coder +1\.15\.3 +29 minor versions/);
  expect(stdout).toMatch(/1\.44\.3 +in 2 hops, by 1\.16\.1/);
  expect(stdout).toMatch(/1\.16\.1 +in one hop/);
  expect(stdout).toMatch(/1\.15\.3 +installed/);
  expect(stdout).toContain('by 1.16.1: this site stops at 1.16');
});

it('status: how far behind the newest, or behind the version that is asked for, each component is', async () => {
  const { stdout } = await run('status');
  expect(stdout).toMatch(/COMPONENT +RELEASE +INSTALLED +NEWEST +STANDS/);
  expect(stdout).toMatch(/coder +coder +1\.15\.3 +1\.44\.3 +behind by 29 minor versions/);
  const asked = JSON.parse((await run('status', '--to', '1.16.1', '-o', 'json')).stdout) as unknown;
  expect(asked).toMatchObject({
    target: '1.16.1',
    components: [{ state: 'behind', behind: { unit: 'minor', count: 1 } }],
  });
});

it('status rests on the cluster alone: an index that takes the call and never answers is told, not waited for', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  await scene.stage.writeSite({ mirrors: [{ from: 'https://helm.coder.com', to: `http://127.0.0.1:${port}` }] });
  const { code, stdout } = await run('status');
  await scene.stage.writeSite({ stops: ['1.16'] });
  silent.closeAllConnections();
  silent.close();
  expect(code).toBe(0);
  expect(stdout).toMatch(/coder +coder +1\.15\.3 +installed/);
  expect(stdout).toContain('The newest version is not known');
});

it('R19: a constraint is resolved once, said, and pinned in the plan', async () => {
  const plan = await run('plan', '--version', '~1.16.0', '--no-forecast', '-o', 'json');
  expect(plan.stderr).toContain('~1.16.0 is 1.16.1 today');
  expect(JSON.parse(plan.stdout)).toMatchObject({
    route: [{ from: '1.15.3', to: '1.16.1' }],
    components: [
      { target: '1.16.1', chart: { version: '1.16.1', digest: expect.stringMatching(/^sha256:/) as string } },
    ],
  });
  const none = await run('plan', '--version', '~1.17.0');
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('~1.17.0 names no version')]);
});

it('R30: a definition with rules: refused, silent and conditional origins through the whole command line', async () => {
  const definition = join(scene.stage.folder, 'platform.yaml');
  const coder = await readFile(new URL('../../../platforms/coder/platform.yaml', import.meta.url), 'utf8');
  const write = (from: string) =>
    writeFile(
      definition,
      stringify({
        ...(parse(coder) as object),
        facts: { big: { ask: 'Are there more than a thousand workspaces?' } },
        routes: [
          { kind: 'refuse', from: from === 'refused' ? '<1.16.0' : '<1.0.0', because: 'Read 1.15.', source: 'guide 7' },
          { kind: 'silent', from: '1.15.x', id: 'coder-1.15', because: 'Nothing changed since', source: 'guide 8' },
          { kind: 'stop', versions: '1.16.x', when: 'facts.big', source: 'guide 9' },
        ],
      }),
    );
  const plan = async (...more: readonly string[]) => {
    const { code, stdout, stderr } = await run('plan', '--to', '1.44.3', '--no-forecast', '-o', 'json', ...more);
    const made = stdout.startsWith('{') ? (JSON.parse(stdout) as Pick<Plan, 'route' | 'forecast'>) : undefined;
    return { code, stderr, lands: made?.route.map(({ to }) => to), findings: made?.forecast.findings };
  };
  await write('refused');
  await scene.stage.writeSite({ platform: definition });
  const refused = await plan();
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('There is no way from 1.15.3')]);
  expect(refused.stderr).toContain('Read 1.15.');

  await write('silent');
  const unsure = await plan();
  expect([unsure.code, unsure.lands]).toEqual([3, ['1.16.1', '1.44.3']]);
  expect(unsure.findings).toContainEqual(
    expect.objectContaining({ code: 'ROUTE_NEEDS_DECISION', severity: 'blocker' }),
  );
  expect(unsure.findings).toContainEqual(expect.objectContaining({ code: 'ROUTE_STOP_UNSURE', severity: 'info' }));

  await scene.stage.writeSite({ platform: definition, answers: { big: false } });
  const decided = await plan('--allow', 'origin:coder-1.15', ...coderAffirmed);
  await scene.stage.writeSite({ stops: ['1.16'] });
  expect(decided.lands).toEqual(['1.44.3']);
  expect(decided.findings).toContainEqual(expect.objectContaining({ code: 'ROUTE_NEEDS_DECISION', severity: 'info' }));
});
