/** Why a run stopped that a person stopped; the command then ends with 130. */
export const stoppedOnRequest = 'stopped on request';

/** Why a run stopped whose window closed between two components. */
export const windowClosed = 'the maintenance window has closed';

/** Why a run stopped whose next hop became another one than was announced: somebody has to look at it first. */
export const hopChanged = 'the next hop is not as it was announced';

export { stoppedCode, waitingCodes } from '../model/stopped.ts';
