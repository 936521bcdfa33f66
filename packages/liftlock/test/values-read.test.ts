import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openWorld, type World } from './corpus/world.ts';
import type { ChartTexts, CorpusCase } from './corpus/case.ts';
import { makeOperator } from './support/liftlock.ts';
import { writeShopSite } from './support/shop-site.ts';
import { sharedSandbox, type HelmName } from './support/stage.ts';

const configMap = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {${data}}\n`;

/** The database is a subchart under another name; the new chart renames a key of it, moves another, and changes defaults. */
const before: ChartTexts = {
  appVersion: '1.15.0',
  files: {
    'values.yaml': 'server: {mode: plain}\nimage: {tag: ""}\nservice: {type: ClusterIP}\nstore: {user: app}\n',
    'templates/a.yaml': configMap(
      'mode: {{ .Values.server.mode | quote }}, tag: {{ .Values.image.tag | quote }}, note: {{ .Values.note | quote }}',
    ),
    'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
    'charts/db/values.yaml': 'persistence: {existingClaim: "", size: 1Gi}\n',
    'charts/db/templates/b.yaml': configMap('claim: {{ .Values.persistence.existingClaim | quote }}').replace(
      'settings',
      'db',
    ),
  },
};
const after: ChartTexts = {
  appVersion: '1.16.1',
  files: {
    'values.yaml': 'web: {server: {mode: plain}}\nimage: {tag: ""}\nservice: {type: NodePort}\nstore: {user: app}\n',
    'templates/a.yaml': configMap(
      'mode: {{ .Values.web.server.mode | quote }}, tag: {{ .Values.image.tag | quote }}, note: {{ tpl .Values.note . | quote }}',
    ),
    'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 2.0.0\n',
    'charts/db/values.yaml': 'primary: {persistence: {existingClaim: "", size: 1Gi}}\n',
    'charts/db/templates/b.yaml': configMap('claim: {{ .Values.primary.persistence.existingClaim | quote }}').replace(
      'settings',
      'db',
    ),
  },
};
const dependency = 'dependencies:\n  - {name: db, alias: store, version: ">=1.0.0", repository: ""}\n';
const given =
  'server: {mode: strict}\nimage: {tag: 1.15.0}\nnote: "{{ .Values.extra }}"\nextra: x\nunheard: 1\nstore: {persistence: {existingClaim: mine}}\n';

let world: World;
afterEach(() => world.close());

async function withDependency(chart: string): Promise<string> {
  const file = join(chart, 'Chart.yaml');
  await writeFile(file, (await readFile(file, 'utf8')) + dependency);
  return chart;
}

test.each<HelmName>(['helm3', 'helm4'])(
  'D21: what a chart that %s installed read, against what the new one reads',
  async (helm) => {
    const sandbox = sharedSandbox();
    world = await openWorld(sandbox, { name: 'values-read' } as CorpusCase, helm);
    const { folder, namespace } = world;
    const values = join(folder, 'values.yaml');
    await writeFile(values, given);
    const must = async (...args: readonly string[]) => {
      const { code, stderr } = await world.helm(helm, ...args);
      expect(code, stderr).toBe(0);
    };
    await must('install', 'shop', await withDependency(await world.chart(before, '1.0.0')), '-f', values);
    await must('package', await withDependency(await world.chart(after, '2.0.0')), '--destination', folder);
    const { host } = sandbox.registry;
    await must('push', join(folder, 'shop-2.0.0.tgz'), `oci://${host}/values/${namespace}`, '--plain-http');
    await writeShopSite(world, { name: 'values' });
    const operator = await makeOperator({ helm: sandbox.bin[helm], cwd: folder });
    const plan = async (...words: readonly string[]) => {
      const outcome = await operator.run('plan', '-f', 'site.yaml', '--version', '2.0.0', '-o', 'json', ...words);
      return { ...(JSON.parse(outcome.stdout) as Said), exit: outcome.code };
    };
    const seen = await plan();
    const told = ({ forecast }: Said, codes: RegExp) =>
      forecast.findings
        .filter(({ code }) => codes.test(code))
        .map(({ code, severity, field }) => `${severity} ${code} ${field}`)
        .toSorted();
    expect(told(seen, /VALUE_NOT_READ|DEFAULT_CHANGED|PINNED_IMAGE/)).toEqual([
      'blocker VALUE_NOT_READ store.persistence.existingClaim',
      'info VALUE_NOT_READ unheard',
      'warning DEFAULT_CHANGED service.type',
      'warning PINNED_IMAGE image.tag',
      'warning VALUE_NOT_READ server.mode',
    ]);
    const lost = seen.forecast.findings.find(({ field }) => field === 'store.persistence.existingClaim');
    expect(lost?.message).toContain('The nearest key that it reads: store.primary.persistence.existingClaim.');
    expect(seen.exit).toBe(3);
    const allowed = await plan('--allow', 'ignore:shop:store.persistence.existingClaim');
    expect(allowed.exit).toBe(0);
  },
);

interface Said {
  readonly forecast: {
    readonly findings: readonly {
      readonly code: string;
      readonly severity: string;
      readonly field?: string;
      readonly message: string;
    }[];
  };
}
