import type { Finding } from '../../model/finding.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';
import { affirmationFor } from './affirmations.ts';

/** The maintenance window: agreed on, open now, and long enough for the worst case (O24). */
export function windowFindings(evidence: PreflightEvidence): readonly Finding[] {
  const { site, now, worstSeconds, selected } = evidence;
  if (selected.length === 0) return [];
  if (site.window === undefined) return missing(evidence);
  const opens = Date.parse(site.window.opens);
  const closes = Date.parse(site.window.closes);
  const start = Math.max(now.getTime(), opens);
  const findings: Finding[] = [];
  if (now.getTime() < opens) findings.push(closed(`The maintenance window opens at ${site.window.opens}`, evidence));
  if (now.getTime() >= closes) return [closed(`The maintenance window closed at ${site.window.closes}`, evidence)];
  if (start + worstSeconds * 1000 > closes) {
    const left = Math.floor((closes - start) / 60_000);
    findings.push(
      finding({
        code: 'WINDOW_TOO_SHORT',
        severity: 'blocker',
        field: 'window.closes',
        message: `At worst the upgrade takes ${Math.ceil(worstSeconds / 60)} minutes; ${left} are left of the maintenance window.`,
        remedies: [allowing('short-window', 'Accept that it may overrun')],
      }),
    );
  }
  return findings;
}

function missing(evidence: PreflightEvidence): readonly Finding[] {
  const { platform, site, finalTarget: target = evidence.target } = evidence;
  const item = platform.checklist.find((entry) => entry.affirm === 'window');
  if (item === undefined || affirmationFor(item.id, site, target) !== undefined) return [];
  return [
    finding({
      code: 'WINDOW_MISSING',
      severity: 'blocker',
      field: 'window',
      message: `The site has no maintenance window, and nobody has affirmed one for ${target}.${item.why === undefined ? '' : ` ${item.why}`}`,
      remedies: [
        {
          id: `affirm:${item.id}`,
          title: 'Say that it is agreed',
          destructive: false,
          commands: [`--affirm ${item.id}=NAME`],
        },
      ],
    }),
  ];
}

function closed(what: string, { now }: PreflightEvidence): Finding {
  return finding({
    code: 'WINDOW_CLOSED',
    severity: 'blocker',
    field: 'window',
    message: `${what}; it is ${now.toISOString()} now.`,
    remedies: [allowing('outside-window', 'Start outside the window')],
  });
}
