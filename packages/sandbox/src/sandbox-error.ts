/** A failure that a user can act on: what happened, and what to do about it. */
export class SandboxError extends Error {
  readonly code: string;
  readonly advice: readonly string[];

  constructor(code: string, message: string, advice: readonly string[] = []) {
    super(message);
    this.name = 'SandboxError';
    this.code = code;
    this.advice = advice;
  }
}
