/** What an attendant and the process that started it say to each other. */

/** What an attendant says to the process that started it. */
export type AttendantMessage =
  | { kind: 'report'; line: string }
  | { kind: 'ready' }
  | { kind: 'failed'; message: string };

/** What that process says to the attendant: from now on live without me. */
export interface OwnerMessage {
  kind: 'release';
}
