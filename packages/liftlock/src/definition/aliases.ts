import { isAlias, visit } from 'yaml';
import type { Alias, Document, Node } from 'yaml';

export interface Aliases {
  /** What each alias stands for: the last anchor of its name above it. */
  readonly targets: ReadonlyMap<Alias, Node>;
  /** Aliases whose anchor does not stand above them. */
  readonly lost: readonly Alias[];
}

/** The aliases of a document, found in one walk: the library's own look-up walks once for each. */
export function findAliases(document: Document): Aliases {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const lost: Alias[] = [];
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const found = anchors.get(node.source);
      if (found) targets.set(node, found);
      else lost.push(node);
    },
  });
  return { targets, lost };
}
