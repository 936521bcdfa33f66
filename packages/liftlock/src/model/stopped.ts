/** Code of the Problem of a step that a person ended in its middle, with the second Ctrl-C. */
export const stoppedCode = 'STOPPED';

/** What the gate answers to helm when the lease is lost; helm passes it on in its own words. */
export const leaseLostWords = 'liftlock: this run no longer holds the lease';

/** Codes of Problems that say: somebody else is at work on the release. What they did is not undone unasked. */
export const othersCodes: readonly string[] = ['WORLD_MOVED', 'FOREIGN_REVISION', 'RELEASE_PENDING', 'LEASE_LOST'];

/** Codes of Problems that say: something outside of liftlock is not done yet, a later `resume` goes on. Exit 6. */
export const waitingCodes: readonly string[] = ['STILL_DELETING', 'ADDRESS_PENDING', 'DNS_CHANGE', 'JOB_RUNS'];
