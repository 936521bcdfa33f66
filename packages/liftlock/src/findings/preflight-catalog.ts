import type { CatalogEntry } from './catalog-entry.ts';

/** Findings about the site, before anything is written. */
export const preflightCatalog = {
  KUBERNETES_OUT_OF_RANGE: {
    title: 'The target version does not support this Kubernetes',
    meaning:
      "The definition says, with its source, which versions of Kubernetes the target supports, and the cluster's is none of them. Objects may be refused, or accepted and not work.",
    whatToDo: [
      'Upgrade the cluster first, or choose another target: `liftlock versions`.',
      'If the vendor has told you that it works all the same: `--allow kubernetes:VERSION`.',
    ],
  },
  HELM_OUT_OF_RANGE: {
    title: 'The target version asks for another helm',
    meaning: 'The definition says, with its source, which versions of helm the target can be installed with.',
    whatToDo: ['Install a helm of that range, or name one: `--helm /path/to/helm`.'],
  },
  HELM_TOO_OLD: {
    title: 'The helm binary is too old',
    meaning: 'The platform asks for a newer helm than the one that was found.',
    whatToDo: [
      'Install a helm that fits.',
      'Name it with `--helm PATH` or `LIFTLOCK_HELM` if it is not the first in PATH.',
    ],
  },
  WRONG_CLUSTER: {
    title: 'This is another cluster than the site names',
    meaning:
      'A site knows its cluster by the UID of the namespace kube-system. The cluster behind the chosen context has another one.',
    whatToDo: [
      'Look at the context: `kubectl config current-context`. Choose the right one with `--context`.',
      'If the cluster was rebuilt on purpose, put its UID into the site file as `cluster.uid`.',
    ],
  },
  REPO_ADDRESS_DIFFERS: {
    title: 'helm knows another address under the name of the chart repository',
    meaning:
      'The list of repositories of the helm on this machine has the name that the guide uses, with another address. liftlock itself pulls from the right one; the commands of the guide, typed by hand, would not.',
    whatToDo: [
      'Look at `helm repo list`. A mirror that is meant belongs into the site file, under `mirrors`.',
      'If the other address may go, allow it by name: `--allow repo:NAME`. Its login goes with it: the entry is kept with the run, in `backup/repository-NAME.yaml`.',
    ],
  },
  CHART_INDEX: {
    title: 'The index of a chart repository, as it was read',
    meaning: 'Versions were looked up in this index, which was fetched anew, as after `helm repo update`.',
    whatToDo: ['Nothing. It is kept with the plan, so that later one can tell what there was to choose from.'],
  },
  VERSION_LATEST: {
    title: 'The target is the latest version, since none was named',
    meaning: 'The guide allows to leave `--version` out. What that means today is said before anything is done.',
    whatToDo: ['Name the version where you want another: `--version x.y.z`.'],
  },
  PERMISSION_MISSING: {
    title: 'The API server would refuse a part of the upgrade',
    meaning:
      'liftlock asked the API server what this user may do (SelfSubjectAccessReview), and the answer for a needed verb was no.',
    whatToDo: [
      'Ask for the verbs and resources that are named. `liftlock platform rbac --for apply` prints the roles that this site needs, for whoever may grant them.',
      'Check with `kubectl auth can-i VERB RESOURCE -n NAMESPACE`.',
    ],
  },
  RELEASE_ABSENT: {
    title: 'A release that the upgrade expects does not exist',
    meaning:
      'The other releases are there, but this one is not. An upgrade would install it anew: seldom what is meant, and often a sign of a wrong namespace.',
    whatToDo: [
      'See what is there with `helm list -n NAMESPACE`.',
      'If it shall be installed, allow it by name: `--allow install:RELEASE`.',
    ],
  },
  ALL_RELEASES_ABSENT: {
    title: 'None of the releases of the platform exists here',
    meaning:
      'This is not the cluster or the namespace of the platform. liftlock upgrades; it does not make a first installation by accident.',
    whatToDo: [
      'Choose the cluster with `--context` and the namespace with `--namespace`; the message names where such releases do exist.',
    ],
  },
  RELEASE_PENDING: {
    title: 'A release is locked by an operation that has not ended',
    meaning: 'The newest revision is pending: a helm is at work on it now, or one was killed and left the lock behind.',
    whatToDo: [
      'Make sure that nobody is upgrading it. If someone is, wait.',
      'If a run of liftlock was interrupted, go on with `liftlock resume`.',
      'If the helm is dead, allow its record to be marked failed: `--allow unlock:RELEASE`. Nothing else is changed by that.',
    ],
  },
  RELEASE_UNREADABLE: {
    title: 'The record of the newest revision cannot be read',
    meaning: 'helm keeps each revision in a Secret. The newest one is damaged, so it is not known what is installed.',
    whatToDo: [
      'Look at it: `helm history RELEASE -n NAMESPACE`.',
      'Restore the Secret from a backup, then plan again.',
    ],
  },
  NEWEST_REVISION_FAILED: {
    title: 'The last change of a release failed',
    meaning:
      'An older revision counts as installed. Parts of the failed one may be in the cluster; the upgrade starts from the installed one.',
    whatToDo: [
      'See what failed: `helm history RELEASE -n NAMESPACE`.',
      'Nothing has to be done before the upgrade, if the cause is gone.',
    ],
  },
  ORIGIN_UNKNOWN: {
    title: 'It is not known which version a release comes from',
    meaning:
      'No revision was ever deployed: each one failed or hangs. The steps of an upgrade depend on the version that it starts from.',
    whatToDo: [
      'Look at the history and the pods.',
      'Allow the upgrade to take the failed revision as its origin: `--allow origin:RELEASE`.',
    ],
  },
  DOWNGRADE: {
    title: 'A component is newer than the target',
    meaning: 'Going back is no upgrade: data that a newer version migrated may not be readable by an older one.',
    whatToDo: [
      'Check the target version.',
      'Leave the component out with `--only`.',
      'To undo a run, use `liftlock rollback`.',
    ],
  },
  ALREADY_AT_TARGET: {
    title: 'A component is at the target already',
    meaning: 'Its installed revision has the target version.',
    whatToDo: ['Nothing.'],
  },
  VALUE_WOULD_REVERT: {
    title: 'The upgrade would undo a value that is set in the cluster',
    meaning:
      'The live release has a value that the values files do not have, or have differently, and the new chart does not explain it. Someone probably set it by hand since the files were last used.',
    whatToDo: [
      'Find out who set it and why.',
      'Put it into the values file, or keep it for this upgrade: `--allow keep:COMPONENT:PATH`.',
      'If the files are right, drop it: `--allow drop:COMPONENT:PATH`.',
    ],
  },
  VALUE_CHANGES: {
    title: 'The values files bring a new value',
    meaning: 'The value is new in the files, or the new version of the chart explains why it changes.',
    whatToDo: ['Read it; it is part of the upgrade.'],
  },
  CAPACITY_SHORT: {
    title: 'The nodes may have no room for the new pods',
    meaning:
      'Each new pod was placed on the first node with room for its requests, as a rolling update runs it beside the old one. Selectors, taints and affinity were not looked at. With an autoscaler, nodes may come; without one (`fixedNodes: true`) this blocks.',
    whatToDo: ['Free room, or add a node.', 'Allow it by name: `--allow capacity:COMPONENT`.'],
  },
  UNHEALTHY_BEFORE: {
    title: 'Something is unhealthy before the upgrade',
    meaning:
      'It was so before anything was touched. Upgrading a broken component doubles the fault; what is broken elsewhere is only told, so that it is not blamed on the upgrade.',
    whatToDo: ['Mend it first.', 'If the upgrade is meant to mend it: `--allow unhealthy:COMPONENT`.'],
  },
  KEY_EXPIRING: {
    title: 'The registry key will expire soon',
    meaning: 'Keys live for a limited time, and this one is near its end.',
    whatToDo: ['Ask for a new key now.', 'Put it in place with `liftlock credentials rotate`.'],
  },
  KEY_EXPIRED: {
    title: 'The registry key has expired',
    meaning: 'The key is older than the registry lets keys live. Charts and images could not be pulled with it.',
    whatToDo: [
      'Ask for a new key and replace the key file.',
      'Run `liftlock credentials rotate`.',
      'If the registry still takes it: `--allow expired-key`.',
    ],
  },
  KEY_AGE_UNKNOWN: {
    title: 'The age of the registry key is not known',
    meaning:
      'The key file does not say when it was made. liftlock can only count from the day on which it first saw it.',
    whatToDo: ['Put the day into the site file: `credentials.registry.keyCreated`.'],
  },
  PULL_SECRET_MISSING: {
    title: 'The image pull secret does not exist',
    meaning: 'The platform pulls its images with a Secret of this name, and the namespace has none.',
    whatToDo: ['Make it with `liftlock credentials rotate`.', 'If the nodes need none: `--allow no-pull-secret`.'],
  },
  AFFIRMATION_MISSING: {
    title: 'A person has to say that a prerequisite is met',
    meaning:
      'The guide asks for something that no program can see. Someone with a name answers for it, for this target version.',
    whatToDo: ['Do it, then say so: `--affirm ID=YOUR-NAME`, or write it into the site file under `affirmations`.'],
  },
  WINDOW_MISSING: {
    title: 'No maintenance window was given',
    meaning: 'Users may notice the upgrade. The guide asks to agree on a window with them.',
    whatToDo: [
      'Put `window` with `opens` and `closes` into the site file, or say that it is agreed: `--affirm window=YOUR-NAME`.',
    ],
  },
  WINDOW_CLOSED: {
    title: 'The maintenance window is not open',
    meaning: 'It opens later, or it is over.',
    whatToDo: ['Start when it is open.', 'Start all the same: `--allow outside-window`.'],
  },
  WINDOW_TOO_SHORT: {
    title: 'The upgrade may not fit into the maintenance window',
    meaning: 'If every component takes its whole timeout, the window closes before the last one is done.',
    whatToDo: [
      'Start earlier, or take fewer components with `--only`.',
      'Accept that it may overrun: `--allow short-window`.',
    ],
  },
  STORAGE_CLASS_MISSING: {
    title: 'A volume claim asks for a storage class that does not exist',
    meaning:
      'New claims from the template of the workload would stay Pending. Claims that are bound already are not touched.',
    whatToDo: [
      'See `kubectl get storageclass`.',
      'Make the class, or set another one in the values before the first installation.',
    ],
  },
  FORECAST_REJECTED: {
    title: 'The API server would refuse a change',
    meaning:
      'The real helm made this upgrade against the real API server, with every write turned into a dry run. The server said no.',
    whatToDo: [
      'Read what the server says of the object and the field.',
      'Change the values, or the object that is in the way, and plan again.',
    ],
  },
  DELETES_PROTECTED: {
    title: 'The upgrade would delete something that holds data',
    meaning:
      'The object is no longer in the chart, so helm would delete it, and what hangs from it: volumes, custom resources, whole namespaces.',
    whatToDo: [
      'To keep it: `kubectl annotate KIND NAME -n NAMESPACE helm.sh/resource-policy=keep`.',
      'To let it go: `--allow delete:KIND/NAME`.',
    ],
  },
  LEFTOVER_OF_FAILED_REVISION: {
    title: 'A failed revision left a field behind',
    meaning:
      'helm compares with the last deployed revision and does not see what a failed one set since. The field would stay, and with it the failure.',
    whatToDo: [
      'Let it be removed before the upgrade, by the id that is shown: `--allow clean:COMPONENT:KIND/NAME:PATH`. The former object is kept with the run.',
      'Or remove it yourself with the `kubectl patch` that is shown, and plan again.',
    ],
  },
  LIVE_EDIT_UNDONE: {
    title: 'The upgrade would undo a change that someone made in the cluster',
    meaning:
      'The installed revision sets the field, the live object has another value, and the new revision sets its own again. Who changed it and when is what the API server keeps in `metadata.managedFields`; a field that was removed has no manager, and is by someone.',
    whatToDo: [
      'See what it is and what it becomes: `liftlock plan --verbose`.',
      'To keep the change, put it into the values file and plan again.',
      'If it is not needed any more, nothing has to be done.',
    ],
  },
  REPLICAS_UNDER_HPA: {
    title: 'The chart sets replicas that an autoscaler sets too',
    meaning:
      'The new revision sets `spec.replicas` of a workload that a HorizontalPodAutoscaler scales (KEDA makes such autoscalers as well). The upgrade may set the number back, and pods may end under load, until the autoscaler acts again.',
    whatToDo: [
      'Leave the replicas out in the values, where the chart can do so: often `autoscaling.enabled: true`.',
      'Or set them in the values to what the autoscaler has now: `kubectl get hpa -n NAMESPACE`.',
    ],
  },
  API_WARNING: {
    title: 'The API server warns about an object',
    meaning:
      'The server sends such warnings for deprecated versions, unknown fields and pod security. The change is accepted.',
    whatToDo: ['Read it; often it is for the maker of the chart.'],
  },
  RELEASE_MOVED: {
    title: 'A release has changed since the run saw it',
    meaning:
      'The newest revision of the release was made by somebody else: since the run ended that is to be rolled back, or since the run planned or tried the upgrade that is to go on. What they did would be undone.',
    whatToDo: [
      'See who did what: `helm history RELEASE -n NAMESPACE`.',
      'If it shall be undone as well: `--allow` with the id that is shown, `moved:COMPONENT` for a rollback, `moved:COMPONENT:REVISION` to go on.',
    ],
  },
  ROLLBACK_PAST_MIGRATION: {
    title: 'A rollback would cross a migration of data',
    meaning: 'A component has migrated its data since. The old version may not work with it.',
    whatToDo: [
      'Go forward: mend the cause and `liftlock resume`.',
      'If the data was restored from a backup, say so with the remedy that is named.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
