import type { CatalogEntry } from './catalog-entry.ts';

/** Others who write what an upgrade writes: controllers, and people at work at the same time. */
export const otherWritersCatalog = {
  GITOPS_OWNED: {
    title: 'A GitOps controller keeps the release',
    meaning:
      "Argo CD or Flux writes the release, or objects of it, from what a git repository says. liftlock knows by the controller's own object (Application, HelmRelease, Kustomization), by the labels and annotations that controllers leave, and by the field managers of live objects. The upgrade would be undone at the next reconciliation, or two writers would be at work at once. A controller that is suspended, or synced by hand alone, only warns.",
    whatToDo: [
      'Best: change the version in git, and let the controller upgrade.',
      'Or pause the controller with the command that is shown, upgrade, and change git to the same version before it goes on.',
      'If the marks are old and no controller is there any more: `--allow gitops:RELEASE`.',
    ],
  },
  CHART_TAG_MOVED: {
    title: 'The tag of a chart leads to another chart than when the plan was made',
    meaning:
      'Somebody has pushed the same version again. The run goes on with the chart that was approved, pulled by its digest; whoever installs the version by its name now gets another one.',
    whatToDo: [
      'Ask the vendor, or whoever runs the registry, why a published version was changed.',
      'To take the new chart, plan again after the run: `liftlock plan`.',
    ],
  },
  FOREIGN_REVISION: {
    title: 'Somebody else has upgraded or rolled back the release while helm was at work on it',
    meaning:
      "helm's records show a revision that the helm of this run did not make. What is in the cluster now is a mix of both.",
    whatToDo: [
      'Find out who it was: `helm history RELEASE -n NAMESPACE`, and stop it.',
      'Look at what is there, then go on: `liftlock resume` says what it found.',
    ],
  },
  FOREIGN_WRITE: {
    title: 'Somebody else has changed an object of the release while helm was at work on it',
    meaning:
      'The API server keeps who has written which field, and when (`metadata.managedFields`). A field that the chart sets has another value, by another program than helm.',
    whatToDo: [
      'Find out who it was and why.',
      'Put the change into the values file if it is meant to stay: the next upgrade undoes it.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
