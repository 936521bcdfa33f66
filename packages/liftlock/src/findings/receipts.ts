import { durationSeconds } from '../model/duration.ts';
import type { Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type {
  AcceptedReceipt,
  ReceiptClaim,
  ReceiptComponent,
  ReceiptReading,
  ReceiptSource,
} from '../model/receipt.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Step } from '../model/step.ts';
import { listAt, textAt } from './faults/read.ts';
import { whyNotBackup } from './velero-backup.ts';

/** What receipts are judged by. */
export interface ReceiptEvidence {
  readonly snapshot: Pick<Snapshot, 'receipts' | 'serverTime' | 'namespace'>;
  /** Names of the components that the plan upgrades. */
  readonly selected: readonly string[];
  readonly steps: readonly Step[];
}

/** What became of the search for a backup. */
export interface JudgedReceipts {
  readonly accepted?: AcceptedReceipt | undefined;
  /** One line a source: what was looked for, what was found, and why it does not count. */
  readonly looked: readonly string[];
}

interface Judging extends ReceiptEvidence {
  /** Milliseconds, by the API server's clock; NaN where it does not tell. */
  readonly now: number;
  readonly maxAge: string;
  /** Those that the plan upgrades. */
  readonly components: readonly ReceiptComponent[];
}

/** An object that counts, with the time after which nothing is in it; or why it does not count. */
type Judged = { readonly at: string } | { readonly why: string };

/** Whether a backup of before counts for one item of the checklist; undefined where none is asked for by platform or site. */
export function judgeReceipts(id: string, evidence: ReceiptEvidence): JudgedReceipts | undefined {
  const { receipts = {}, serverTime } = evidence.snapshot;
  const read = Object.hasOwn(receipts, id) ? receipts[id] : undefined;
  if (read === undefined) return undefined;
  const components = read.components.filter(({ name }) => evidence.selected.includes(name));
  const judging: Judging = { ...evidence, now: Date.parse(serverTime ?? ''), maxAge: read.maxAge, components };
  const results = read.readings.map((reading) => judgeReading(reading, judging));
  const accepted = results.flatMap((result) => ('by' in result ? [result] : []));
  const [newest] = accepted.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return newest === undefined
    ? { looked: results.flatMap((result) => ('by' in result ? [] : [result.why])) }
    : { accepted: newest, looked: [] };
}

/** The receipts that count, by the id of the checklist item; those that nobody affirmed. */
export function acceptedReceipts(evidence: ReceiptEvidence): Readonly<Record<string, AcceptedReceipt>> {
  return Object.fromEntries(
    Object.keys(evidence.snapshot.receipts ?? {}).flatMap((id) => {
      const accepted = judgeReceipts(id, evidence)?.accepted;
      return accepted === undefined ? [] : [[id, accepted] as const];
    }),
  );
}

function judgeReading(reading: ReceiptReading, judging: Judging): AcceptedReceipt | { readonly why: string } {
  const { source, why } = reading;
  const what = `${words(source, judging)}: `;
  if (source.kind === 'run-job') return judgeStep(source.step, what, judging);
  if (why !== undefined) return { why: `${what}not read, ${why.replace(/\.$/, '')}` };
  if (Number.isNaN(judging.now))
    return { why: `${what}the API server does not tell its time, so that nothing can be called fresh` };
  if (source.kind === 'volume-snapshots') return judgeClaims(reading, what, judging);
  const judge = (object: KubeObject): Judged =>
    source.kind === 'velero' ? judgeBackup(object, mustHold(source, judging), judging) : judgeJob(object, judging);
  return newestOf(reading.objects, judge, { what, kind: source.kind === 'velero' ? 'Velero Backup' : 'Job' });
}

/** Namespaces of which a Backup has to bring back everything. */
function mustHold(
  { includes }: Extract<ReceiptSource, { readonly kind: 'velero' }>,
  { components, snapshot }: Judging,
): readonly string[] {
  const own = new Set(components.map(({ namespace }) => namespace));
  return includes ?? (own.size === 0 ? [snapshot.namespace] : [...own]);
}

function newestOf(
  objects: readonly KubeObject[],
  judge: (object: KubeObject) => Judged,
  { what, kind }: { readonly what: string; readonly kind: string },
): AcceptedReceipt | { readonly why: string } {
  const judged = objects
    .toSorted((a, b) => born(b) - born(a))
    .map((object) => ({
      name: `${object.metadata.namespace ?? ''}/${object.metadata.name}`,
      ...judgeKept(object, judge),
    }));
  const good = judged.find((item) => 'at' in item);
  if (good !== undefined && 'at' in good) return { by: `${kind} ${good.name}`, at: good.at };
  const bad = judged.flatMap((item) => ('why' in item ? [`${item.name} ${item.why}`] : []));
  return { why: `${what}${someOf(bad)}` };
}

/** What is being deleted may look whole until its last finalizer is gone. */
function judgeKept(object: KubeObject, judge: (object: KubeObject) => Judged): Judged {
  return object.metadata.deletionTimestamp === undefined ? judge(object) : { why: 'is being deleted' };
}

/** So many that do not count are named, the newest first. */
const shown = 3;

function someOf(bad: readonly string[]): string {
  if (bad.length === 0) return 'none is there';
  const more = bad.length - shown;
  return `${bad.slice(0, shown).join('; ')}${more > 0 ? `; and ${more} older` : ''}`;
}

function judgeBackup(backup: KubeObject, includes: readonly string[], judging: Judging): Judged {
  const why = whyNotBackup(backup, includes, judging.now);
  // One that was synchronized from another cluster's store is made anew here, long after it was taken.
  return why === undefined
    ? fresh([backup.metadata.creationTimestamp, textAt(backup.status, 'startTimestamp')], judging)
    : { why };
}

function judgeJob(job: KubeObject, judging: Judging): Judged {
  const conditions = listAt(job.status, 'conditions').filter((item) => item['status'] === 'True');
  const failed = conditions.find((item) => item['type'] === 'Failed');
  if (failed !== undefined) return { why: `has failed (${textAt(failed, 'reason') || 'no reason given'})` };
  // A pod that succeeded is not the Job: it may want several.
  if (!conditions.some((item) => item['type'] === 'Complete')) return { why: 'has not ended' };
  return fresh([job.metadata.creationTimestamp, textAt(job.status, 'startTime')], judging);
}

function judgeClaims(
  { objects, claims = [] }: ReceiptReading,
  what: string,
  judging: Judging,
): AcceptedReceipt | { readonly why: string } {
  const { about, isEach } = atStake(judging);
  const wanted = claims.filter(({ component }) => component === undefined || about.includes(component));
  if (wanted.length === 0)
    return { why: `${what}no claim of theirs is there, so that it is not known where the data lies` };
  const known = new Set(wanted.map(({ component }) => component));
  // Claims that are named are of no component.
  const without = isEach && !known.has(undefined) ? about.filter((name) => !known.has(name)) : [];
  const distinct = new Map(wanted.map((claim) => [`${claim.namespace}/${claim.name}`, claim]));
  const results = [
    ...without.map((name) => ({ why: `no claim of ${name} is there, so that it is not known where its data lies` })),
    ...[...distinct.values()].map((claim) => judgeClaim(claim, objects, judging)),
  ];
  const bad = results.flatMap((result) => ('by' in result ? [] : [result.why]));
  if (bad.length > 0) return { why: `${what}${bad.join('; ')}` };
  const good = results.flatMap((result) => ('by' in result ? [result] : []));
  const names = good.map(({ by }) => by.replace(/^VolumeSnapshot /, ''));
  const [oldest] = good.map(({ at }) => at).toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return { by: `${names.length === 1 ? 'VolumeSnapshot' : 'VolumeSnapshots'} ${names.join(', ')}`, at: oldest ?? '' };
}

/** The components whose data the plan may change; where none is known to do so, all of them, of which not each has data. */
function atStake({ components, steps }: Judging): { readonly about: readonly string[]; readonly isEach: boolean } {
  const marked = new Set(
    steps.flatMap(({ migration, component }) => (migration?.isIrreversible === true ? [component] : [])),
  );
  const about = components.filter(({ name, migrates }) => migrates || marked.has(name));
  return { about: (about.length === 0 ? components : about).map(({ name }) => name), isEach: about.length > 0 };
}

function judgeClaim(
  { namespace, name, createdAt }: ReceiptClaim,
  snapshots: readonly KubeObject[],
  judging: Judging,
): AcceptedReceipt | { readonly why: string } {
  if (createdAt === undefined) return { why: `claim ${name} is not there` };
  const own = snapshots.filter(
    ({ spec, metadata }) =>
      metadata.namespace === namespace && textAt(spec, 'source', 'persistentVolumeClaimName') === name,
  );
  const judge = (snapshot: KubeObject) => judgeSnapshot(snapshot, createdAt, judging);
  return newestOf(own, judge, { what: `claim ${name}: `, kind: 'VolumeSnapshot' });
}

function judgeSnapshot(snapshot: KubeObject, claimMade: string, judging: Judging): Judged {
  const { status, metadata } = snapshot;
  const error = textAt(status, 'error', 'message');
  if (error !== '') return { why: `has failed (${error.slice(0, 120)})` };
  if ((status as Json | undefined) === undefined || status?.['readyToUse'] !== true)
    return { why: 'is not ready to use' };
  const times = [metadata.creationTimestamp, textAt(status, 'creationTime')];
  const at = oldestOf(times);
  if (at !== undefined && Date.parse(at) < Date.parse(claimMade))
    return { why: 'is of another claim of this name, older than the one that is there' };
  return fresh(times, judging);
}

/** A step that the plan carries out itself: it has succeeded before anything that comes after it. */
function judgeStep(step: string, what: string, { steps, now }: Judging): AcceptedReceipt | { readonly why: string } {
  const at = steps.findIndex(({ id, kind }) => kind === 'run-job' && (id === step || id.endsWith(`/${step}`)));
  const found = steps[at];
  if (found === undefined) return { why: `${what}this plan has no such step` };
  const before = steps.slice(0, at).find(({ risk }) => risk === 'irreversible');
  if (before !== undefined) return { why: `${what}it comes after ${before.id}, which cannot be undone` };
  return { by: `step ${found.id} of this plan`, at: Number.isNaN(now) ? '' : new Date(now).toISOString() };
}

function fresh(times: readonly (string | undefined)[], { now, maxAge }: Judging): Judged {
  const at = oldestOf(times);
  if (at === undefined) return { why: 'does not say when it was made' };
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  if (seconds > durationSeconds(maxAge)) return { why: `is too old: made ${at}, ${ageWords(seconds)} ago` };
  // Times are whole seconds, and two machines' clocks differ a little.
  if (seconds < -60) return { why: `is dated ${at}, later than the API server's own time` };
  return { at };
}

function oldestOf(times: readonly (string | undefined)[]): string | undefined {
  const known = times.filter((time): time is string => time !== undefined && !Number.isNaN(Date.parse(time)));
  return known.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0];
}

function ageWords(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return hours >= 1 ? `${hours} h` : `${Math.max(1, Math.floor(seconds / 60))} min`;
}

function born({ metadata }: KubeObject): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

/** What a source is, as people look for it. */
function words(source: ReceiptSource, judging: Judging): string {
  const { maxAge, snapshot } = judging;
  const age = `no older than ${maxAge}`;
  switch (source.kind) {
    case 'velero':
      return `Velero Backups in ${source.namespace}, of ${mustHold(source, judging).join(' and ')}, completed, ${age}`;
    case 'volume-snapshots': {
      const of = source.claims?.join(', ') ?? `the claims of ${atStake(judging).about.join(', ')}`;
      return `VolumeSnapshots of ${of}, ready to use, ${age}`;
    }
    case 'job':
      return `Job ${source.namespace ?? snapshot.namespace}/${source.name}, succeeded, ${age}`;
    case 'cron-job':
      return `Jobs of CronJob ${source.namespace ?? snapshot.namespace}/${source.name}, succeeded, ${age}`;
    case 'run-job':
      return `Step ${source.step}`;
  }
}
