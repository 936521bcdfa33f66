import type { Finding } from '../../model/finding.ts';
import type { RouteNotice } from '../../route/question.ts';
import { allowing, finding } from '../make-finding.ts';

/** What there is to know, or to decide, of a route that was found. */
export function routeFindings(notices: readonly RouteNotice[]): readonly Finding[] {
  return notices.map(noticeFinding);
}

function noticeFinding(notice: RouteNotice): Finding {
  switch (notice.kind) {
    case 'silent-origin':
      return finding({
        code: 'ROUTE_NEEDS_DECISION',
        severity: 'blocker',
        message: `The vendor says nothing of upgrades from ${notice.version}. ${sentence(notice.because)} Source: ${notice.source}.`,
        remedies: [allowing(`origin:${notice.id}`, `Go on from ${notice.version} as it is proposed`)],
      });
    case 'unknown-condition':
      return finding({
        code: 'ROUTE_STOP_UNSURE',
        severity: 'info',
        message: `${notice.versions} is a stop only where \`${notice.condition}\` holds, which is not known: the route stops there. Source: ${notice.source}.`,
      });
    case 'unsure-gap':
      return finding({
        code: 'ROUTE_GAP_UNSURE',
        severity: 'blocker',
        message: `One upgrade climbs at most ${notice.count} published minor versions, and how many were published between ${notice.from} and ${notice.to} the charts at hand do not tell. Source: ${notice.source}.`,
        remedies: [
          allowing(`gap:${notice.to}`, `No more than ${notice.count} were: go from ${notice.from} to ${notice.to}`),
        ],
      });
    case 'withdrawn-origin':
      return finding({
        code: 'ORIGIN_WITHDRAWN',
        severity: 'warning',
        message: `${notice.version}, which is installed, was withdrawn. ${sentence(notice.because)} Source: ${notice.source}.`,
      });
    case 'stop-beyond':
      return finding({
        code: 'STOP_BEYOND_TARGET',
        severity: 'info',
        message: `The site stops at ${notice.stop}, which this upgrade does not reach.`,
      });
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
