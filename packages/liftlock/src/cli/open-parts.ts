import type { OpenParts } from '../main/open-site.ts';
import { note } from './output.ts';
import { theRedactor } from './redactor.ts';

/** What a command hands to whoever opens a site. */
export function openParts(): OpenParts {
  return { environment: process.env, redactor: theRedactor, say: (text) => note(text, theRedactor) };
}
