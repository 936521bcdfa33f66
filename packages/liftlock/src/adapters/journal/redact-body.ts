import type { EntryBody } from '../../model/journal.ts';
import type { Redactor } from '../../model/redaction.ts';

/**
 * An entry's body as JSON text with every learned secret masked: once string by string, since JSON escapes quotes and
 * line ends, and once over the whole text, where keys are.
 */
export function redactBody(body: EntryBody, redactor: Redactor): string {
  const byValue = JSON.stringify(body, (_key, value: unknown) => {
    if (typeof value !== 'number') return typeof value === 'string' ? redactor.text(value) : value;
    const text = redactor.text(String(value));
    return text === String(value) ? value : text;
  });
  const whole = redactor.text(byValue);
  // A secret of digits only can hit a bare number, or the entry's own words: the entry must stay readable.
  return isSameKind(whole, body.type) ? whole : byValue;
}

function isSameKind(text: string, type: string): boolean {
  try {
    return (JSON.parse(text) as { readonly type?: unknown }).type === type;
  } catch {
    return false;
  }
}
