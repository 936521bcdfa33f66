import { expect, test } from 'vitest';
import type { SiteVersions, VersionRoute } from '../model/site-versions.ts';
import { renderVersions } from './versions.ts';

const route = (version: string, more: Partial<VersionRoute>): VersionRoute => ({
  version,
  stands: 'reachable',
  hops: [],
  decisions: [],
  ...more,
});
const site: SiteVersions = {
  platform: 'Run:ai control plane',
  site: 'prod',
  server: 'https://10.0.0.1:6443',
  namespace: 'runai-backend',
  from: '2.12.4',
  available: 'folder',
  components: [
    {
      name: 'control-plane',
      title: 'Control plane',
      release: 'runai-backend',
      installed: '2.12.4',
      partlyAt: '2.19.11',
      partlyStatus: 'failed',
      state: 'partly',
    },
  ],
  versions: [
    route('2.25.2', {
      stands: 'unreachable',
      refusal: { code: 'NO_ROUTE', message: 'No way.', advice: ['Get 2.19.'] },
    }),
    route('2.20.0', {
      hops: [
        { from: '2.12.4', to: '2.19.11', because: ['2.19.x is a required stop (guide, line 7)'] },
        { from: '2.19.11', to: '2.20.0', because: [] },
      ],
      decisions: ['origin:runai-2.12'],
    }),
    route('2.12.4', { stands: 'installed' }),
    route('2.9.3', { stands: 'older' }),
  ],
};
const lines = (some: SiteVersions) => renderVersions(some, { width: 100, color: false }).split('\n');

test('versions with the route to each, the decisions that it waits for, and why there is none', () => {
  expect(lines(site).slice(4)).toEqual([
    'COMPONENT      RELEASE        INSTALLED  BEHIND THE NEWEST',
    'control-plane  runai-backend  2.12.4     partly: 2.19.11 failed',
    '',
    'Versions in the folder of charts:',
    'VERSION  ROUTE',
    '2.25.2   no route',
    '2.20.0   in 2 hops, by 2.19.11, with --allow origin:runai-2.12',
    '2.12.4   installed',
    '2.9.3    older',
    '',
    'Why routes land on the way:',
    '  by 2.19.11: 2.19.x is a required stop (guide, line 7)',
    '',
    'Why there is no route:',
    '  No way.',
    '    Get 2.19.',
    '',
  ]);
});

test('where nothing tells the versions, it says how to name one', () => {
  const { available: _, ...rest } = site;
  expect(lines({ ...rest, versions: [] }).join(' ')).toContain('Name one: liftlock plan --version x.y.z');
});
