import type { RouteRule } from '../../model/route.ts';
import type { Scenario } from './scenario.ts';

const page = 'getsentry/sentry-docs develop-docs/self-hosted/releases.mdx@0358fe86';
const later = 'getsentry/sentry-docs pull request 11605, develop-docs/self-hosted/releases.mdx, lines 48 to 53';

const rules: readonly RouteRule[] = [
  { kind: 'stop', versions: '9.1.2', source: `${page}, line 53` },
  { kind: 'stop', versions: '21.5.0', source: `${page}, line 57` },
  { kind: 'stop', versions: '21.6.3', source: `${page}, line 61` },
  { kind: 'stop', versions: '23.6.2', source: `${page}, line 65` },
  {
    kind: 'withdrawn',
    versions: '23.7.0',
    instead: '23.7.x',
    because: 'trouble with its database migrations',
    source: `${page}, line 68`,
  },
];
const releases = [
  '8.22.0 9.0.0 9.1.2 10.0.0 20.6.0 20.12.1 21.4.1 21.5.0 21.5.1 21.6.0 21.6.3',
  '22.1.0 22.12.0 23.6.1 23.6.2 23.7.0 23.7.1 23.8.0 23.10.1 23.11.0 23.11.2',
  '24.1.2 24.3.0 24.7.1 24.8.0 24.9.0',
].flatMap((line) => line.split(' '));

/** Sentry self-hosted: hard stops at exact releases, named by the month; this edition knows four. */
export const sentry: Scenario = {
  vendor: 'Sentry self-hosted, edition of 24.3',
  page,
  rules,
  releases,
  routes: [
    {
      from: '8.22.0',
      to: '24.3.0',
      lands: ['9.1.2', '21.5.0', '21.6.3', '23.6.2', '24.3.0'],
      source: 'line 53',
    },
    { from: '9.0.0', to: '24.3.0', lands: ['9.1.2', '21.5.0', '21.6.3', '23.6.2', '24.3.0'], source: 'line 53' },
    { from: '9.1.2', to: '24.3.0', lands: ['21.5.0', '21.6.3', '23.6.2', '24.3.0'], source: 'line 57' },
    { from: '21.5.1', to: '24.3.0', lands: ['21.6.3', '23.6.2', '24.3.0'], source: 'line 61' },
    { from: '21.6.0', to: '24.3.0', lands: ['21.6.3', '23.6.2', '24.3.0'], source: 'line 61' },
    { from: '21.6.3', to: '24.3.0', lands: ['23.6.2', '24.3.0'], source: 'line 65' },
    { from: '22.1.0', to: '24.3.0', lands: ['23.6.2', '24.3.0'], source: 'line 65' },
    { from: '23.6.1', to: '24.3.0', lands: ['23.6.2', '24.3.0'], source: 'line 65' },
    { from: '23.6.2', to: '24.3.0', lands: ['24.3.0'], source: 'line 68' },
    { from: '23.8.0', to: '24.3.0', lands: ['24.3.0'], source: 'line 68' },
    { from: '23.6.2', to: '23.7.0', refused: 'TARGET_WITHDRAWN', source: 'line 68' },
    { from: '22.12.0', to: '23.7.1', lands: ['23.6.2', '23.7.1'], source: 'lines 65 and 68' },
    { from: '24.3.0', to: '23.8.0', refused: 'ROUTE_DOWNGRADE', source: 'line 40: checks out the newer release' },
  ],
};

/** The edition after it has two more. */
export const sentryLater: Scenario = {
  vendor: 'Sentry self-hosted, edition of 24.8',
  page: later,
  rules: [
    ...rules,
    { kind: 'stop', versions: '23.11.0', source: later },
    { kind: 'stop', versions: '24.8.0', source: later },
  ],
  releases,
  routes: [
    {
      from: '9.1.2',
      to: '24.9.0',
      lands: ['21.5.0', '21.6.3', '23.6.2', '23.11.0', '24.8.0', '24.9.0'],
      source: 'the list of hard stops',
    },
    {
      from: '20.12.1',
      to: '24.9.0',
      lands: ['21.5.0', '21.6.3', '23.6.2', '23.11.0', '24.8.0', '24.9.0'],
      source: 'the list of hard stops',
    },
    { from: '23.7.0', to: '24.9.0', lands: ['23.11.0', '24.8.0', '24.9.0'], source: 'the list of hard stops' },
    { from: '23.11.2', to: '24.9.0', lands: ['24.8.0', '24.9.0'], source: 'the list of hard stops' },
    { from: '24.1.2', to: '24.8.0', lands: ['24.8.0'], source: 'the list of hard stops' },
    { from: '24.8.0', to: '24.9.0', lands: ['24.9.0'], source: 'the list of hard stops' },
  ],
};
