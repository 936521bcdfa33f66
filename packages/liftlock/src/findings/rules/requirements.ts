import type { Finding } from '../../model/finding.ts';
import { parseToolVersion, satisfiesRange } from '../../model/version.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** What the vendor says the target needs of Kubernetes and of helm (O26). Versions as distributions print them count without their suffix. */
export function requirementFindings({ platform, snapshot, target }: PreflightEvidence): readonly Finding[] {
  const own = (platform.requires ?? []).filter(({ versions }) => satisfiesRange(target, versions));
  const misfits = (found: string, range: string | undefined) => {
    const version = parseToolVersion(found);
    return range !== undefined && version !== undefined && !satisfiesRange(version, range);
  };
  const title = `${platform.metadata.title} ${target}`;
  return own.flatMap(({ kubernetes, helm, source }) => [
    ...(misfits(snapshot.cluster.version, kubernetes)
      ? [
          finding({
            code: 'KUBERNETES_OUT_OF_RANGE',
            severity: 'blocker',
            message: `${title} supports Kubernetes ${kubernetes}; the cluster is ${snapshot.cluster.version} (${source}).`,
            remedies: [allowing(`kubernetes:${target}`, `Go to ${target} on this cluster all the same`)],
          }),
        ]
      : []),
    ...(misfits(snapshot.helm.version, helm)
      ? [
          finding({
            code: 'HELM_OUT_OF_RANGE',
            severity: 'blocker',
            message: `${title} asks for helm ${helm}; ${snapshot.helm.path} is ${snapshot.helm.version} (${source}).`,
          }),
        ]
      : []),
  ]);
}
