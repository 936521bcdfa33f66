import { formatRef, type ObjectRef } from '../model/kube.ts';
import type { Plan } from '../model/plan.ts';
import {
  isPairedUndo,
  type ApplyCrdsStep,
  type AwaitConditionStep,
  type CompareClaimsStep,
  type CreateSecretStep,
  type LocalCommandStep,
  type PatchObjectStep,
  type RestartStep,
  type RunJobStep,
  type ScaleStep,
} from '../model/step.ts';
import { quoteArgument, shellLine, shellLines } from './shell.ts';
import { formatSeconds } from './words.ts';

export type MigrationWork =
  | CreateSecretStep
  | AwaitConditionStep
  | RunJobStep
  | ApplyCrdsStep
  | ScaleStep
  | RestartStep
  | LocalCommandStep
  | CompareClaimsStep
  | PatchObjectStep;

/** One step of a migration for those who type it. */
export interface MigrationWords {
  readonly words: readonly string[];
  /** What a shell is given, line by line; each line that ends a command stands alone. */
  readonly lines: readonly string[];
  /** What a person looks at or does before the next step: no command does it. */
  readonly byHand?: string | undefined;
}

/** What a person does for a step of a migration: the guide's command where it has one. */
export function migrationWords(step: MigrationWork, plan: Plan): MigrationWords {
  const own = shellLines(step.guideCommand ?? step.command ?? []);
  switch (step.kind) {
    case 'create-secret':
      return {
        words: [
          `The files must be there: ${Object.values(step.files).join(', ')}. If the Secret exists already, kubectl says so: then look whether it holds the same.`,
        ],
        lines: own,
      };
    case 'await-condition': {
      const soak = step.minimumSeconds === 0 ? '' : `, and stays so for ${formatSeconds(step.minimumSeconds)}`;
      const byHand = `Wait until this holds${soak}: ${step.until}`;
      return { words: [`${byHand}. At most ${formatSeconds(step.timeoutSeconds)}.`], lines: own, byHand };
    }
    case 'run-job':
      return { words: [], lines: [...createLines(step), ...shellLines(step.command ?? [])] };
    case 'apply-crds': {
      const file = `crds-${step.component}.yaml`;
      const { command = [] } = step;
      return {
        words: [`These definitions: ${step.names.join(', ')}. Nothing is deleted.`],
        lines: [
          `${shellLine(command)} > ${file}`,
          ...shellLines(['kubectl', 'apply', '--server-side', '--force-conflicts', '--filename', file]),
        ],
      };
    }
    case 'scale':
      return scaleWords(step, plan, own);
    case 'patch-object':
      return patchWords(step, plan, own);
    case 'restart': {
      const { kind, name, namespace } = step.object;
      const status = ['kubectl', 'rollout', 'status', `${kind.toLowerCase()}/${name}`, ...inNamespace(namespace)];
      return { words: [], lines: [...own, ...shellLines([...status, `--timeout=${step.timeoutSeconds}s`])] };
    }
    case 'local-command':
      return { words: ['On this machine.'], lines: own };
    case 'compare-claims': {
      const claims = step.claims.map(({ name, uid, volume }) => `${name} has UID ${uid} and volume ${volume}`);
      const byHand = `Every one is Bound; ${claims.join('; ')}; and there is no claim besides ${step.known.join(', ')}`;
      return { words: [`${byHand}.`], lines: own, byHand };
    }
  }
}

/** The Job itself, as a text that the shell passes on unread. */
function createLines({ job, namespace }: RunJobStep): readonly string[] {
  const manifest = JSON.stringify({ ...job, apiVersion: 'batch/v1', kind: 'Job' }, null, 2);
  const command = ['kubectl', 'create', '--namespace', namespace, '--filename', '-'];
  return [`${shellLine(command)} <<'EOF'`, ...manifest.split('\n'), 'EOF'];
}

function scaleWords(step: ScaleStep, plan: Plan, own: readonly string[]): MigrationWords {
  const { kind, name, namespace } = step.object;
  const file = formerFile(step.object, 'txt');
  if (step.replicas === 'former') {
    const back = ['kubectl', 'scale', kind.toLowerCase(), name, ...inNamespace(namespace)];
    return {
      words: [`${formatRef(step.object)} gets the number back that it had, unless the upgrade has given it another.`],
      lines: shellLines([...back, `--replicas="$(cat ${file})"`]),
    };
  }
  const look = ['kubectl', 'get', kind.toLowerCase(), name, ...inNamespace(namespace), '--output'];
  return {
    words: [],
    lines: isUndone(step, plan) ? [`${shellLine([...look, 'jsonpath={.spec.replicas}'])} > ${file}`, ...own] : own,
  };
}

function patchWords(step: PatchObjectStep, plan: Plan, own: readonly string[]): MigrationWords {
  const { kind, name, namespace } = step.object;
  const file = formerFile(step.object, 'yaml');
  if (step.undoes !== undefined) {
    const paths = [...step.remove, ...step.set.map(({ path }) => path)].join(', ');
    const byHand = `Put back ${paths} of ${formatRef(step.object)} as ${file} has it`;
    const edit = shellLine(['kubectl', 'edit', kind.toLowerCase(), name, ...inNamespace(namespace)]);
    return { words: [`${byHand}, for example with: ${edit}`], lines: [], byHand };
  }
  const look = ['kubectl', 'get', kind.toLowerCase(), name, ...inNamespace(namespace), '--output', 'yaml'];
  return { words: [], lines: isUndone(step, plan) ? [`${shellLine(look)} > ${file}`, ...own] : own };
}

function isUndone({ id }: Pick<ScaleStep, 'id'>, plan: Plan): boolean {
  return plan.steps.some((step) => isPairedUndo(step) && step.undoes === id);
}

/** A name that no shell has to quote. */
function formerFile({ kind, name }: ObjectRef, extension: string): string {
  return quoteArgument(`former-${kind.toLowerCase()}-${name}.${extension}`);
}

function inNamespace(namespace: string | undefined): readonly string[] {
  return namespace === undefined ? [] : ['--namespace', namespace];
}
