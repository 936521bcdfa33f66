import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { ClusterChoice } from '../main/cluster-runs.ts';
import { clusterUid } from '../main/cluster-uid.ts';
import { hopOfFile } from '../main/hop-folder.ts';
import type { OpenSite } from '../main/open-site.ts';
import { startRun } from '../main/run-plan.ts';
import { digestOf } from '../model/digest.ts';
import { refOf, type KubeObject } from '../model/kube.ts';
import type { Plan } from '../model/plan.ts';
import { exitCodes, Problem, type ExitCode } from '../model/problem.ts';
import { makeRestore, revisionOf, stateOf, subjectOf, type BackupItem } from '../plan/make-restore.ts';
import { readReleaseRecord } from '../release/release-record.ts';
import { restorable } from '../release/restorable.ts';
import { claimToRebind } from '../run/rebind.ts';
import { makeStyle } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { objectPath } from '../snapshot/object-path.ts';
import { askOne, askYes } from './ask.ts';
import { knownRun } from './known-runs.ts';
import { answer, note, screen } from './output.ts';
import { reopen } from './reopening.ts';
import type { Elsewhere } from './run-options.ts';
import { finishRun, reporterFor, watchSignals } from './running.ts';
import { listRecords } from '../snapshot/read-release.ts';

export interface RestoreRequest {
  /** `secret/NAME`, `release/NAME`; undefined lists what there is. */
  readonly only: string | undefined;
  /** Where the values of a release are written. */
  readonly outFile: string | undefined;
  readonly output: 'text' | 'jsonl';
  readonly site: string | undefined;
  readonly yes: boolean;
  readonly cluster?: ClusterChoice | undefined;
  readonly elsewhere?: Elsewhere | undefined;
}

/** Puts back what a run has backed up (O23). Returns the exit code. */
export async function restore(run: string, request: RestoreRequest): Promise<ExitCode> {
  const known = await knownRun(run, request.site, () => true, request.cluster ?? {}, 'adopt');
  const { site, plan: begun, state } = await reopen(known.state, [], request.elsewhere);
  const { folder } = known;
  const uid = await clusterUid(site.reader);
  const items = await backupsOf(join(folder, 'runs', state.run), site);
  const only = request.only?.toLowerCase() ?? (await which(items, site));
  if (only === undefined) return exitCodes.done;
  if (request.outFile !== undefined) return writeValues(items, only, request.outFile, site);
  const plan: Plan = {
    ...makeRestore({
      ...begun,
      cluster: { server: site.reader.server, context: site.reader.context, uid },
      helm: { version: site.helm.version },
      run: state.run,
      items,
      only,
      newest: await newestOf(only, site),
    }),
    ...(begun.inputs === undefined ? {} : { inputs: begun.inputs }),
  };
  for (const line of await foresee(plan, items, site)) note(line, site.redactor);
  if (!request.yes && !(await askYes(`Put ${only} back now?`, ['--yes']))) return exitCodes.waiting;
  const who = await site.reader.whoAmI();
  const ended = await startRun(site, {
    plan,
    decisions: [],
    who: `${who.user} (${site.osUser})`,
    baseline: [],
    stop: watchSignals((text) => note(text, site.redactor)),
    reporter: () => reporterFor(request.output, site, plan),
  });
  return finishRun(ended, site, request.output);
}

/** Lists what there is and asks which; undefined where there is nothing to choose from. */
async function which(items: readonly BackupItem[], site: OpenSite): Promise<string | undefined> {
  await answer(listing(items), { redactor: site.redactor });
  const subjects = [...new Set(items.map(({ object }) => subjectOf(object)))].toSorted();
  if (subjects.length === 0) return undefined;
  return askOne('Which of these shall be put back?', subjects, ['--only OBJECT']);
}

/** Every object in a run's backup, beside what the cluster holds of it. */
async function backupsOf(runFolder: string, site: OpenSite): Promise<readonly BackupItem[]> {
  const names = await readdir(join(runFolder, 'backup'), { recursive: true }).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json')).toSorted(byHop);
  const items: BackupItem[] = [];
  for (const name of files) {
    const file = join('backup', name);
    const text = await readFile(join(runFolder, file), 'utf8');
    const kept = JSON.parse(text) as Partial<KubeObject>;
    // The index, and the list of claims, are for people and for proof: no object of the cluster.
    if (kept.metadata === undefined) continue;
    // Lists of the API leave kind and apiVersion out of their items.
    const object = { apiVersion: 'v1', kind: 'Secret', ...kept } as KubeObject;
    const live = await site.reader.find(await objectPath(site.reader, refOf(object)));
    if (object.kind === 'Secret') {
      site.redactor.learnSecretData(object.data);
      site.redactor.learnSecretData(live?.data);
    }
    items.push({ file, digest: digestOf(text), object, live });
  }
  return items;
}

/** What the first hop has kept is what was there before the run. */
function byHop(one: string, other: string): number {
  const hops = hopOfFile(join('backup', one)) - hopOfFile(join('backup', other));
  return hops === 0 ? (one < other ? -1 : 1) : hops;
}

function listing(items: readonly BackupItem[]): string {
  if (items.length === 0) return 'This run has backed up nothing.\n';
  const { width, color } = screen(process.stdout);
  const rows = items.map((item) => [subjectOf(item.object), stateOf(item), item.file]);
  return `${renderTable([{ title: 'object' }, { title: 'in the cluster' }, { title: 'backup' }], rows, width, makeStyle(color)).join('\n')}\n`;
}

async function newestOf(only: string, site: OpenSite): Promise<Readonly<Record<string, number>>> {
  const [kind, name] = only.split('/');
  if (kind !== 'release') return {};
  const records = await listRecords(site.reader, site.namespace, name ?? '');
  return { [only]: Math.max(0, ...records.map(revisionOf)) };
}

/** Sends every step as a dry run: what the API server refuses is known before anybody is asked. Throws its Problem. */
async function foresee(plan: Plan, items: readonly BackupItem[], site: OpenSite): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [index, step] of plan.steps.entries()) {
    const item = items.find(({ file }) => step.kind === 'restore-object' && file === step.file);
    if (item === undefined || step.kind !== 'restore-object') continue;
    const path = await objectPath(site.reader, step.object);
    const wanted = item.object.kind === 'PersistentVolumeClaim' ? claimToRebind(item.object) : restorable(item.object);
    const isOtherType = item.live !== undefined && item.live.type !== item.object.type;
    if (item.live === undefined) await site.writer.create(`${dirname(path)}?dryRun=All`, wanted);
    else if (!isOtherType) {
      // Of definitions and custom resources the API server wants to be told which version is replaced.
      const { resourceVersion } = item.live.metadata;
      const metadata = { ...wanted.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      await site.writer.replace(`${path}?dryRun=All`, { ...wanted, metadata });
    }
    const how = item.live === undefined ? 'created' : isOtherType ? 'deleted and created again' : 'changed';
    const foreseen = isOtherType ? 'not foreseen: its type changes' : 'the API server accepts it';
    lines.push(`${index + 1}. ${step.title}: ${how} (${foreseen})`);
  }
  return lines;
}

/** The values of the newest record that the run has kept of a release, into a new file for nobody else to read. */
async function writeValues(
  items: readonly BackupItem[],
  only: string,
  file: string,
  site: OpenSite,
): Promise<ExitCode> {
  const records = items.filter(({ object }) => only.startsWith('release/') && subjectOf(object) === only);
  const newest = records.toSorted((a, b) => revisionOf(b.object) - revisionOf(a.object))[0];
  const record = newest === undefined ? undefined : readReleaseRecord(newest.object).record;
  if (record === undefined) {
    throw new Problem('NOT_BACKED_UP', `There are no values of "${only}" in this backup.`, {
      exitCode: exitCodes.usage,
      advice: ['Values belong to releases: --only release/NAME'],
    });
  }
  await writeFile(file, stringify(record.values), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    throw new Problem('FILE_NOT_WRITTEN', `${file} cannot be written: ${(error as Error).message}`, {
      exitCode: exitCodes.usage,
      advice: ['Name a file that does not exist yet.'],
    });
  });
  note(`The values of ${only} at revision ${record.revision} are in ${file}.`, site.redactor);
  return exitCodes.done;
}
