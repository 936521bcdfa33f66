import { appendFileSync } from 'node:fs';
import type { CanaryFigures } from './reliability.ts';
import { filesBelow, secretsBelow, secretsIn, type Secrets } from './sweep.ts';
import type { Sightings } from './watch-secrets.ts';

/** A search for secrets where none may stand, which keeps count of where it looked and what it found. */
export interface CanarySearch {
  /** `WHERE: SECRET` for each secret that one of the texts holds, by where it is from. */
  inTexts(texts: Readonly<Record<string, string>>): readonly string[];
  /** `PATH: SECRET` for files below a folder, but for those of backups. */
  below(folder: string): Promise<readonly string[]>;
  /** `WHERE: SECRET` of what children were given. @param isTheirs what may be given, since it was the child's own before */
  inChildren(seen: readonly Sightings[], isTheirs: (hit: string) => boolean): readonly string[];
  /** Adds the figures, as a line, to the file that LIFTLOCK_CANARY_FIGURES names: for the long run of `npm run torture`. */
  tell(): void;
}

/** Begins a search. */
export function searchFor(secrets: () => Secrets): CanarySearch {
  let texts = 0;
  let files = 0;
  let found = 0;
  const counted = (hits: readonly string[]) => {
    found += hits.length;
    return hits;
  };
  return {
    inTexts(named) {
      texts += Object.keys(named).length;
      const hits = Object.entries(named).flatMap(([where, text]) =>
        secretsIn(text, secrets()).map((secret) => `${where}: ${secret}`),
      );
      return counted(hits);
    },
    async below(folder) {
      files += (await filesBelow(folder)).length;
      const hits = await secretsBelow(folder, secrets());
      return counted(hits.filter((hit) => !hit.includes('/backup/')));
    },
    inChildren(seen, isTheirs) {
      texts += seen.flatMap(({ children }) => [...children.values()].flat()).length;
      return counted(seen.flatMap(({ given }) => given).filter((hit) => !isTheirs(hit)));
    },
    tell() {
      const figures: CanaryFigures = { secrets: Object.keys(secrets()).length, texts, files, found };
      const { LIFTLOCK_CANARY_FIGURES: file } = process.env;
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(figures)}\n`);
    },
  };
}
