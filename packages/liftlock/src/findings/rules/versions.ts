import type { Finding } from '../../model/finding.ts';
import { parseToolVersion } from '../../model/version.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** Upgrades that climb further at once than the vendor advises. Only where the definition says how far that is (D21). */
export function versionSkippedFindings(evidence: PreflightEvidence): readonly Finding[] {
  return selectedComponents(evidence).flatMap(({ component, read }) => {
    const installed = read?.release?.installed?.version;
    const target = read?.chart?.version;
    const advice = component.upgrade;
    if (advice === undefined || installed === undefined || target === undefined) return [];
    const gap = gapOf(installed, target);
    if (gap === undefined || (gap !== 'major' && gap <= advice.maxMinors)) return [];
    const far = gap === 'major' ? 'crosses a major version' : `climbs ${gap} minor versions`;
    const most = advice.maxMinors === 1 ? 'one minor version' : `${advice.maxMinors} minor versions`;
    return [
      finding({
        code: 'VERSION_SKIPPED',
        severity: 'warning',
        component: component.name,
        message: `${installed} to ${target} ${far} at once; the vendor advises ${most} (${advice.source}).`,
        remedies: [allowing(`skip:${component.name}`, `Go to ${target} at once`)],
      }),
    ];
  });
}

/** Minor versions upwards; `major` where the way crosses one: how many minors lie between is not known. */
function gapOf(from: string, to: string): number | 'major' | undefined {
  const [old, young] = [from, to].map((version) => parseToolVersion(version)?.split('.').map(Number));
  if (old === undefined || young === undefined) return undefined;
  const [oldMajor = 0, oldMinor = 0] = old;
  const [youngMajor = 0, youngMinor = 0] = young;
  if (youngMajor < oldMajor) return undefined;
  // The first minor of the next major follows on the last of this one.
  if (youngMajor > oldMajor) return youngMajor === oldMajor + 1 && youngMinor === 0 ? undefined : 'major';
  return youngMinor - oldMinor;
}
