import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadPlatform } from '../adapters/files/platform-catalog.ts';
import { writePrivate } from '../adapters/files/state-folder.ts';
import type { RunState } from '../journal/fold.ts';
import { Platform } from '../model/platform.ts';
import type { JournalStore } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import { bundleHead, journalFile, readSupportBundle, unreadable, type SupportBundle } from '../run/support-bundle.ts';
import { packTarGz, unpackTarGz } from '../run/tar.ts';
import { clusterEvidence, platformFile } from '../run/evidence.ts';
import type { OpenSite } from './open-site.ts';
import type { Plan } from '../model/plan.ts';

/** Bytes of a packed bundle at most. */
const largest = 128 * 1024 * 1024;

/**
 * Evidence is kept as soon as something failed, and the run goes on to put back what it can: its bundle gets the journal as it
 * ended, so that whoever opens it is told the same as on this machine. A bundle that is no longer here stays as it was.
 * @param runFolder the run's own: evidence lies there
 */
export async function sealEvidence(
  { evidence, run }: RunState,
  store: JournalStore,
  redactor: Redactor,
  runFolder: string,
): Promise<void> {
  // A path that another machine has journaled is that machine's: nothing is written there.
  if (evidence === undefined || dirname(evidence) !== runFolder) return;
  try {
    const kept = unpackTarGz(await readFile(evidence));
    const fresh = [bundleHead({ kind: 'run', run, liftlock: ownVersion() }), journalFile(store.entries(run), redactor)];
    const names = new Set(fresh.map(({ name }) => name));
    // What was learned since the evidence was taken is masked in all of it.
    const masked = kept.map(({ name, text }) => ({ name, text: name === platformFile ? text : redactor.text(text) }));
    const files = [...fresh, ...masked.filter(({ name }) => !names.has(name))];
    await writePrivate(evidence, packTarGz(files, (await stat(evidence)).mtime));
  } catch {
    // It is there as it was when the evidence was taken; a run does not fail for its bundle.
  }
}

/**
 * Reads the bundle at a path.
 * @throws Problem SUPPORT_BUNDLE_UNREADABLE, SUPPORT_BUNDLE_TOO_NEW (exit 2)
 */
export async function openSupportBundle(file: string): Promise<SupportBundle> {
  try {
    const { size } = await stat(file);
    if (size > largest) throw new Error('it is larger than any bundle');
    return readSupportBundle(await readFile(file), file);
  } catch (error) {
    throw isProblem(error) ? error : unreadable(file, error);
  }
}

/** The platform of a run, as it was when that failed: the definition may have been changed since, and is not always one of the catalog. */
export async function platformOfRun({ plan, evidence }: RunState): Promise<Platform> {
  const kept = evidence === undefined ? undefined : await openSupportBundle(evidence).catch(() => undefined);
  if (kept !== undefined) return kept.platform;
  const { name, title } = plan?.platform ?? { name: 'unknown', title: 'unknown' };
  const loaded = await loadPlatform(name).catch(() => undefined);
  if (loaded !== undefined) return loaded.platform;
  // Of the operator's own definition only its advice is missing then.
  return Platform.parse({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Platform',
    metadata: { name, title, guide: { title } },
    tools: { helm: '*' },
    namespace: plan?.site.namespace ?? 'default',
    components: [
      { name, title, release: name, chart: { oci: 'oci://unknown' }, values: { carry: 'exported' }, timeout: '300s' },
    ],
  });
}

/**
 * The evidence of a site at which no run has begun, such as one where every plan is refused.
 * @param planned the plan, or why there is none
 * @returns the archive
 */
export async function siteEvidence(
  site: OpenSite,
  planned: { readonly plan: Plan } | { readonly problem: unknown },
): Promise<Buffer> {
  const { platform, reader, redactor, helm, namespace } = site;
  const plan = 'plan' in planned ? planned.plan : undefined;
  const problem = 'problem' in planned && isProblem(planned.problem) ? planned.problem : undefined;
  const files = [
    bundleHead({ kind: 'site', liftlock: ownVersion() }),
    ...(await clusterEvidence({ platform, reader, redactor, helm, namespace, plan })),
  ];
  if (problem !== undefined) {
    const { code, message, advice } = problem;
    files.push({ name: 'problem.json', text: JSON.stringify(redactor.json({ code, message, advice }), null, 2) });
  }
  return packTarGz(files, site.clock.now());
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
