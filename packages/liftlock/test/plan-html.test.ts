import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { affirmed, openScene, type Scene } from './support/stage.ts';

let scene: Scene;
let page: string;

beforeAll(async () => {
  scene = await openScene({ releases: ['codemie-ui', 'codemie'] });
  // An object that the new version brings exists already, and nobody owns it.
  await scene.sandbox.api.create(`/api/v1/namespaces/${scene.namespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'codemie-api-features' },
    data: { note: '<b>mine</b>' },
  });
});
afterAll(async () => scene.close());

it('plan -o html --out-file writes one page for the owner alone, which names what the cluster has said; nothing is written to it', async () => {
  const file = join(scene.stage.folder, 'plan.html');
  const words = ['-f', scene.stage.siteFile, '--version', '2.2.5', '--only', 'ui', '--only', 'api', ...affirmed];
  const outcome = await scene.operator.run('plan', ...words, '-o', 'html', '--out-file', file);
  expect(outcome).toMatchObject({ stdout: '', stderr: '' });
  page = await readFile(file, 'utf8');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(page).toMatch(/^<!doctype html>.*<\/html>\n$/s);
  expect(page).not.toMatch(/<(script|link|img)\b/);
  expect(page).toContain('codemie-api-features');
  expect(page).toContain(`namespace ${scene.namespace}`.split(' ')[1]);
  expect(page).toContain('helm upgrade --install codemie-ui');
  expect(await scene.writes()).toEqual([]);
  // The same plan by another door: what is in the object is in the page.
  const json = await scene.operator.run('plan', ...words, '-o', 'json');
  const plan = JSON.parse(json.stdout) as {
    readonly digest: string;
    readonly steps: readonly { readonly title: string }[];
    readonly forecast: { readonly findings: readonly { readonly code: string }[] };
  };
  expect(json.code).toBe(outcome.code);
  expect(page).toContain(plan.digest);
  for (const { title } of plan.steps) expect(page).toContain(title);
  for (const { code } of plan.forecast.findings) expect(page).toContain(code);
});

it('liftlock explain leads on from a code of the page, without a cluster', async () => {
  const codes = [...page.matchAll(/<p class="soft"><code>(?<code>[A-Z_]+)<\/code>/g)].map(
    ({ groups }) => groups?.['code'] ?? '',
  );
  expect(codes.length).toBeGreaterThan(0);
  for (const code of codes) {
    const outcome = await scene.operator.run('explain', code, '--output', 'json');
    expect(outcome).toMatchObject({ code: 0 });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ code });
  }
  const near = await scene.operator.run('explain', 'KEY_EXPIRNG');
  expect(near).toMatchObject({ code: 2 });
  expect(near.stderr).toContain('liftlock explain KEY_EXPIRING');
});
