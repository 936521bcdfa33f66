import type { CorpusCase } from '../case.ts';
import { configMap } from '../objects.ts';

// Texts that gzip cannot shrink: what helm keeps of a release is compressed.
const noise = (length: number) => {
  let state = 7;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCodePoint(33 + ((state >> 8) % 90));
  })
    .join('')
    .replaceAll(/["'\\]/g, '.');
};

export const recordTooLarge: CorpusCase = {
  name: 'record-too-large',
  title: "helm's record of the new revision would be larger than a Secret may be",
  before: { objects: [configMap('settings', { mode: 'a' })] },
  after: { objects: [configMap('one', { text: noise(900_000) }), configMap('two', { text: noise(900_000).slice(1) })] },
  foretells: [{ code: 'RECORD_TOO_LARGE' }],
  truth: { helm: 'refused', says: /Too long/ },
};
