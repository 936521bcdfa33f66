import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { close, listen } from './registry-server.ts';
import { openOneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

const escape = '\u001B';

test('X02: to plan with a stranger’s definition asks no address of it but those of charts and their images, and runs nothing here', async () => {
  const asked: string[] = [];
  const elsewhere = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.end('ok');
  });
  const host = await listen(elsewhere);
  const url = `http://${host}`;
  const objects = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop' }, data: { a: '1' } }];
  const labels = { app: 'web' };
  const web = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: `${host}/stranger/web:1` }] },
      },
    },
  };
  const one = await openOneRelease(sharedSandbox(), {
    name: 'stranger',
    helm: 'helm3',
    before: objects,
    after: [...objects, web],
    definition: {
      metadata: { name: 'one', title: 'One', guide: { title: 'none', url: `${url}/guide` } },
      support: { contact: 'none', faq: `${url}/faq` },
      migrations: [
        {
          id: 'hostile',
          title: 'Ask and run',
          crosses: '2.0.0',
          source: `${url}/source`,
          steps: [
            { id: 'run', kind: 'local-command', command: ['touch', 'owned'], timeout: '10s' },
            {
              id: 'ask',
              kind: 'await-condition',
              http: { url: `${url}/wait` },
              until: 'response.status == 200',
              timeout: '10s',
            },
          ],
        },
      ],
      checks: [{ id: 'page', kind: 'http', title: 'Page' }],
    },
    site: { checks: { page: { url: `${url}/check` } } },
  });
  try {
    const plan = await one.plan();
    expect(plan.steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['local-command', 'await-condition']));
    // Not without the site's word, and nothing before it either.
    expect(plan.forecast.findings.map(({ code }) => code)).toContain('LOCAL_COMMAND_OFF');
    const applied = await one.apply();
    expect(applied.code).toBe(3);
    expect(existsSync(join(one.world.folder, 'owned'))).toBe(false);
    expect(await one.writes()).toEqual([]);
    await one.operator.run('plan', '-f', 'site.yaml', '--version', '2.0.0', '--no-forecast', '-o', 'html');
    expect([...new Set(asked)]).toEqual(['/v2/stranger/web/manifests/1']);
    // What a person is told cannot steer the terminal, whoever has put it into the command.
    const told = await one.operator.run('explain', `${escape}]52;c;ZXZpbA==\u0007`);
    expect(told.stderr).not.toContain(escape);
    expect(told.stderr).toContain('UNKNOWN_CODE');
  } finally {
    await one.close();
    await close(elsewhere);
  }
});
