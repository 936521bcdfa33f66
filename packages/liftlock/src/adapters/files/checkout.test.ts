import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isProblem } from '../../model/problem.ts';
import { checkCheckout, loadValuesFile } from './checkout.ts';

let checkout = '';
beforeEach(async () => {
  checkout = await mkdtemp(path.join(tmpdir(), 'liftlock-checkout-'));
  await mkdir(path.join(checkout, 'ui'));
});
afterEach(() => rm(checkout, { recursive: true, force: true }));

async function failure(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isProblem(error)) throw new Error('expected a Problem', { cause: error });
  return [`${error.code} exit ${error.exitCode}`, error.message, ...error.advice]
    .join('\n')
    .replaceAll(checkout, 'CHECKOUT');
}

test('a values file is read with its digest', async () => {
  await writeFile(path.join(checkout, 'ui/values-aws.yaml'), 'replicaCount: 2\non: yes\n');
  expect(await loadValuesFile(checkout, 'ui/values-aws.yaml')).toEqual({
    path: 'ui/values-aws.yaml',
    file: path.join(checkout, 'ui/values-aws.yaml'),
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    values: { replicaCount: 2, true: true },
  });
});

test('C04: a checkout that is absent or lacks folders is refused, and every folder is named', async () => {
  expect(await failure(checkCheckout(path.join(checkout, 'none'), ['ui/values.yaml']))).toMatchInlineSnapshot(`
    "CHECKOUT_MISSING exit 3
    There is no folder CHECKOUT/none.
    Give the folder that holds the values files of the first deployment: valuesFrom in the site file."
  `);
  expect(
    await failure(
      checkCheckout(checkout, ['mermaid-server/values.yaml', 'ui/values-aws.yaml', 'codemie-api/values-aws.yaml']),
    ),
  ).toMatchInlineSnapshot(`
    "CHECKOUT_MISSING exit 3
    CHECKOUT lacks mermaid-server/, codemie-api/.
    Give the folder that holds the values files of the first deployment: valuesFrom in the site file."
  `);
});

test('C23: a values file that is absent is named, beside those that are there', async () => {
  await writeFile(path.join(checkout, 'ui/values-gpc.yaml'), '');
  expect(await failure(loadValuesFile(checkout, 'ui/values-gcp.yaml'))).toMatchInlineSnapshot(`
    "VALUES_FILE_MISSING exit 3
    There is no values file ui/values-gcp.yaml.
    The folder holds values-gpc.yaml. Did you mean values-gpc.yaml?
    Restore it from the first deployment."
  `);
});

test('C07: placeholders that were left are all named with their places, even where they are no YAML', async () => {
  const text = '# %%OK%%\nhost: %%DOMAIN%%\nurl: "https://%%DOMAIN%%/%%PATH%%"\n';
  await writeFile(path.join(checkout, 'ui/values-aws.yaml'), text);
  expect(await failure(loadValuesFile(checkout, 'ui/values-aws.yaml'))).toMatchInlineSnapshot(`
    "PLACEHOLDER_LEFT exit 3
    ui/values-aws.yaml still holds 3 placeholders:
      CHECKOUT/ui/values-aws.yaml:2:7: %%DOMAIN%%
      CHECKOUT/ui/values-aws.yaml:3:15: %%DOMAIN%%
      CHECKOUT/ui/values-aws.yaml:3:26: %%PATH%%
    Put in what the first deployment used; \`helm get values RELEASE -n NAMESPACE -o yaml\` shows it."
  `);
});

test('C07: a values file that does not parse is refused with the place', async () => {
  await writeFile(path.join(checkout, 'ui/values-aws.yaml'), 'a: 1\n\tb: 2\n');
  expect(await failure(loadValuesFile(checkout, 'ui/values-aws.yaml'))).toMatchInlineSnapshot(`
    "VALUES_UNREADABLE exit 3
    CHECKOUT/ui/values-aws.yaml:2:1: a tab in the indentation; use spaces.
    helm would refuse this file, or read something else than is meant; correct it and try again."
  `);
  await writeFile(path.join(checkout, 'ui/values-aws.yaml'), Uint8Array.of(0x61, 0x3a, 0x20, 0xff));
  expect(await failure(loadValuesFile(checkout, 'ui/values-aws.yaml'))).toContain('is not text in UTF-8');
});

test.each(['USER-SUPPLIED VALUES:\nnull\n', '# ours\nUSER-SUPPLIED VALUES:\na: 1\n', 'COMPUTED VALUES:\na: 1\n'])(
  "R16, R18: helm's heading in a values file is no key: %j",
  async (text) => {
    await writeFile(path.join(checkout, 'ui/values-aws.yaml'), text);
    expect(await failure(loadValuesFile(checkout, 'ui/values-aws.yaml'))).toMatch(
      /^VALUES_HEADING exit 3\nui\/values-aws.yaml begins with the heading that helm prints: (USER-SUPPLIED|COMPUTED) VALUES:\n/,
    );
    await writeFile(path.join(checkout, 'ui/values-aws.yaml'), 'text: |\n  USER-SUPPLIED VALUES:\nb: null\n');
    expect((await loadValuesFile(checkout, 'ui/values-aws.yaml')).values).toEqual({
      text: 'USER-SUPPLIED VALUES:\n',
      b: null,
    });
  },
);

test('nothing outside the checkout is read', async () => {
  await mkdir(path.join(checkout, 'inner'));
  await writeFile(path.join(checkout, 'ui/values.yaml'), 'a: 1\n');
  expect(await failure(loadValuesFile(path.join(checkout, 'inner'), '../ui/values.yaml'))).toContain('is not below');
});

test('a link is followed inside the checkout, and not out of it', async () => {
  const outside = await mkdtemp(path.join(tmpdir(), 'liftlock-outside-'));
  try {
    await mkdir(path.join(outside, 'values'));
    for (const file of [path.join(checkout, 'shared.yaml'), path.join(outside, 'values', 'values.yaml')])
      await writeFile(file, 'a: 1\n');
    await symlink('../shared.yaml', path.join(checkout, 'ui/inside.yaml'));
    await symlink(path.join(outside, 'values', 'values.yaml'), path.join(checkout, 'ui/outside.yaml'));
    await symlink(path.join(outside, 'values'), path.join(checkout, 'api'));
    expect((await loadValuesFile(checkout, 'ui/inside.yaml')).values).toEqual({ a: 1 });
    for (const file of ['ui/outside.yaml', 'api/values.yaml'])
      expect(await failure(loadValuesFile(checkout, file))).toMatch(
        /^VALUES_UNREADABLE exit 3\n.*leads out of CHECKOUT/,
      );
    // The folder itself may be reached by a link: that is the operator's own word.
    const link = path.join(outside, 'checkout');
    await symlink(checkout, link);
    expect((await loadValuesFile(link, 'ui/inside.yaml')).values).toEqual({ a: 1 });
  } finally {
    await rm(outside, { recursive: true, force: true });
  }
});
