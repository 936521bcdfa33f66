import { counted } from '../model/counted.ts';
import type { RouteRuleOf } from '../model/route.ts';
import type { Obstacle } from './obstacles.ts';
import type { Stop } from './read-stops.ts';

/** Why a hop may not go on at once, as one sentence with its source. */
export function obstacleWords(obstacle: Obstacle): string {
  if (obstacle.kind === 'stop') return stopWords(obstacle.stop);
  if (obstacle.kind === 'gap') return gapWords(obstacle.gap);
  return withSource(obstacle.rule.because, obstacle.rule.source);
}

function stopWords({ versions, because, source, landing, standIns, withdrawn }: Stop): string {
  const stop = source === undefined ? `this site stops at ${versions}` : `${versions} is a required stop`;
  const why = because === undefined ? '' : `: ${because}`;
  const [gone] = withdrawn;
  const instead =
    gone === undefined
      ? ''
      : `; ${landing === undefined ? `${standIns.join(' or ')} stands in for it` : `not ${gone.versions}`}, ${withSource(`withdrawn: ${gone.because}`, gone.source)}`;
  return `${source === undefined ? `${stop}${why}` : withSource(`${stop}${why}`, source)}${instead}`;
}

/** How far one upgrade may climb, as the rule has it. */
export function gapWords({ minors, majors, count, because, source, from, to }: RouteRuleOf<'gap'>): string {
  const limits = [
    ...(minors === undefined ? [] : [counted(minors, 'minor version')]),
    ...(count === undefined ? [] : [counted(count, 'published minor version')]),
    ...(majors === undefined ? [] : [majors === 0 ? 'no major version' : counted(majors, 'major version')]),
  ];
  const scope = [...(from === undefined ? [] : [`from ${from}`]), ...(to === undefined ? [] : [`to ${to}`])].join(' ');
  const rule = `one upgrade${scope === '' ? '' : ` ${scope}`} climbs at most ${limits.join(' and ')}`;
  return withSource(because === undefined ? rule : `${rule}: ${because}`, source);
}

/** A sentence with the place where the vendor says so. */
export function withSource(text: string, source: string): string {
  return `${text} (${source})`;
}
