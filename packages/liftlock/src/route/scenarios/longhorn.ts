import type { Scenario } from './scenario.ts';

const page = 'longhorn/website content/docs/1.9.0/deploy/upgrade/_index.md@6c216cf3';
const next = ['1.28.4', '1.29.1', '1.30.0', '1.30.2', '2.0.0', '2.0.1', '2.1.0'];

/** Longhorn: one minor version at a time, and a major version is left from its last minor only. */
export const longhorn: Scenario = {
  vendor: 'Longhorn',
  page,
  rules: [
    { kind: 'gap', minors: 1, source: `${page}, lines 27, 30 and 31` },
    // Which minor version is the last of a major one, only the list of releases tells.
    { kind: 'gap', count: 1, source: `${page}, lines 29 and 33` },
  ],
  releases: [
    '1.2.6',
    '1.3.3',
    '1.4.1',
    '1.4.2',
    '1.4.4',
    '1.5.0',
    '1.5.1',
    '1.5.5',
    '1.6.4',
    '1.7.0',
    '1.7.3',
    '1.8.0-rc1',
    '1.8.2',
    '1.9.0',
  ],
  routes: [
    { from: '1.4.2', to: '1.5.1', lands: ['1.5.1'], source: 'line 27' },
    { from: '1.5.0', to: '1.5.1', lands: ['1.5.1'], source: 'line 28' },
    { from: '1.7.0', to: '1.7.3', lands: ['1.7.3'], source: 'line 28' },
    { from: '1.3.3', to: '1.5.1', lands: ['1.4.4', '1.5.1'], source: 'line 30: not at once' },
    { from: '1.2.6', to: '1.5.1', lands: ['1.3.3', '1.4.4', '1.5.1'], source: 'line 31: not at once' },
    {
      from: '1.4.2',
      to: '1.9.0',
      lands: ['1.5.5', '1.6.4', '1.7.3', '1.8.2', '1.9.0'],
      source: 'line 27, five times',
    },
    { from: '1.8.2', to: '1.9.0', lands: ['1.9.0'], source: 'line 27' },
    { from: '1.4.2', to: '1.4.1', refused: 'ROUTE_DOWNGRADE', source: 'line 16' },
    { from: '1.9.0', to: '1.8.2', refused: 'ROUTE_DOWNGRADE', source: 'line 16' },
    { from: '1.30.0', to: '2.0.0', only: next, lands: ['2.0.0'], source: 'line 29, its example' },
    { from: '1.30.0', to: '2.0.1', only: next, lands: ['2.0.1'], source: 'line 33: any patch' },
    { from: '1.29.1', to: '2.0.0', only: next, lands: ['1.30.2', '2.0.0'], source: 'line 33' },
    {
      from: '1.28.4',
      to: '2.1.0',
      only: next,
      lands: ['1.29.1', '1.30.2', '2.0.1', '2.1.0'],
      source: 'lines 27 and 33',
    },
    {
      from: '1.4.2',
      to: '1.6.4',
      only: ['1.4.2', '1.6.4'],
      refused: 'NO_ROUTE',
      source: 'line 30, where nobody has 1.5',
    },
  ],
};
