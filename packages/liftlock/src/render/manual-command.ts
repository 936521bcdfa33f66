import type { HelmRepoStep, HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
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
  const guide = step.guideCommand ?? [];
  const notes: string[] = [];
  let command = [...guide];
  if (isMirrored(step.chart)) {
    command = command.map((argument) => (argument === step.chart.reference ? step.chart.source : argument));
    notes.push(`The chart comes from this site's mirror; the guide names ${step.chart.reference}.`);
  }
  notes.push(...(step.notes ?? []));
  if (step.force !== true) command = command.filter((argument) => !forceFlags.has(argument));
  const { pullFlags = [] } = step.chart;
  if (pullFlags.length > 0) {
    command.push(...pullFlags);
    notes.push(`${shellLine(pullFlags)} is not in the guide: this site's registry needs it.`);
  }
  if (step.keep.length > 0) {
    const at = command.indexOf('--wait');
    command.splice(at < 0 ? command.length : at, 0, '-f', keptValuesFile(step));
    notes.push(
      `${keptValuesFile(step)} is not in the guide: it holds the live values that are kept (${step.keep.join(', ')}).`,
    );
  }
  const carried = new Set(step.values.flatMap(({ path, isCarried }) => (isCarried === true ? [path] : [])));
  const files = command.filter(
    (argument, index) => ['-f', '--values'].includes(command[index - 1] ?? '') && !carried.has(argument),
  );
  return { command, notes, files };
}

/** Where a plan drops the flag, a person who types must not pass it either. */
const forceFlags: ReadonlySet<string> = new Set(['--force', '--force-replace']);

/**
 * What a person types so that the live values are a file. The guide leaves `-o yaml` out: what helm prints then begins with a
 * heading, which together with `null` no helm accepts.
 */
export function exportLines({ release, namespace, values }: HelmUpgradeStep): readonly string[] {
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
