/** Code of the Problem of a step that a person ended in its middle, with the second Ctrl-C. */
export const stoppedCode = 'STOPPED';
