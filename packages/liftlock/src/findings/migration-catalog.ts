import type { CatalogEntry } from './catalog-entry.ts';

/** What somebody must say before the migrations of a hop can begin. */
export const migrationCatalog = {
  INPUT_MISSING: {
    title: 'The site does not say what the upgrade needs to know',
    meaning:
      'A migration that this upgrade crosses, or the definition itself, needs something that no one can read from the cluster: a host name, the file of a certificate. In the plan it stands as `<name>`. Nothing is begun with it.',
    whatToDo: ['Put it under `inputs:` in the site file, or give it on the command line: `--input NAME=VALUE`.'],
  },
  FACT_UNANSWERED: {
    title: 'A question about the installation has no answer',
    meaning:
      'Whether something is needed rests on a fact. Either only a person knows it, and nobody has said it, or what it rests on could not be read. liftlock does not take "nobody knows" for "no".',
    whatToDo: [
      'Put the answer under `answers:` in the site file, or give it on the command line: `--answer NAME=VALUE`.',
      'Where a read was forbidden, get the right to read it: the finding names what.',
    ],
  },
  POINT_OF_NO_RETURN: {
    title: 'From a step of this upgrade on there is no way back',
    meaning:
      'The vendor says that what this migration does cannot be undone: `liftlock rollback` refuses to go back past it. The only way back is a backup that was made before.',
    whatToDo: [
      'Make a backup of the data, and see that it can be restored.',
      'Then say so: `--allow no-return:MIGRATION`.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
