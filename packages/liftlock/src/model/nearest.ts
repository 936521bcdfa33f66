/**
 * Edits that turn one word into the other: insert, delete, replace, or swap two neighbours (Damerau-Levenshtein, the
 * variant that edits no letter twice).
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Letters that carry the meaning: `pull_secret`, `pull-secret` and `pullSecret` are the same word. */
function bare(word: string): string {
  return word.toLowerCase().replaceAll(/[-_.\s]/g, '');
}

/**
 * The word that someone who wrote `word` probably meant, or undefined when none is close: at most one edit for words up
 * to five letters, then one for each three. Case, dashes and underscores do not count. A word that begins one
 * candidate only (`az` for `azure`) is close too.
 */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  const wanted = bare(word);
  if (wanted === '' || wanted.length > 100) return undefined;
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of words) {
    const distance = editDistance(wanted, bare(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  // A short word is as far from every other short word: one edit may not replace all of it.
  if (best !== undefined && bestDistance < bare(best).length) return best;
  const begun = words.filter((candidate) => bare(candidate).startsWith(wanted));
  return begun.length === 1 ? begun[0] : undefined;
}

/** `; did you mean "x"?`, or `; one of a, b, c`, or nothing when there are too many to list. */
export function suggestion(word: string, words: readonly string[]): string {
  const near = nearestWord(word, words);
  if (near !== undefined) return `; did you mean "${near}"?`;
  return words.length > 0 && words.length <= 12 ? `; known: ${words.join(', ')}` : '';
}
