import type { Plan } from '../model/plan.ts';
import type { Platform } from '../model/platform.ts';
import { Problem } from '../model/problem.ts';
import type { Site } from '../model/site.ts';
import { sealPlan } from './make-plan.ts';
import { pullSecretStep } from './steps/pull-secret.ts';
import { registryLoginStep } from './steps/registry-login.ts';

export interface RotationInput {
  readonly platform: Platform;
  readonly platformDigest: string;
  readonly site: Site;
  readonly siteDigest: string;
  readonly namespace: string;
  readonly keyId: string;
  readonly cluster: Plan['cluster'];
  readonly helmVersion: string;
}

/** Renewing the registry key: log in with it, then put it where the cluster's nodes find it (C34). */
export function makeRotation(input: RotationInput): Plan {
  const { platform, site, namespace } = input;
  const { registry } = platform;
  if (registry?.pullSecret === undefined) {
    throw new Problem('NO_PULL_SECRET', `${platform.metadata.title} has no image pull secret to renew.`);
  }
  const { pullSecret } = registry;
  return sealPlan({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Plan',
    purpose: 'rotation',
    platform: { name: platform.metadata.name, title: platform.metadata.title, digest: input.platformDigest },
    site: { name: site.metadata.name, digest: input.siteDigest, options: site.options, namespace },
    cluster: input.cluster,
    helm: { version: input.helmVersion },
    decisions: [],
    affirmations: {},
    state: {},
    route: [],
    hop: 0,
    ahead: [],
    components: [],
    steps: [
      registryLoginStep(
        loginHost(registry.host, site),
        registry.login?.username ?? '',
        registry.login?.guideCommand?.split(' '),
      ),
      pullSecretStep({ ...pullSecret, namespace, keyId: input.keyId }),
    ],
  });
}

/** Where charts are pulled from: the mirror that stands in for the platform's registry, or that registry itself. */
export function loginHost(host: string, site: Pick<Site, 'mirrors'>): string {
  const hostOf = (reference: string) => new URL(reference.replace(/^oci:/, 'https:')).host;
  const mirror = site.mirrors.find((item) => hostOf(item.from) === host);
  return mirror === undefined ? host : hostOf(mirror.to);
}
