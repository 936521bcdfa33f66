import { counted } from '../model/counted.ts';
import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import {
  allRecords,
  doneComponents,
  hopRecords,
  hopsToCome,
  isUncalled,
  runSeconds,
  totalWrites,
  touchedByRun,
  type RunRecord,
} from './run-record.ts';
import { hopTitle } from './route-words.ts';
import { formatSeconds, formatTime, shortDigest } from './words.ts';

/** What is left to do, in words; empty for a run that finished. */
export function whatIsLeft(run: RunRecord): string {
  const left = run.steps.filter((record) => record.phase !== 'settled' && !isUncalled(record));
  if (run.status === 'finished') return '';
  const steps =
    left.length === 0 ? [] : [`${counted(left.length, 'step')}: ${left.map(({ step }) => step.title).join(', ')}`];
  const hops = hopsToCome(run);
  return [...steps, ...(hops.length === 0 ? [] : [`${counted(hops.length, 'hop')}: ${hops.join(', ')}`])].join(
    '; then ',
  );
}

/** `finished in 5m 40s`. */
export function outcomeOf(run: RunRecord): string {
  const seconds = runSeconds(run);
  const time = seconds === undefined ? '' : ` after ${formatSeconds(seconds)}`;
  if (run.status === 'finished') return `finished${time}`;
  return run.status === 'stopped'
    ? `stopped${time}${run.stopReason === undefined ? '' : `: ${run.stopReason}`}`
    : 'not ended';
}

/** What a change record asks about a run. */
export function facts(run: RunRecord): (readonly [string, string])[] {
  const touched = {
    no: 'nothing was changed in the cluster',
    yes: `${counted(totalWrites(run), 'write')} to the cluster`,
    unknown: 'not known whether the cluster was changed',
  };
  const rows: (readonly [string, string | undefined])[] = [
    ['run', `${run.run} (${run.purpose})${run.rollbackOf === undefined ? '' : `, takes back ${run.rollbackOf}`}`],
    ['who', `${run.who}${run.resumes === 0 ? '' : `, resumed ${counted(run.resumes, 'time')}`}`],
    ['ticket', run.ticket],
    ['when', `${formatTime(run.startedAt)}${run.endedAt === undefined ? '' : ` to ${formatTime(run.endedAt)}`}`],
    [
      'site',
      run.plan === undefined
        ? undefined
        : `${run.plan.site.name}, cluster ${run.plan.cluster.context}, namespace ${run.plan.site.namespace}`,
    ],
    ['plan', run.plan === undefined ? undefined : shortDigest(run.plan.digest)],
    ['touched', touched[touchedByRun(run)]],
    ['hops done', hopsDone(run)],
    ['finished', doneComponents(run).join(', ')],
    ['affirmed', affirmed(run)],
    ['decided', run.decisions.map(({ remedy, by }) => `${remedy} (${by})`).join(', ')],
    ['evidence', run.evidence],
  ];
  return rows.flatMap(([label, text]) => (text === undefined || text === '' ? [] : [[label, text] as const]));
}

/** What the releases that went back look like against their records, and what helm has left of the newer version: a line each. */
export function afterWayBack(run: RunRecord): readonly string[] {
  return allRecords(run).flatMap(({ step, details }) => {
    if (step.kind !== 'helm-rollback' || details === undefined) return [];
    const unread = jsonAt(details, ['unread']);
    const differs = itemsOf(details['differs']).map(
      ({ object, fields }) =>
        `${textOf(object)} is not as its record has it: ${(Array.isArray(fields) ? fields : []).map(textOf).join(', ')}`,
    );
    const left = itemsOf(details['left']).map(
      ({ object, why }) => `${textOf(object)} is left of the newer version: ${textOf(why)}`,
    );
    const open = typeof unread === 'string' ? [`${step.release} could not be compared with its record: ${unread}`] : [];
    return [...differs, ...left, ...open];
  });
}

function itemsOf(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? (list as readonly Json[]).filter(isJsonObject) : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Finished hops of a run that has several. */
function hopsDone(run: RunRecord): string {
  const all = hopRecords(run);
  if (all.length + hopsToCome(run).length < 2) return '';
  const done = all.filter(({ steps }) => steps.every((record) => record.phase === 'settled' || isUncalled(record)));
  return done.map(({ plan }) => hopTitle(plan)).join('; ');
}

/** Who affirmed what of the checklist, and when. */
function affirmed({ plan }: RunRecord): string {
  return Object.entries(plan?.affirmations ?? {})
    .map(([id, affirmation]) => {
      const by = jsonAt(affirmation, ['by']);
      const at = jsonAt(affirmation, ['at']);
      return `${id} (${[by, at].filter((part) => typeof part === 'string').join(', ')})`;
    })
    .join(', ');
}
