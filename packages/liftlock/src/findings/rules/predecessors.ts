import type { Finding } from '../../model/finding.ts';
import { compareVersions } from '../../model/version.ts';
import { partlyAt } from '../../release/history.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { finding } from '../make-finding.ts';

/**
 * Components that come after another one, which this plan leaves as it is although it is not at the target or not healthy. In
 * a plan of both the order and the wait for health see to it.
 */
export function predecessorFindings(evidence: PreflightEvidence): readonly Finding[] {
  return selectedComponents(evidence).flatMap(({ component }) => {
    const { after } = component;
    if (after === undefined || evidence.selected.includes(after)) return [];
    const why = whyNotReady(after, evidence);
    if (why === undefined) return [];
    return [
      finding({
        code: 'PREDECESSOR_NOT_READY',
        severity: 'blocker',
        component: component.name,
        message: `${component.name} is upgraded only after ${after}: ${why}.`,
        remedies: [
          { id: `first:${after}`, title: `Upgrade ${after} first, or both`, destructive: false, commands: [] },
        ],
      }),
    ];
  });
}

function whyNotReady(name: string, { snapshot, target }: PreflightEvidence): string | undefined {
  const release = snapshot.components.find((item) => item.name === name)?.release;
  const installed = release?.installed?.version;
  if (release === undefined || installed === undefined) return 'it is not installed';
  if (compareVersions(installed, target) < 0) return `it is at ${installed}, below ${target}`;
  const partly = partlyAt(release);
  if (partly !== undefined) return `its revision ${partly.revision} is ${partly.status}`;
  const ill = snapshot.health.find(
    (item) => item.component === name && (item.state === 'unhealthy' || item.state === 'progressing'),
  );
  return ill === undefined ? undefined : `${ill.object.kind} ${ill.object.name} is ${ill.state}`;
}
