import type {
  CompareAddressesStep,
  CompareKeptStep,
  HelmUninstallStep,
  PutAsideStep,
  PutBackStep,
  RetainVolumesStep,
} from '../model/step.ts';
import { formatRef } from '../model/kube.ts';

export type ReinstallStep =
  | PutAsideStep
  | RetainVolumesStep
  | HelmUninstallStep
  | PutBackStep
  | CompareKeptStep
  | CompareAddressesStep;

/** One step of a reinstall for those who type it. */
export interface ReinstallWords {
  readonly words: readonly string[];
  readonly commands: readonly (readonly string[])[];
}

/** What a person does for a step of a reinstall: the guide's commands where it has some, and what must be looked at. */
export function reinstallWords(step: ReinstallStep): ReinstallWords {
  const inNamespace = ['--namespace', step.namespace];
  switch (step.kind) {
    case 'put-aside':
      return {
        words: [
          `Save what this prints as current-values.yml, and look that it is valid. Save each of these objects as well: ${step.kept
            .map(({ object }) => `${object.kind} ${object.name}`)
            .join(', ')}.`,
        ],
        commands: [
          step.guideCommand ?? [],
          ...step.kept.map(({ object: { kind, name } }) => [
            'kubectl',
            'get',
            kind.toLowerCase(),
            name,
            ...inNamespace,
            '-o',
            'yaml',
          ]),
        ],
      };
    case 'retain-volumes':
      return { words: [], commands: [step.command ?? []] };
    case 'helm-uninstall':
      return {
        words: ['Go on only when everything of the release is gone; finalizers take their time.'],
        commands: [step.guideCommand ?? step.command ?? []],
      };
    case 'put-back':
      return { words: putBackWords(step), commands: [] };
    case 'compare-kept':
      return {
        words: ['Every claim is on the volume that it had, and every Secret holds what was saved.'],
        commands: [['kubectl', 'get', 'persistentvolumeclaims', ...inNamespace, '-o', 'wide']],
      };
    case 'compare-addresses':
      return {
        words: step.addresses.map(
          ({ object, addresses, hosts }) =>
            `${formatRef(object)} had ${addresses.join(', ')}: if it has another address now, change the DNS records${hosts.length === 0 ? '' : ` of ${hosts.join(', ')}`}.`,
        ),
        commands: [['kubectl', 'get', 'services,ingresses', ...inNamespace]],
      };
  }
}

function putBackWords({ kept, claims, release, namespace }: PutBackStep): readonly string[] {
  const names = kept.map(({ object }) => `${object.kind} ${object.name}`);
  const rebound = claims.filter((claim) => claim.isRebound && claim.volume !== '');
  return [
    names.length === 0
      ? 'Nothing went that must be there.'
      : `Create these from what was saved, with the label app.kubernetes.io/managed-by=Helm and the annotations meta.helm.sh/release-name=${release} and meta.helm.sh/release-namespace=${namespace}: ${names.join(', ')}.`,
    ...rebound.map(
      ({ name, volume }) =>
        `Remove spec.claimRef.uid and spec.claimRef.resourceVersion of PersistentVolume ${volume}, create the claim ${name} with spec.volumeName: ${volume}, and wait until it is Bound.`,
    ),
  ];
}
