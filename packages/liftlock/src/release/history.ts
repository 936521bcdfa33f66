import type { Release, Revision } from '../model/snapshot.ts';

/**
 * The revision that counts as installed (O12): the newest `deployed`; if none, the newest `superseded`. A newer
 * failed or pending revision makes the component partly at that version, never installed.
 */
export function installedRevision(revisions: readonly Revision[]): Revision | undefined {
  const newestFirst = revisions.toSorted((a, b) => b.revision - a.revision);
  return (
    newestFirst.find((revision) => revision.status === 'deployed') ??
    newestFirst.find((revision) => revision.status === 'superseded')
  );
}

/** The newer revision that failed or hangs, if there is one. */
export function partlyAt(release: Release): Revision | undefined {
  const { newest, installed } = release;
  return installed !== undefined && newest.revision > installed.revision ? newest : undefined;
}

/** True while helm, alive or dead, has the release locked. */
export function isPending(revision: Revision): boolean {
  return revision.status.startsWith('pending-') || revision.status === 'uninstalling';
}
