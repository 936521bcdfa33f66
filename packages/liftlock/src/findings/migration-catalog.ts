import type { CatalogEntry } from './catalog-entry.ts';

/** What somebody must say before the migrations of a hop can begin, and what they leave behind. */
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
      'One that the checklist of the platform or `receipts` of the site lets liftlock see is found by itself.',
      'Otherwise say so: `--allow no-return:MIGRATION`.',
    ],
  },
  BACKUP_MISSING: {
    title: 'No backup of before the upgrade counts',
    meaning:
      'What this upgrade does to data may not be undone without one. liftlock looked where the platform or the site says that backups are seen: none is there, or none has ended well, holds what it must, and is fresh by the clock of the API server. The finding says of each why it does not count.',
    whatToDo: [
      'Make the backup, wait until it has ended, and plan again: it is found by itself.',
      'Where your backups are seen elsewhere: say so under `receipts` in the site file.',
      'Where no program can see it: someone with a name answers for it, `--affirm ID=YOUR-NAME`.',
    ],
  },
  ROLLBACK_LEAVES: {
    title: 'A rollback leaves something that the run has changed',
    meaning:
      'A release goes back with the objects that helm knows to be its own. What other steps of the run have changed or made is none of them, and stays: an object that was patched and not put back since the run was killed, a definition, a Secret that was made from a file.',
    whatToDo: [
      'Decide whether the old version can live with it.',
      'Where the run has kept it: `liftlock restore RUN --only OBJECT`.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
