import type { Scenario } from './scenario.ts';

const page = 'run-ai/docs docs/admin/runai-setup/self-hosted/k8s/upgrade.md';
const edition219 = `${page}, edition 2.19`;
const edition220 = 'docs.run.ai, Upgrade, edition 2.20, "Upgrade from version 2.17, or later"';
const edition30 = 'docs.nvidia.com/run-ai/self-hosted, Plan the Upgrade, edition 3.0, "Supported Upgrade Paths"';

/** Run:ai: the rules are those of the definition that liftlock has, so that these routes prove it. */
export const runai: Omit<Scenario, 'rules'> = {
  vendor: 'Run:ai',
  page,
  releases: [
    '2.7.4 2.8.9 2.9.3 2.9.28 2.10.1 2.11.2 2.12.4 2.13.7 2.13.30 2.15.3 2.15.9',
    '2.16.2 2.16.65 2.17.0 2.17.40 2.18.9 2.19.3 2.19.11 2.20.0 2.20.22 2.21.4 2.22.7',
    '2.23.1 2.24.5 2.25.0 2.25.2 2.26.1 3.0.0 3.0.2',
  ].flatMap((line) => line.split(' ')),
  routes: [
    { from: '2.9.3', to: '2.19.11', lands: ['2.19.11'], source: `${edition219}, lines 75 to 86` },
    { from: '2.9.28', to: '2.19.3', lands: ['2.19.3'], source: `${edition219}, lines 75 to 86` },
    { from: '2.10.1', to: '2.19.11', lands: ['2.19.11'], source: `${page}, editions 2.12 and 2.13: as from 2.9` },
    { from: '2.11.2', to: '2.19.11', lands: ['2.19.11'], source: `${page}, editions 2.12 and 2.13: as from 2.9` },
    {
      from: '2.12.4',
      to: '2.19.11',
      lands: ['2.19.11'],
      decisions: ['runai-2.12'],
      source: `${edition219}: 2.12 is in neither section`,
    },
    { from: '2.13.7', to: '2.19.11', lands: ['2.19.11'], source: `${edition219}, lines 60 to 67` },
    { from: '2.16.2', to: '2.19.11', lands: ['2.19.11'], source: `${edition219}, lines 60 to 67` },
    { from: '2.18.9', to: '2.19.11', lands: ['2.19.11'], source: `${edition219}, lines 60 to 67` },
    { from: '2.8.9', to: '2.19.11', refused: 'ORIGIN_REFUSED', source: `${edition219}: nothing below 2.9` },
    { from: '2.7.4', to: '2.13.30', refused: 'ORIGIN_REFUSED', source: `${page}, edition 2.13, section 2.7 and 2.8` },
    { from: '2.19.11', to: '2.18.9', refused: 'ROUTE_DOWNGRADE', source: `${edition219}: up only` },
    { from: '2.9.3', to: '2.20.22', lands: ['2.19.11', '2.20.22'], source: edition220 },
    { from: '2.16.65', to: '2.20.22', lands: ['2.19.11', '2.20.22'], source: edition220 },
    { from: '2.17.0', to: '2.20.22', lands: ['2.20.22'], source: edition220 },
    {
      from: '2.17.40',
      to: '2.25.2',
      lands: ['2.25.2'],
      source: 'docs.run.ai, Upgrade, edition 2.25: 2.17 or later at once',
    },
    { from: '2.13.7', to: '2.25.2', lands: ['2.19.11', '2.25.2'], source: `${edition220}; edition 2.25` },
    { from: '2.23.1', to: '3.0.2', lands: ['3.0.2'], source: `${edition30}: 2.24, 2.25, 2.26, 3.0` },
    { from: '2.22.7', to: '3.0.2', lands: ['2.26.1', '3.0.2'], source: `${edition30}: five are too many` },
    { from: '2.9.3', to: '3.0.2', lands: ['2.19.11', '2.26.1', '3.0.2'], source: `${edition219}; ${edition30}` },
    {
      from: '2.9.3',
      to: '2.19.11',
      stops: ['2.15'],
      lands: ['2.15.9', '2.19.11'],
      source: `${edition219}, lines 75 to 86; the stop is the site's`,
    },
    {
      from: '2.9.3',
      to: '2.19.11',
      stops: ['2.13.7', '~2.16.0'],
      lands: ['2.13.7', '2.16.65', '2.19.11'],
      source: `${edition219}, lines 75 to 86; the stops are the site's`,
    },
    {
      from: '2.9.3',
      to: '2.20.22',
      only: ['2.9.3', '2.20.22'],
      refused: 'NO_ROUTE',
      source: `${edition220}; a bundle that lacks the hop`,
    },
  ],
};
