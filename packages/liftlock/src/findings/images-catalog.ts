import type { CatalogEntry } from './catalog-entry.ts';

/** Whether the images of a revision are there to be pulled, on the way there and on the way back. */
export const imagesCatalog = {
  IMAGE_UNPROVEN: {
    title: 'Whether images exist could not be seen from here',
    meaning:
      'The registry refused the question, did not answer in time, or hides what the caller may not see. That says nothing of the nodes, which pull with an identity and through networks of their own.',
    whatToDo: [
      'Let the nodes prove it: `--prove-images cluster` pulls each image in a pod of its own before anything is upgraded.',
      'Or name a pull secret in the values, or the credentials in the site, so that the registry can be asked from here.',
      'If it need not be asked: `proveImages: off` in the site.',
    ],
  },
  IMAGE_NOT_PULLED: {
    title: 'The nodes cannot pull an image of the new revision',
    meaning:
      'With `--prove-images cluster` one pod for each image was started before the upgrade, with `imagePullPolicy: Always`. A node said that the image cannot be pulled. Nothing of the platform was touched, and the pods were removed again.',
    whatToDo: [
      'Read what the kubelet says: a wrong name, a missing pull secret, a registry that the nodes cannot reach.',
      'Mend it and run `liftlock resume`.',
    ],
  },
  ROLLBACK_BLOCKED: {
    title: 'After this upgrade the way back would be barred, or would take something away',
    meaning:
      'A rollback is an upgrade to the former manifest. Some changes go one way only: a claim that grew, a ConfigMap or Secret that became immutable, an object that had to be made anew; and an image of the former revision may be gone from its registry. What the new revision has first, a rollback deletes again, with the data in it.',
    whatToDo: [
      'Know it before the upgrade begins: if it fails, mend it forward, or restore from a backup.',
      'If an image of the former revision is gone, copy it to a registry of your own before the upgrade.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
