import type { Trouble } from '../model/platform.ts';

/** What the catalogue of findings says about a code. */
export interface Explanation {
  readonly title: string;
  readonly meaning: string;
  /** Sentences or commands. */
  readonly whatToDo: string | readonly string[];
}

/** Looks a code up in the catalogue of findings. */
export type Explain = (code: string) => Explanation | undefined;

const classes: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^IMAGE_PULL_(UNAUTHORIZED|FORBIDDEN)$/, 'credentials'],
  [/^(IMAGE_NOT_FOUND|IMAGE_NAME_INVALID)$/, 'not found'],
  [/^IMAGE_PULL_(THROTTLED|UNREACHABLE)$/, 'network'],
  [/^(IMAGE_NEVER_PULL|CONFIG_MISSING)$/, 'configuration'],
  [/^(CRASH_LOOP|OOM_KILLED|JOB_FAILED)$/, 'the program'],
  [/^(NODE_LOST|UNSCHEDULABLE|PODS_NOT_CREATED|CLAIM_PENDING)$/, 'the cluster'],
];

/** Whose trouble a fault is: decides whom to wake. */
export function faultClass(code: string): string {
  return classes.find(([pattern]) => pattern.test(code))?.[1] ?? 'unknown';
}

/** `Image pull unauthorized`, for codes that nobody explains. */
export function titleOf(code: string, explain?: Explain): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return explain?.(code)?.title ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** The vendor's entry first: it knows whom to ask. */
export function whatToDo(code: string, explain?: Explain, troubleshooting: readonly Trouble[] = []): readonly string[] {
  const trouble = troubleshooting.find(({ findings }) => findings.includes(code));
  if (trouble !== undefined) {
    return trouble.contact === undefined ? trouble.steps : [...trouble.steps, `Help: ${trouble.contact}`];
  }
  const advice = explain?.(code)?.whatToDo ?? [];
  return typeof advice === 'string' ? [advice] : advice;
}

/** True where a new key for the registry is the likely way out. */
export function isAboutCredentials(code: string): boolean {
  return faultClass(code) === 'credentials';
}
