import type { RetainVolumesStep } from '../../model/step.ts';
import type { ReinstallFacts } from '../reinstall-facts.ts';

/** Sets the reclaim policy of the volumes to Retain; the former policies are part of the step, and put back where that is safe. */
export function retainVolumesStep({ component, release, namespace, claims }: ReinstallFacts): RetainVolumesStep {
  const volumes = claims.map((claim) => claim.volume).filter((volume) => volume !== '');
  return {
    kind: 'retain-volumes',
    id: `${component}/retain-volumes`,
    title: `Keep the volumes of ${release} whatever happens to their claims`,
    component,
    release,
    namespace,
    claims: claims.filter((claim) => claim.volume !== ''),
    command: retainCommand(volumes),
    risk: 'reversible',
  };
}

/** The same by kubectl. */
export function retainCommand(volumes: readonly string[], policy = 'Retain'): readonly string[] {
  const patch = JSON.stringify({ spec: { persistentVolumeReclaimPolicy: policy } });
  return ['kubectl', 'patch', 'persistentvolume', ...volumes, '--patch', patch];
}
