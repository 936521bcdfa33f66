import type { CatalogEntry } from './catalog-entry.ts';

/** What stands in the way of an uninstall that is followed by a new installation, and what comes of it. */
export const reinstallCatalog = {
  RETENTION_DELETES_CLAIMS: {
    title: 'A StatefulSet would delete its claims with itself',
    meaning:
      'Its persistentVolumeClaimRetentionPolicy says whenDeleted: Delete. An uninstall would take the claims away, and with them, by their reclaim policy, the volumes.',
    whatToDo: [
      'The plan sets the policy to Retain first, by itself: `retain:statefulset/NAME`. Nothing else of the set is changed.',
      'Set it in the values as well, where the chart has a value for it: the new installation brings back what the chart says.',
    ],
  },
  CLAIM_GOES_WITH_RELEASE: {
    title: 'The uninstall would take a claim away',
    meaning:
      'The claim is an object of the chart itself, or hangs from one by owner reference. Its volume is kept by the policy Retain; a new claim of the same name would get a new, empty volume all the same, because the old volume still names the old claim.',
    whatToDo: [
      'Let it be made again and bound to its own volume, before anything is installed: `--allow rebind:pvc/NAME`.',
      'Take a snapshot of the volume first, as the vendor and your storage advise.',
    ],
  },
  VOLUME_NOT_RETAINED: {
    title: 'A volume is not safe while its release is uninstalled',
    meaning:
      'Its reclaim policy is not Retain, or may not be read, and this user may not change it: volumes belong to the whole cluster.',
    whatToDo: [
      'Ask somebody who may: the command is shown.',
      'Or get the verbs get and patch on persistentvolumes, and plan again.',
    ],
  },
  DELETE_HOOK: {
    title: 'The installed chart runs a hook when it is uninstalled',
    meaning:
      'Hooks of the events pre-delete and post-delete run with the uninstall. Some tidy up, and some wipe storage. What it does can only be read, not foreseen.',
    whatToDo: [
      'Read it: `helm get hooks RELEASE`.',
      'Let it run: `--allow hook:NAME`. Or let no hook run: `--allow no-hooks:COMPONENT`.',
    ],
  },
  UNINSTALL_DELETES_PROTECTED: {
    title: 'The uninstall deletes what more hangs from than the release',
    meaning:
      'A CustomResourceDefinition takes every resource of its kind in the whole cluster with it, a Namespace everything in it; the operator of a custom resource may delete what that stands for.',
    whatToDo: [
      'See what hangs from it, and take a backup.',
      'Let it go, by name: `--allow delete:KIND/NAME`. The object itself is kept with the run.',
    ],
  },
  ADDRESS_MAY_CHANGE: {
    title: 'The platform may come back under another address',
    meaning:
      'An uninstall gives the address of a load balancer back. The new installation may get another one; then the names of the platform lead nowhere until the DNS records are changed.',
    whatToDo: [
      'Have the person at hand who can change the records that are named, and lower their time to live before.',
      'After the installation the addresses are compared. If they differ, the run lists old and new, and stays open until the names lead to the new ones: `liftlock resume` looks again, `liftlock resume --affirm dns` ends it by your word.',
    ],
  },
  GENERATED_SECRET_OVERWRITTEN: {
    title: 'The new installation would replace a secret that the data depends on',
    meaning:
      'The chart makes the value up each time it is rendered, and does not look whether there is one already. The volumes still expect the old one: a database would refuse its own platform, and what was encrypted could not be read any more. The chart was rendered twice to know this.',
    whatToDo: [
      'Give the value explicitly in the values file, with what the Secret holds now.',
      'Or, where the chart takes one, name an existing Secret; copy the present one under another name first.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
