import { expect, test } from 'vitest';
import { Migration } from '../../model/migration.ts';
import { component, evidence, release, snapshot } from '../preflight-fixtures.ts';
import { chartClaimFindings } from './chart-claims.ts';
import { chartNameFindings } from './chart-names.ts';

const { platform } = evidence();
const protects = {
  ...platform,
  migrations: [
    Migration.parse({
      id: 'claims',
      title: 'Keep',
      crosses: '2.2.5',
      source: 'the guide',
      steps: [{ kind: 'protect-claims', id: 'keep', claims: ['data', 'metrics'] }],
    }),
  ],
};
const claim = (name: string, annotation = '') =>
  `---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: ${name}\n${annotation}`;

function told(manifest: string): readonly string[] {
  const web = component('web', { release: { ...release('shop-web'), manifest } });
  const seen = snapshot({ components: [web, component('api')] });
  return chartClaimFindings(evidence({ platform: protects, snapshot: seen })).map(({ message }) => message);
}

test('R13b: claims that are objects of the installed chart are said to go with an uninstall', () => {
  expect(told(claim('data') + claim('metrics') + claim('scratch'))).toEqual([
    'data and metrics: until the upgrade has landed, `helm uninstall shop-web` would delete them, annotated or not.',
  ]);
  expect(told(claim('data', '  annotations: {helm.sh/resource-policy: keep}\n') + claim('scratch'))).toEqual([]);
  expect(told('')).toEqual([]);
});

test('R24: a chart with another name is told, and the release that goes on', () => {
  const chart = { reference: '', source: '', version: '2.2.5', appVersion: '', digest: '', file: '', values: {} };
  const named = (name: string) => {
    const seen = snapshot({ components: [component('web', { chart: { ...chart, name } }), component('api')] });
    return chartNameFindings(evidence({ snapshot: seen })).map(({ message }) => message);
  };
  expect(named('portal')).toEqual([
    'The chart web is called portal now; the release shop-web keeps its name and its history.',
  ]);
  expect(named('web')).toEqual([]);
});
