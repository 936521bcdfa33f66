/** Why a run stopped that a person stopped; the command then ends with 130. */
export const stoppedOnRequest = 'stopped on request';

/** Why a run stopped whose window closed between two components. */
export const windowClosed = 'the maintenance window has closed';

export { stoppedCode } from '../model/stopped.ts';

/** Codes of Problems that say: something outside of liftlock is not done yet, a later `resume` goes on. Exit 6. */
export const waitingCodes: readonly string[] = ['STILL_DELETING', 'ADDRESS_PENDING', 'DNS_CHANGE'];
