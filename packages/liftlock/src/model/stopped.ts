/** Code of the Problem of a step that a person ended in its middle, with the second Ctrl-C. */
export const stoppedCode = 'STOPPED';

/** Codes of Problems that say: somebody else is at work on the release. What they did is not undone unasked. */
export const othersCodes: readonly string[] = ['WORLD_MOVED', 'FOREIGN_REVISION', 'RELEASE_PENDING'];

/** Codes of Problems that say nothing about the release: of liftlock's lease, its books, and its own way to the cluster. */
export const unrelatedCodes: readonly string[] = [
  'LEASE_LOST',
  'REPLICA_UNWRITABLE',
  'REPLICA_DIFFERS',
  'CLUSTER_UNREACHABLE',
];

/** Codes of Problems that say: something outside of liftlock is not done yet, a later `resume` goes on. Exit 6. */
export const waitingCodes: readonly string[] = ['STILL_DELETING', 'ADDRESS_PENDING', 'DNS_CHANGE', 'JOB_RUNS'];
