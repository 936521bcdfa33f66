import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { shellLine } from './shell.ts';
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
  const files = command.filter((_argument, index) => command[index - 1] === '-f');
  return { command, notes, files };
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
