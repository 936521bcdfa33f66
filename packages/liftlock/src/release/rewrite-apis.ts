import { isMap, isScalar, parseAllDocuments, type Document } from 'yaml';

/** What becomes of an API version of one kind in a stored manifest; without `to` its objects are left out. */
export interface ApiChange {
  readonly kind: string;
  readonly from: string;
  readonly to?: string | undefined;
}

/**
 * A stored manifest with removed API versions replaced. All else stays as it is, to the byte: comments, order, text that only
 * looks like a version.
 */
export function rewriteApis(manifest: string, changes: readonly ApiChange[]): string {
  const edits = parseAllDocuments(manifest, { version: '1.1', logLevel: 'silent' }).flatMap((document) =>
    'contents' in document ? editsOf(document, changes) : [],
  );
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end, words }) => text.slice(0, start) + words + text.slice(end), manifest);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly words: string;
}

function editsOf({ contents }: Document, changes: readonly ApiChange[]): readonly Edit[] {
  if (!isMap(contents)) return [];
  const version = contents.get('apiVersion', true);
  const change = changes.find(
    ({ kind, from }) => contents.get('kind') === kind && isScalar(version) && version.value === from,
  );
  if (change === undefined || !isScalar(version)) return [];
  const [start, end] = (change.to === undefined ? contents : version).range ?? [];
  if (start === undefined || end === undefined) return [];
  if (change.to === undefined) return [{ start, end, words: '' }];
  const isQuoted = version.type === 'QUOTE_DOUBLE' || version.type === 'QUOTE_SINGLE';
  return [{ start, end, words: isQuoted ? JSON.stringify(change.to) : change.to }];
}
