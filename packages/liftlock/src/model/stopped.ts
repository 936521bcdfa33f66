/** Code of the Problem of a step that a person ended in its middle, with the second Ctrl-C. */
export const stoppedCode = 'STOPPED';

/** Codes of Problems that say: something outside of liftlock is not done yet, a later `resume` goes on. Exit 6. */
export const waitingCodes: readonly string[] = ['STILL_DELETING', 'ADDRESS_PENDING', 'DNS_CHANGE', 'JOB_RUNS'];
