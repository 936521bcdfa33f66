import type { CatalogEntry } from './catalog-entry.ts';

/** What keeps the steps of a migration from doing their work: files, Secrets, claims, consent. */
export const stepCatalog = {
  TLS_UNREADABLE: {
    title: 'A certificate or its key cannot be read',
    meaning:
      'A step makes a Secret of type kubernetes.io/tls from two files, or such a Secret is there already. The certificate has to be PEM, with the one of the server first; the key PEM without a passphrase. A file that is not there counts as unreadable.',
    whatToDo: [
      'Look at the files that the site names under `inputs`: `openssl x509 -in FILE -noout -text`, `openssl pkey -in FILE -noout`.',
      'A key with a passphrase: `openssl pkey -in FILE -out NEW`, into a file that nobody else may read.',
    ],
  },
  TLS_KEY_MISMATCHED: {
    title: 'The key is not the one of the certificate',
    meaning:
      'Their public halves differ. Nothing could be served with them; an ingress controller would take its own certificate instead.',
    whatToDo: [
      'Compare: `openssl x509 -in CERTIFICATE -noout -pubkey` and `openssl pkey -in KEY -pubout` have to print the same.',
      'Name the files that belong together under `inputs` of the site.',
    ],
  },
  TLS_NOT_VALID_NOW: {
    title: 'The certificate has expired, or is not valid yet',
    meaning:
      'Whoever opens the platform after the upgrade would be refused or warned. The time is that of this machine.',
    whatToDo: ['Have the certificate renewed, and name the new file.'],
  },
  TLS_WRONG_HOST: {
    title: 'The certificate is not for the domain of the platform',
    meaning:
      'None of its names is the domain. A wildcard stands for one label: *.example.com is for a.example.com, and neither for example.com nor for a.b.example.com. The common name counts for nothing.',
    whatToDo: ['Correct the domain under `inputs` of the site, or have a certificate made for it.'],
  },
  SECRET_DIFFERS: {
    title: 'A Secret that a step makes from files is there and holds something else',
    meaning:
      'Somebody has made it before, by hand or from other files. It is not written over without consent. With it, the present one is kept with the run, and `liftlock restore` puts it back.',
    whatToDo: [
      'See what it holds: `kubectl describe secret NAME`.',
      'Leave it: name the files that it was made from. Or replace it: `--allow replace:secret/NAME`.',
    ],
  },
  STORAGE_CLASS_NONE: {
    title: 'The cluster has no storage class',
    meaning: 'The guide asks for one: claims of the new version would stay Pending, and their pods with them.',
    whatToDo: ['Install a storage provider and a StorageClass: `kubectl get storageclasses`.'],
  },
  STORAGE_CLASS_NO_DEFAULT: {
    title: 'No storage class is the default',
    meaning: 'A claim that names no class gets no volume. Claims that exist are not concerned.',
    whatToDo: [
      'Make one the default: `kubectl annotate storageclass NAME storageclass.kubernetes.io/is-default-class=true`.',
      'Or set the class of each claim in the values.',
    ],
  },
  CLAIM_NOT_BOUND: {
    title: 'A claim that the upgrade has to keep is missing, or not bound',
    meaning:
      'The migration protects this claim, and the new version is told to use it. Without it the database or the metrics would begin anew, empty; helm would not notice.',
    whatToDo: [
      'Look: `kubectl get persistentvolumeclaims`. A claim that was deleted may have left its volume: see its reclaim policy.',
      'Do not go on before the claim is there and Bound.',
    ],
  },
  VOLUME_POLICY_DELETE: {
    title: 'The volume of a kept claim would go with the claim',
    meaning:
      'The reclaim policy of the volume is Delete: whoever deletes the claim, or the namespace, deletes the data. The upgrade keeps the claim; the policy is told because it decides what an accident costs.',
    whatToDo: [
      'For safety: `kubectl patch persistentvolume NAME --patch \'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\'`.',
    ],
  },
  LOCAL_COMMAND_OFF: {
    title: 'A step runs a command on this machine, and the site does not allow it',
    meaning:
      'Definitions are data; what they run on the machine of the operator is off until the site names the step. The command runs without a shell, in the folder and environment of liftlock.',
    whatToDo: ['Read the command. To allow it, name the id of the step under `localCommands` in the site file.'],
  },
} satisfies Readonly<Record<string, CatalogEntry>>;
