import type { RegistryLoginStep } from '../../model/step.ts';

/** Proves that a registry accepts the credentials. Touches nothing in the cluster. */
export function registryLoginStep(host: string, username: string, guideCommand?: readonly string[]): RegistryLoginStep {
  return {
    kind: 'registry-login',
    id: 'registry/login',
    title: `Log in to ${host}`,
    host,
    username,
    ...(guideCommand === undefined ? {} : { guideCommand }),
    risk: 'none',
  };
}
