import type { Finding, Remedy } from '../../model/finding.ts';
import { parseToolVersion, satisfiesRange } from '../../model/version.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** The UID of the namespace kube-system is what a cluster is known by (O20). */
export function clusterFindings({ site, snapshot }: PreflightEvidence): readonly Finding[] {
  const { uid, context, server } = snapshot.cluster;
  // Who may not read it cannot compare it; the plan lists that among what was not foreseen (O25).
  if (uid === '') return [];
  const here = `The context ${context} (${server}) is a cluster with the UID ${uid}`;
  if (site.cluster.uid !== undefined && site.cluster.uid !== uid) {
    const message = `${here}; the site file names ${site.cluster.uid}.`;
    return [
      finding({
        code: 'WRONG_CLUSTER',
        severity: 'blocker',
        field: 'cluster.uid',
        message,
        remedies: [anotherContext],
      }),
    ];
  }
  if (site.cluster.uid === undefined && snapshot.rememberedUid !== undefined && snapshot.rememberedUid !== uid) {
    return [
      finding({
        code: 'WRONG_CLUSTER',
        severity: 'blocker',
        message: `${here}; the site was used with ${snapshot.rememberedUid} before.`,
        remedies: [anotherContext, allowing(`cluster:${uid}`, 'This is the right cluster: it was rebuilt')],
      }),
    ];
  }
  return [];
}

const anotherContext: Remedy = {
  id: 'context',
  title: 'Choose the right cluster',
  destructive: false,
  commands: ['--context NAME'],
};

export function helmFindings({ platform, snapshot }: PreflightEvidence): readonly Finding[] {
  const version = parseToolVersion(snapshot.helm.version);
  if (version !== undefined && satisfiesRange(version, platform.tools.helm)) return [];
  const message = `${snapshot.helm.path} is helm ${snapshot.helm.version}; ${platform.metadata.title} asks for ${platform.tools.helm}.`;
  return [finding({ code: 'HELM_TOO_OLD', severity: 'blocker', message })];
}
