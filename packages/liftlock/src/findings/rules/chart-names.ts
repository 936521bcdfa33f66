import type { Finding } from '../../model/finding.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { finding } from '../make-finding.ts';

/** Releases whose chart is called something else in the new version: the same release goes on under it. */
export function chartNameFindings(evidence: PreflightEvidence): readonly Finding[] {
  return selectedComponents(evidence).flatMap(({ component, read }) => {
    const before = read?.release?.installed?.chart;
    const after = read?.chart?.name;
    if (before === undefined || after === undefined || before === after) return [];
    return [
      finding({
        code: 'CHART_RENAMED',
        severity: 'info',
        component: component.name,
        message: `The chart ${before} is called ${after} now; the release ${component.release} keeps its name and its history.`,
      }),
    ];
  });
}
