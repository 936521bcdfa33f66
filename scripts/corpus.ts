// Runs every case of the corpus on a control plane of its own, and writes what was foreseen and what happened to
// docs/corpus.json and docs/corpus.md. With names of cases as arguments it runs only these and writes nothing:
//   node scripts/corpus.ts deployment-selector clean-lookup
import { writeFileSync } from 'node:fs';
import { up } from '../packages/sandbox/src/index.ts';
import type { CorpusCase, Variant } from '../packages/liftlock/test/corpus/case.ts';
import { corpus } from '../packages/liftlock/test/corpus/cases/index.ts';
import type { CaseResult } from '../packages/liftlock/test/corpus/classify.ts';
import { runCase, writesOf, type Ran } from '../packages/liftlock/test/corpus/harness.ts';
import { corpusPage, summaryOf, type CorpusRun } from '../packages/liftlock/test/corpus/page.ts';

/** More than there are cores: a case waits for its pods most of the time. */
const sideBySide = 4;

const broken: string[] = [];
const wanted = process.argv.slice(2);
const chosen = corpus.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)));
if (chosen.length === 0) {
  process.stderr.write(`No case has such a name. There are: ${corpus.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

const sandbox = await up({ registry: { auth: 'token' }, report: (line) => process.stderr.write(`${line}\n`) });
try {
  const began = performance.now();
  const ran = await runAll(chosen);
  const run = await describe(ran);
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stderr.write(`${summaryOf(run)}\n${ran.length} runs in ${seconds} s\n`);
  if (wanted.length === 0) {
    writeFileSync(new URL('../docs/corpus.json', import.meta.url), `${JSON.stringify(run, null, 2)}\n`);
    writeFileSync(new URL('../docs/corpus.md', import.meta.url), corpusPage(run));
  } else process.stdout.write(`${JSON.stringify(run.results, null, 2)}\n`);
  const isGood = broken.length === 0 && run.writes.length === 0 && run.results.every((result) => isAsAsked(result));
  process.exitCode = isGood ? 0 : 1;
} finally {
  await sandbox.down();
}

async function runAll(cases: readonly CorpusCase[]): Promise<readonly Ran[]> {
  const queue = cases.flatMap((item) => (item.variants ?? ['helm3']).map((variant) => ({ item, variant })));
  const ran: Ran[] = [];
  await Promise.all(
    Array.from({ length: sideBySide }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) ran.push(...(await runOne(next)));
    }),
  );
  return ran.toSorted((a, b) => keyOf(a.result).localeCompare(keyOf(b.result)));
}

/** A case that cannot be run is told and left out; the run counts as failed. */
async function runOne({ item, variant }: { readonly item: CorpusCase; readonly variant: Variant }): Promise<Ran[]> {
  const began = performance.now();
  const ran = await runCase(sandbox, item, variant).catch((error: unknown) => {
    broken.push(`${item.name} ${variant}`);
    process.stderr.write(`${item.name} ${variant}: NOT RUN: ${String(error)}\n`);
  });
  if (ran === undefined) return [];
  const { verdict, missing, asStated, said, words } = ran.result;
  const lines = [
    `${item.name} ${variant}: ${verdict}, ${Math.round((performance.now() - began) / 100) / 10} s`,
    ...(isAsAsked(ran.result)
      ? []
      : [`  said ${said.join('; ')}`, `  missing ${missing.join('; ')}`, `  helm ${words}`]),
    ...(asStated ? [] : [`  NOT AS STATED: it ${ran.result.happened}`]),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
  return [ran];
}

function keyOf({ name, variant }: CaseResult): string {
  return `${name} ${variant}`;
}

function isAsAsked({ verdict, missing, asStated }: CaseResult): boolean {
  return (
    missing.length === 0 &&
    asStated &&
    verdict !== 'not foreseen and happened' &&
    verdict !== 'foreseen and did not happen'
  );
}

async function describe(ran: readonly Ran[]): Promise<CorpusRun> {
  const version = JSON.parse(await sandbox.api.raw('GET', '/version')) as { readonly gitVersion: string };
  const entries = await sandbox.audit();
  return {
    kubernetes: version.gitVersion,
    helm: await Promise.all([helmVersion('helm3'), helmVersion('helm4')]),
    cases: chosen.length,
    requests: entries.filter(({ user }) => ran.some(({ planner }) => planner === user)).length,
    writes: writesOf(
      entries,
      ran.map(({ planner }) => planner),
    ),
    notRun: broken.toSorted((a, b) => a.localeCompare(b)),
    results: ran.map(({ result }) => result),
  };
}

async function helmVersion(name: 'helm3' | 'helm4'): Promise<string> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const { stdout } = await promisify(execFile)(sandbox.bin[name], ['version', '--template', '{{.Version}}']);
  return stdout.trim();
}
