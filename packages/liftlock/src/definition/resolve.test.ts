import { expect, test } from 'vitest';
import { Platform } from '../model/platform.ts';
import { isProblem } from '../model/problem.ts';
import { checkTemplates, expand, resolveOptions } from './resolve.ts';

const shop = Platform.parse({
  apiVersion: 'liftlock.dev/v1alpha1',
  kind: 'Platform',
  metadata: { name: 'shop', title: 'Shop', guide: { title: 'Upgrade' } },
  tools: { helm: '*' },
  options: { cloud: { enum: ['aws', 'azure', 'gcp'] }, tier: { enum: ['small', 'large'], default: 'small' } },
  namespace: 'shop',
  components: [
    {
      name: 'web',
      title: 'Web',
      release: 'web',
      chart: { oci: 'oci://r/c' },
      values: { files: ['a/values.yaml', 'b/{options.colud}.yaml'] },
      timeout: '1m',
    },
  ],
});

function failure(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    if (isProblem(error)) return [error.code, error.exitCode, error.message, ...error.advice];
    throw error;
  }
  return 'no error';
}

test('given values win over defaults', () => {
  expect(resolveOptions(shop, { cloud: 'gcp' })).toEqual({ cloud: 'gcp', tier: 'small' });
  expect(resolveOptions(shop, { cloud: 'aws', tier: 'large' })).toEqual({ cloud: 'aws', tier: 'large' });
});

test('unknown options, unknown values and missing ones are refused with the nearest right word', () => {
  expect([
    failure(() => resolveOptions(shop, { clod: 'aws' })),
    failure(() => resolveOptions(shop, { cloud: 'azrue' })),
    failure(() => resolveOptions(shop, { cloud: 'openstack' })),
    failure(() => resolveOptions(shop, {})),
    failure(() => resolveOptions(shop, { constructor: 'x' })),
  ]).toMatchInlineSnapshot(`
    [
      [
        "UNKNOWN_OPTION",
        2,
        "Shop has no option "clod".",
        "Did you mean "cloud"? Known: cloud, tier.",
      ],
      [
        "BAD_OPTION",
        2,
        ""azrue" is no cloud that Shop supports.",
        "Did you mean "azure"? Known: aws, azure, gcp.",
      ],
      [
        "BAD_OPTION",
        2,
        ""openstack" is no cloud that Shop supports.",
        "Known: aws, azure, gcp.",
      ],
      [
        "OPTION_MISSING",
        2,
        "Shop needs the option "cloud".",
        "Give one of aws, azure, gcp: --cloud aws, or under options: in the site file.",
      ],
      [
        "UNKNOWN_OPTION",
        2,
        "Shop has no option "constructor".",
        "Known: cloud, tier.",
      ],
    ]
  `);
});

test('options are put into templates, and anything else in braces is refused', () => {
  expect(expand('ui/values-{options.cloud}.yaml', { cloud: 'aws' })).toBe('ui/values-aws.yaml');
  expect(expand('{options.a}/{ options.b }', { a: '{options.b}', b: 'x' })).toBe('{options.b}/x');
  expect(failure(() => expand('{options.cluod}', { cloud: 'aws' }))).toContain(
    '"{options.cluod}": the platform declares no option "cluod"; did you mean "cloud"?',
  );
  expect(failure(() => expand('{cloud}', { cloud: 'aws' }))).toContain(
    '"{cloud}": {cloud} is not understood; only {options.NAME} is replaced',
  );
  expect(failure(() => expand('{options.cloud', { cloud: 'aws' }))).not.toBe('no error');
});

test('templates of a platform are checked with their paths', () => {
  expect(checkTemplates(shop)).toEqual([
    {
      path: ['components', 0, 'values', 'files', 1],
      message: 'the platform declares no option "colud"; did you mean "cloud"?',
    },
  ]);
});
