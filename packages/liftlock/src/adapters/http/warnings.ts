import type { IncomingHttpHeaders } from 'node:http';

/** Texts of `Warning: 299 - "text"`, as the API server sends them. */
export function warningsOf(headers: IncomingHttpHeaders): readonly string[] {
  const value = headers['warning'];
  if (value === undefined) return [];
  const lines = Array.isArray(value) ? value.join(', ') : value;
  return [...lines.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] ?? '').replaceAll(/\\(.)/g, '$1'),
  );
}
