import type { Finding, Remedy } from '../model/finding.ts';
import type { FaultCode, FindingCode } from './catalog.ts';

/** A Finding whose code has a page in the catalog: rules can use no other. */
export function finding(
  parts: Omit<Finding, 'code' | 'remedies'> & {
    readonly code: FindingCode | FaultCode;
    readonly remedies?: readonly Remedy[] | undefined;
  },
): Finding {
  return { ...parts, remedies: parts.remedies ?? [] };
}

/** A remedy that is the operator's consent; its id is what `--allow` takes. */
export function allowing(id: string, title: string, options: { readonly destructive?: boolean } = {}): Remedy {
  return { id, title, destructive: options.destructive ?? false, commands: [`--allow ${shellWord(id)}`] };
}

/** A word as a shell takes it, in single quotes only where it needs them. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
