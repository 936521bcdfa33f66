import type { CatalogEntry } from './catalog-entry.ts';

/** What the forecast finds: answers of the API server and of helm in the shadow, and what they mean. Sorted by theme. */
export const forecastCatalog = {
  // Refusals of the API server and of helm.
  IMMUTABLE_FIELD: {
    title: 'The upgrade changes a field that cannot be changed',
    meaning:
      'Some fields are fixed when an object is made: the selector of a Deployment, the claim templates of a StatefulSet, the template of a Job, the address of a Service, the role of a RoleBinding, most of a claim. The API server was asked, in a dry run, and refused.',
    whatToDo: [
      'If the flag `--force` is the cause, the plan leaves it out by itself: `drop:COMPONENT:--force`.',
      'Look whether the values can keep the field as it is.',
      'Else let the object be deleted and made anew, by name: `--allow recreate:KIND/NAME`. The finding says what is lost meanwhile; the former object is kept with the run.',
    ],
  },
  FOREIGN_OWNERSHIP: {
    title: 'An object that the chart wants to make exists already and is not of this release',
    meaning:
      "helm stops before it writes anything when an object of the new revision exists without the label and the two annotations that make it the release's own. Someone made it by hand, or another release owns it.",
    whatToDo: [
      'If nobody else manages it, let it be adopted: `--allow adopt:KIND/NAME` sets the label and the annotations and nothing else. The plan does so by itself where the object has no owner and nothing else of it would change.',
      'Where the upgrade would then overwrite or add content, where a ConfigMap or Secret holds keys that the chart does not have, and for kinds that hold data, it waits for your `--allow`: the finding names the fields. Copy what you want to keep first.',
      'If another release owns it, it stays with that one: rename it in the values of one of the two.',
    ],
  },
  REMOVED_API_IN_CHART: {
    title: 'The new chart uses an API version that this cluster no longer serves',
    meaning: 'Kubernetes has removed that version of the API. The chart is older than the cluster.',
    whatToDo: [
      'Look for a newer version of the chart, or for a value that chooses the API version.',
      'The deprecation guide of Kubernetes names the successor of each version.',
    ],
  },
  REMOVED_API_IN_RECORD: {
    title: 'The record of the installed revision uses an API version that this cluster no longer serves',
    meaning:
      'helm compares the new manifest with the one that it stored at the last upgrade. The cluster was upgraded since, and what is stored there cannot be read any more, so that helm refuses every upgrade. The objects themselves are well: Kubernetes serves them under the newer version.',
    whatToDo: [
      'Let the stored manifest be rewritten: `rewrite:COMPONENT`. The plan does so by itself; it changes no object, and the former record is kept with the run.',
      'To go back to the former record: `liftlock restore RUN`.',
    ],
  },
  CRD_MISSING: {
    title: 'The chart uses a kind that the cluster does not know',
    meaning: 'The CustomResourceDefinition of that kind, or that version of it, is not installed.',
    whatToDo: [
      'Install the operator, or the CRDs, that serve the kind, and plan again.',
      'Or turn the part of the chart that needs it off in the values.',
    ],
  },
  APPLY_CONFLICT: {
    title: 'Another manager owns a field that the upgrade sets',
    meaning:
      'The release is applied server-side. A field that the chart sets was set to another value by someone else, who owns it since: the API server does not let helm take it.',
    whatToDo: [
      'See who sets it and why: `kubectl get KIND NAME -o yaml --show-managed-fields`.',
      "Put the value into the values file, or take it out of the chart's values, and plan again.",
    ],
  },
  ADMISSION_DENIED: {
    title: 'A policy of the cluster refuses the change',
    meaning: 'An admission webhook or a ValidatingAdmissionPolicy looked at the object as it would be and said no.',
    whatToDo: [
      'Read what the policy says, and change the values so that it is kept.',
      'Or ask who looks after the policy for an exception.',
    ],
  },
  WEBHOOK_DOWN: {
    title: 'An admission webhook does not answer, and nothing can be written without it',
    meaning:
      'The API server asks the webhook about each such object. It cannot be reached, and its failure policy is to refuse.',
    whatToDo: [
      'Look at the service that is named, and at its pods: `kubectl get pods,endpointslices -n NAMESPACE`.',
      'If its release was uninstalled and the configuration was left behind, ask its owner to delete the configuration.',
    ],
  },
  QUOTA_EXCEEDED: {
    title: 'A quota of the namespace is used up',
    meaning: 'The ResourceQuota that is named does not leave room for the object.',
    whatToDo: [
      'See what is used: `kubectl describe resourcequota -n NAMESPACE`.',
      'Ask for a larger quota, or free what is not needed, and plan again.',
    ],
  },
  LIMIT_RANGE: {
    title: 'A LimitRange of the namespace refuses the size of an object',
    meaning: 'Requests or limits, or the size of a claim, are outside of what the LimitRange of the namespace allows.',
    whatToDo: ['See it: `kubectl describe limitrange -n NAMESPACE`.', 'Change the size in the values, and plan again.'],
  },
  NAMESPACE_MISSING: {
    title: 'The chart writes into a namespace that does not exist',
    meaning: 'The API server refuses objects in a namespace that is not there.',
    whatToDo: ['Make the namespace, and plan again.'],
  },
  NAMESPACE_TERMINATING: {
    title: 'The namespace is being deleted',
    meaning:
      'Somebody deleted the namespace. The API server takes nothing new into it, and everything in it goes; it waits only for objects whose finalizers have not been worked off. An upgrade there ends halfway.',
    whatToDo: [
      'Ask who deleted it: the audit log of the cluster says.',
      'What it waits for: `kubectl get namespace NAME -o jsonpath={.status.conditions}`.',
      'A deletion cannot be taken back. When the namespace is gone, restore it from the backup; volumes with the reclaim policy Retain are still there.',
    ],
  },
  STRICT_FIELD: {
    title: 'The chart sets a field that the API does not know, or sets one twice',
    meaning:
      'The field is misspelt, indented wrongly or of another version of the API. Where helm asks for strict checks the object is refused; else the field is dropped silently.',
    whatToDo: ['Correct the value that it comes from, or tell the maker of the chart.'],
  },
  FORCE_STRIPS: {
    title: 'With --force the upgrade would strip what others have set',
    meaning:
      'With `--force` helm replaces each object as a whole. What controllers, admission or people have added to it, and the chart does not name, is lost: finalizers that guard a clean-up, annotations of load balancers, labels, the class of an Ingress, variables of a container.',
    whatToDo: [
      'Leave the flag out; the plan does so by itself: `drop:COMPONENT:--force`.',
      'If it shall be lost, allow it by name: `--allow strip:COMPONENT`.',
    ],
  },
  // What helm says before it asks the API server.
  RECORD_TOO_LARGE: {
    title: 'The record of the release comes near to what a Secret can hold, or is larger',
    meaning:
      'helm keeps chart, values and manifest of each revision, compressed, in one Secret; the API server refuses Secrets over 1 MiB.',
    whatToDo: [
      'Large files in the chart count too: values files, dashboards, CRDs. See whether parts of the chart can be turned off.',
      'Tell the maker of the chart; it can be split, or leave files out by `.helmignore`.',
    ],
  },
  TEMPLATE_FAILED: {
    title: 'A template of the chart cannot be rendered with these values',
    meaning:
      'helm names the template and the line. A value is missing, has another type, or the chart itself refuses it.',
    whatToDo: ['Look at the value that is named, and correct it in the values file.'],
  },
  VALUES_SCHEMA: {
    title: "A value does not fit the chart's schema",
    meaning: 'The chart says in `values.schema.json` which values it takes, and of which type.',
    whatToDo: ['Correct the value at the path that is named, and plan again.'],
  },
  NONDETERMINISTIC_RENDER: {
    title: 'The chart renders differently each time',
    meaning:
      'Two renders of the same values gave different fields: generated passwords or certificates, times, random names. These fields change at every upgrade; they are left out of the changes that are shown.',
    whatToDo: [
      'See whether the chart takes an existing Secret, or the value itself, so that it stays the same.',
      'Expect pods that read such a field to restart at every upgrade.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
