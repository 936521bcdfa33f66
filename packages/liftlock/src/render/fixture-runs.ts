// Faults and journals for this room's tests, about the plan of fixtures.ts. Not part of the library.
import type { Entry, EntryBody, Fault } from '../model/journal.ts';
import { namespace, plan } from './fixtures.ts';

/** A key that ran out, seen on the API's first new pod. */
export const pullFault: Fault = {
  code: 'IMAGE_PULL_UNAUTHORIZED',
  object: { apiVersion: 'v1', kind: 'Pod', namespace, name: 'codemie-api-6d5f9c7b84-x2v7q' },
  container: 'codemie',
  image: 'registry.example.com/codemie/codemie-api:2.2.5',
  message:
    'Failed to pull image "registry.example.com/codemie/codemie-api:2.2.5": failed to resolve reference: unexpected status from HEAD request to https://registry.example.com/v2/codemie/codemie-api/manifests/2.2.5: 401 Unauthorized',
  lines: [],
  isCertain: true,
  graceSeconds: 0,
  since: '2026-12-05T22:06:31Z',
};

/** A crash loop with the last lines of its log, still within its grace. */
export const crashFault: Fault = {
  code: 'CRASH_LOOP',
  object: { apiVersion: 'v1', kind: 'Pod', namespace, name: 'codemie-ui-7c9d8b6f5-k4m2p' },
  container: 'ui',
  image: 'registry.example.com/codemie/codemie-ui:2.2.5',
  message: 'back-off 20s restarting failed container; last exit code 1',
  lines: ['nginx: [emerg] host not found in upstream "codemie-api" in /etc/nginx/conf.d/default.conf:12'],
  isCertain: false,
  graceSeconds: 47,
  since: '2026-12-05T22:04:10Z',
};

/** Entries with numbers and times, so many seconds after 22:00. */
export function entriesOf(bodies: readonly (readonly [seconds: number, body: EntryBody])[]): readonly Entry[] {
  const start = Date.parse('2026-12-05T22:00:00Z');
  return bodies.map(([seconds, body], index) => ({
    ...body,
    run: '20261205-2200-k7',
    sequence: index + 1,
    at: new Date(start + seconds * 1000).toISOString(),
  }));
}

function settled(step: string, from: number, to: number, writes: number): (readonly [number, EntryBody])[] {
  const touched = writes > 0 ? 'yes' : 'no';
  return [
    [from, { type: 'observed', step, observation: 'todo', note: '' }],
    [from, { type: 'act-started', step }],
    [to - 10, { type: 'act-ended', step, outcome: 'done', touched, writes, seconds: to - 10 - from }],
    [to, { type: 'confirmed', step, note: 'healthy for 10s', seconds: 10 }],
  ];
}

const started: readonly (readonly [number, EntryBody])[] = [
  [0, { type: 'run-started', purpose: 'upgrade', who: 'r.ahn', decisions: [], ticket: 'CHG-4711' }],
  [0, { type: 'hop-planned', plan }],
];

/** A run that went through. */
export const finishedRun: readonly Entry[] = entriesOf([
  ...started,
  ...plan.steps.flatMap((step, index) =>
    settled(step.id, 1 + index * 40, 36 + index * 40, step.kind === 'helm-upgrade' ? 3 : 0),
  ),
  [340, { type: 'run-finished' }],
]);

/** A run that ended at the API's refused image. */
export const failedRun: readonly Entry[] = entriesOf([
  ...started,
  ...plan.steps
    .slice(0, 5)
    .flatMap((step, index) => settled(step.id, 1 + index * 40, 36 + index * 40, step.kind === 'helm-upgrade' ? 3 : 0)),
  [204, { type: 'observed', step: 'api/upgrade', observation: 'todo', note: '' }],
  [204, { type: 'act-started', step: 'api/upgrade' }],
  [209, { type: 'fault', step: 'api/upgrade', fault: { ...pullFault, isCertain: false, graceSeconds: 15 } }],
  [224, { type: 'fault', step: 'api/upgrade', fault: pullFault }],
  [
    225,
    {
      type: 'act-ended',
      step: 'api/upgrade',
      outcome: 'failed',
      touched: 'yes',
      writes: 4,
      seconds: 21,
      problem: {
        code: 'IMAGE_PULL_UNAUTHORIZED',
        message: 'The registry refused the credentials of the cluster.',
        advice: [],
      },
    },
  ],
  [226, { type: 'evidence', file: '/home/ops/liftlock-20261205-2200-k7.tar.gz' }],
  [226, { type: 'stopped', reason: 'api/upgrade failed' }],
]);
