import { expect, test } from 'vitest';
import { digestOf } from '../model/digest.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { stepValues, writeHelmValues, type HelmValuesParts } from './helm-values.ts';

const planned = 'mode: a\n';
const now = 'mode: b\n';
const step = {
  component: 'web',
  values: [{ path: 'web.yaml', digest: digestOf(planned) }],
  keep: [],
} as unknown as HelmUpgradeStep;

/** A file with this text, after helm was given that copy of it. */
function partsOf(text: string, copy?: string): HelmValuesParts {
  return {
    loadValues: async (path) => ({
      path,
      file: `/site/${path}`,
      digest: digestOf(text),
      values: { mode: text.slice(6, 7) },
    }),
    readFile: async () => text,
    liveValues: async () => ({}),
    frozen: async () => undefined,
    copy: async () => copy,
    write: async (name) => name,
  };
}

test('a values file that is not what the plan was made from is refused, with its name and both digests', async () => {
  await expect(writeHelmValues(step, partsOf(now))).rejects.toMatchObject({
    code: 'VALUES_MOVED',
    touched: 'no',
    message: `/site/web.yaml is not what the plan was made from: it was ${digestOf(planned)} and is ${digestOf(now)}.`,
  });
  await expect(stepValues(step, partsOf(now))).rejects.toMatchObject({ code: 'VALUES_MOVED' });
  expect(await writeHelmValues(step, partsOf(planned))).toEqual(['values/web/1.yaml']);
});

test('a file that changes after helm has read it is taken as helm was given it', async () => {
  expect(await stepValues(step, partsOf(now, planned))).toMatchObject([
    { digest: digestOf(planned), values: { mode: 'a' } },
  ]);
});
