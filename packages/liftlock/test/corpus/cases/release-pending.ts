import type { CorpusCase } from '../case.ts';
import { forgeRecord } from '../records.ts';
import { configMap } from '../objects.ts';

export const releasePending: CorpusCase = {
  name: 'release-pending',
  title: 'a helm that was killed has left the release locked',
  variants: ['helm3', 'helm4'],
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('settings', { mode: 'b' })] },
  prepare: (world) =>
    forgeRecord(
      world,
      (record) => record.replace('"status":"deployed"', '"status":"pending-upgrade"'),
      'pending-upgrade',
    ),
  foretells: [{ code: 'RELEASE_PENDING' }],
  truth: { helm: 'refused', says: /another operation \(install\/upgrade\/rollback\) is in progress/ },
};
