import { isArchive, type HelmRepoStep, type HelmRollbackStep, type HelmUpgradeStep } from '../model/step.ts';
import { quoteArgument, shellLine } from './shell.ts';
import { isMirrored } from './words.ts';

/** A step's command for those who type it, and what must be said about it. */
export interface ManualCommand {
  readonly command: readonly string[];
  /** Where it differs from the vendor's guide, and why. */
  readonly notes: readonly string[];
  /** Files that must exist before the first command runs. */
  readonly files: readonly string[];
}

/** The file in which a person puts the live values that someone decided to keep. */
export function keptValuesFile(step: HelmUpgradeStep): string {
  return `./kept-values-${step.component}.yaml`;
}

/** The guide's command, changed only where the site's mirrors or decisions require it. */
export function manualUpgrade(step: HelmUpgradeStep): ManualCommand {
  const guide = step.guideCommand ?? step.command ?? [];
  const notes: string[] = [];
  let command = [...guide];
  if (step.follows !== undefined)
    return {
      command: [
        ...command.map((word) => (word === step.chart.reference ? step.chart.source : word)),
        ...(step.chart.pullFlags ?? []),
      ],
      notes: ['The same chart once more, without what was set for the upgrade alone.'],
      files: [],
    };
  if (isMirrored(step.chart)) {
    command = command.map((argument) => (argument === step.chart.reference ? step.chart.source : argument));
    notes.push(`The chart comes from this site's mirror; the guide names ${step.chart.reference}.`);
  }
  if (isArchive(step.chart)) notes.push(`${step.chart.source} lies in the folder that this site names as charts.`);
  notes.push(...(step.notes ?? []));
  if (step.force !== true) command = command.filter((argument) => !forceFlags.has(argument));
  const { pullFlags = [] } = step.chart;
  if (pullFlags.length > 0) {
    command.push(...pullFlags);
    notes.push(`${shellLine(pullFlags)} is not in the guide: this site's registry needs it.`);
  }
  if (step.keep.length > 0 && step.ownFile !== true) {
    const at = command.indexOf('--wait');
    command.splice(at < 0 ? command.length : at, 0, '-f', keptValuesFile(step));
    notes.push(
      `${keptValuesFile(step)} is not in the guide: it holds the live values that are kept (${step.keep.join(', ')}).`,
    );
  }
  command = withOwnFile(command, step);
  if (step.ownFile === true) notes.push(ownFileNote(step));
  const carried = new Set(step.values.flatMap(({ path, isCarried }) => (isCarried === true ? [path] : [])));
  const files = command.filter(
    (argument, index) => ['-f', '--values'].includes(command[index - 1] ?? '') && !carried.has(argument),
  );
  return { command, notes, files };
}

/** The file in which a person puts the values as helm is given them, where they are nobody's file yet. */
function ownValuesFile(step: HelmUpgradeStep): string {
  return `./new-values-${step.component}.yaml`;
}

/**
 * The command with the values in full, where they are carried over: what was exported has the former names, and the flags that
 * reuse values would bring them back.
 */
function withOwnFile(command: readonly string[], step: HelmUpgradeStep): string[] {
  const former = new Set(step.values.map(({ path }) => path));
  if (step.guideCommand === undefined) return [...command];
  const isOwn = step.carryOver !== undefined || step.ownFile === true;
  const isFormer = (word: string | undefined) => isOwn && word !== undefined && former.has(word.replace(/^\.\//, ''));
  const isFlag = (word: string) => word === '-f' || word === '--values';
  const kept = command.filter((word, index) => !(isFlag(word) && isFormer(command[index + 1])) && !isFormer(word));
  const extra = step.ownFile === true ? ['-f', ownValuesFile(step)] : [];
  if (step.forgets === undefined) return inserted(kept, extra);
  return inserted(
    kept.filter((word) => !reuseFlags.has(word)),
    [...extra, '--reset-values'],
  );
}

/** Before the flags that set single values, which win over files, and before those that wait. */
function inserted(command: readonly string[], words: readonly string[]): string[] {
  const at = command.findIndex((word) => word.startsWith('--set') || word === '--wait');
  return command.toSpliced(at < 0 ? command.length : at, 0, ...words);
}

const reuseFlags: ReadonlySet<string> = new Set(['--reuse-values', '--reset-then-reuse-values']);

function ownFileNote(step: HelmUpgradeStep): string {
  return `${ownValuesFile(step)} is not in the guide: it holds all values as the new chart takes them.`;
}

/** What a person types so that the values are a file, where they are nobody's yet, and what else it needs. */
export function ownFileLines(
  step: HelmUpgradeStep,
): { readonly why: string; readonly lines: readonly string[] } | undefined {
  if (step.ownFile !== true) return undefined;
  const file = ownValuesFile(step);
  const made = ['liftlock', 'values', 'export', step.component, '--to', step.chart.version, '--out-file', file];
  return {
    why: `First make ${file}, which holds your values as the new chart takes them, secrets included. Add the flags of your site, and every --allow of this plan:`,
    lines: [shellLine(made)],
  };
}

/** Where a plan drops the flag, a person who types must not pass it either. */
const forceFlags: ReadonlySet<string> = new Set(['--force', '--force-replace']);

/**
 * What a person types so that the live values are a file. The guide leaves `-o yaml` out: what helm prints then begins with a
 * heading, which together with `null` no helm accepts.
 */
export function exportLines({ release, namespace, values, carryOver }: HelmUpgradeStep): readonly string[] {
  if (carryOver !== undefined) return [];
  return values.flatMap(({ path, isCarried }) =>
    isCarried === true
      ? [
          `${shellLine(['helm', 'get', 'values', '--namespace', namespace, release, '-o', 'yaml'])} > ${quoteArgument(path)}`,
        ]
      : [],
  );
}

/** What a person types so that helm knows a chart repository and has its newest index, and why. */
export function repositoryLines(
  step: HelmRepoStep,
): readonly { readonly why: string; readonly lines: readonly string[] }[] {
  const { name, url, source } = step;
  const mirror = url === source ? '' : `, which stands in for ${url} here`;
  return [
    { why: `If this does not list ${name} as ${source}${mirror}:`, lines: ['helm repo list'] },
    { why: 'add it:', lines: [shellLine([...(step.command ?? [])])] },
    { why: 'Then fetch what it has now:', lines: [shellLine(['helm', 'repo', 'update', name])] },
  ];
}

/** The command that returns an upgraded release to what it was; undefined where there was nothing. */
export function rollbackCommand(step: HelmUpgradeStep): readonly string[] | undefined {
  if (step.from === undefined) return undefined;
  return helmRollback(step.release, step.from.revision, step.namespace, step.timeoutSeconds);
}

/** The revision is always named: without one helm goes back by one, even to a revision that failed. */
export function helmRollback(
  release: string,
  revision: number,
  namespace: string,
  timeoutSeconds: number,
): readonly string[] {
  return [
    'helm',
    'rollback',
    release,
    String(revision),
    '--namespace',
    namespace,
    '--wait',
    '--timeout',
    `${timeoutSeconds}s`,
  ];
}

export function manualRollback(step: HelmRollbackStep): readonly string[] {
  return (
    step.guideCommand ?? step.command ?? helmRollback(step.release, step.revision, step.namespace, step.timeoutSeconds)
  );
}
