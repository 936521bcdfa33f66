/** Why a run stopped that a person stopped; the command then ends with 130. */
export const stoppedOnRequest = 'stopped on request';

/** Why a run stopped whose window closed between two components. */
export const windowClosed = 'the maintenance window has closed';

/** Code of the Problem of a step that a person ended in its middle, with the second Ctrl-C. */
export const stoppedCode = 'STOPPED';
