import { Redactor } from '../model/redaction.ts';

/** One redactor a process: what any part of it learns is masked in everything that it prints. */
export const theRedactor = new Redactor();
