import type { PullSecretStep } from '../../model/step.ts';

/** Puts a new key into the image pull secret that the platform's pods use. */
export function pullSecretStep(
  facts: Omit<PullSecretStep, 'kind' | 'id' | 'title' | 'risk' | 'guideCommand'>,
): PullSecretStep {
  return {
    ...facts,
    kind: 'pull-secret',
    id: 'registry/pull-secret',
    title: `Renew the image pull secret ${facts.namespace}/${facts.name}`,
    risk: 'reversible',
    guideCommand: [
      'kubectl',
      'create',
      'secret',
      'docker-registry',
      facts.name,
      `--docker-server=${facts.server}`,
      `--docker-username=${facts.username}`,
      '--docker-password="$(cat key.json)"',
      '--namespace',
      facts.namespace,
    ],
  };
}
