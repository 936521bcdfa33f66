import type { Plan } from '../model/plan.ts';
import { isUndo, type HelmUpgradeStep, type Step } from '../model/step.ts';
import {
  keptValuesFile,
  manualRollback,
  manualUpgrade,
  repositoryLines,
  rollbackCommand,
  exportLines,
  ownFileLines,
} from './manual-command.ts';
import { migrationWords } from './migration-words.ts';
import { quoteArgument, shellLine, shellLines } from './shell.ts';
import { proveImagesWords } from './prove-images-words.ts';
import { reinstallWords } from './reinstall-words.ts';
import { hopPlans, typedPlan } from './hop-plans.ts';
import { hopTitle, routeWords } from './route-words.ts';
import { oneLine } from './wrap.ts';
import { sentence } from './words.ts';

/**
 * The plan as a POSIX shell script. Its helm commands are the guide's, argument by argument; around them it only looks:
 * for the tools, the files and the right cluster, before the first write.
 */
export function renderRunbookScript(shown: Plan): string {
  const plan = typedPlan(shown);
  const upgrades = plan.steps.filter((step) => step.kind === 'helm-upgrade');
  const files = [...new Set(upgrades.flatMap((step) => manualUpgrade(step).files))];
  return `${[
    ...header(plan),
    '',
    ...cluster(plan),
    '',
    ...preflight(plan, files, upgrades),
    '',
    ...onExit(upgrades),
    ...hopPlans(shown).flatMap((hop) => [
      ...(shown.route.length < 2 ? [] : ['', `say ${singleQuoted(hopTitle(hop))}`]),
      ...hop.steps.flatMap((step) => ['', ...scriptStep(step, plan)]),
    ]),
    '',
    "current=''",
    `say 'Every step is done. Look at the platform before you tell anyone.'`,
  ].join('\n')}\n`;
}

function header(plan: Plan): string[] {
  const hop = routeWords(plan, 'to');
  const folder = plan.steps.some((step) => step.kind === 'helm-upgrade')
    ? ["# Run it in the folder that holds the charts' values folders."]
    : [];
  return [
    '#!/bin/sh',
    `# ${comment(plan.platform.title)}: ${hop}, for site ${comment(plan.site.name)}.`,
    `# Made from plan ${plan.digest}.`,
    ...folder,
    '# Log in to the registry first. KUBECONFIG and HELM_KUBECONTEXT choose the cluster, as for helm itself.',
    'set -eu',
    '',
    `say() { printf '%s\\n' "$*" >&2; }`,
    `die() { say "$*"; exit 1; }`,
  ];
}

function comment(text: string): string {
  return oneLine(text);
}

function cluster(plan: Plan): string[] {
  const { context } = plan.cluster;
  return [
    ...(context === ''
      ? []
      : [`HELM_KUBECONTEXT="\${HELM_KUBECONTEXT:-${inQuotes(context)}}"`, 'export HELM_KUBECONTEXT']),
    `command -v helm >/dev/null 2>&1 || die 'helm is not on the PATH. Nothing was changed.'`,
    ...sameCluster(plan),
  ];
}

/** The plan knows its cluster by a UID, where its maker might read it. */
function sameCluster(plan: Plan): string[] {
  const { uid } = plan.cluster;
  if (uid === '')
    return ['# The plan does not know the UID of its cluster: that this is the right one is not checked.'];
  return [
    'if command -v kubectl >/dev/null 2>&1; then',
    `  uid="$(kubectl${contextFlag(plan)} get namespace kube-system -o 'jsonpath={.metadata.uid}')" || die 'The cluster does not answer. Nothing was changed.'`,
    `  [ "$uid" = ${quoteArgument(uid)} ] || die "This is another cluster than the plan's (kube-system has UID $uid). Nothing was changed."`,
    'else',
    `  say 'kubectl is not on the PATH: not checked that this is the cluster of the plan.'`,
    'fi',
  ];
}

function contextFlag(plan: Plan): string {
  return plan.cluster.context === '' ? '' : ' --context "$HELM_KUBECONTEXT"';
}

/** Text inside `"${NAME:-…}"`. */
function inQuotes(text: string): string {
  return text.replaceAll(/([\\"$`}])/g, String.raw`\$1`);
}

function preflight(plan: Plan, files: readonly string[], upgrades: readonly HelmUpgradeStep[]): string[] {
  if (files.length === 0) return ['# No values files are needed.'];
  const kept = upgrades.filter((step) => step.keep.length > 0 && step.ownFile !== true);
  const made = upgrades.flatMap((step) => ownFileLines(step) ?? []);
  return [
    '# Every values file must be there before the first write.',
    `for file in ${files.map(quoteArgument).join(' ')}; do`,
    `  [ -f "$file" ] || die "$file is missing. Nothing was changed."`,
    'done',
    ...made.flatMap(({ why, lines }) => [`# ${comment(why)}`, ...lines.map((line) => `#   ${line}`)]),
    ...kept.map(
      (step) =>
        `# ${keptValuesFile(step)} holds ${comment(step.keep.join(', '))} of the live release (helm get values ${step.release} -n ${plan.site.namespace}).`,
    ),
  ];
}

/** A script that stops must say where, and what that leaves behind. */
function onExit(upgrades: readonly HelmUpgradeStep[]): string[] {
  const cases = upgrades.flatMap((step) => {
    const back = rollbackCommand(step);
    if (step.follows !== undefined) return [];
    const words =
      back === undefined
        ? `${step.release} was being installed: there is no former revision to return to.`
        : step.migrates === undefined
          ? `To return ${step.release} to ${step.from?.version ?? ''}: ${shellLine(back)}`
          : `Do not roll ${step.release} back once its container has started: ${sentence(step.migrates.note)}`;
    return [`    ${quoteArgument(step.id)}) say ${singleQuoted(words)} ;;`];
  });
  return [
    "current=''",
    'ended() {',
    '  [ -n "$current" ] || return 0',
    '  say "Stopped in step $current. Nothing after it was started; what came before stays as it is."',
    ...(cases.length === 0 ? [] : ['  case "$current" in', ...cases, '  esac']),
    '}',
    'trap ended EXIT',
    "trap 'exit 130' INT",
    "trap 'exit 143' TERM",
  ];
}

function singleQuoted(text: string): string {
  return `'${oneLine(text).replaceAll("'", `'\\''`)}'`;
}

function scriptStep(step: Step, plan: Plan): string[] {
  const begin = [`# ${comment(step.title)}`, `current=${quoteArgument(step.id)}`, `say ${singleQuoted(step.title)}`];
  switch (step.kind) {
    case 'helm-upgrade': {
      const { command, notes } = manualUpgrade(step);
      return [
        ...begin.slice(0, 1),
        ...notes.map((note) => `# ${comment(note)}`),
        waits(command)
          ? `# helm waits up to ${waitOf(command)} and returns when the release is ready.`
          : '# helm does not wait here: it returns at once, whether the release becomes ready or not.',
        ...begin.slice(1),
        ...exportLines(step).flatMap((line) => ['umask 077', line]),
        ...shellLines(command),
        ...(waits(command) ? [] : awaitByHand(step, plan)),
      ];
    }
    case 'helm-rollback':
      if (isUndo(step)) return [];
      return [...begin, ...shellLines(manualRollback(step))];
    case 'pull-secret':
      return [
        ...begin.slice(0, 1),
        '# apply, because create refuses a secret that exists.',
        ...begin.slice(1),
        ...pipeInto(
          [...(step.guideCommand ?? []), '--dry-run=client', '-o', 'yaml'],
          `kubectl${contextFlag(plan)} apply -f -`,
        ),
      ];
    case 'patch-object':
    case 'create-secret':
    case 'await-condition':
    case 'run-job':
    case 'apply-crds':
    case 'scale':
    case 'restart':
    case 'local-command':
    case 'compare-claims': {
      if (isUndo(step)) return [];
      const { words, lines, byHand } = migrationWords(step, plan);
      return [
        ...begin.slice(0, 1),
        ...words.map((text) => `# ${comment(text)}`),
        ...begin.slice(1),
        ...lines.map((line) => line.replace(/^kubectl/, `kubectl${contextFlag(plan)}`)),
        ...(byHand === undefined ? [] : [`say ${singleQuoted(`${byHand}. Then press Enter.`)}`, 'read -r _']),
      ];
    }
    case 'replace-object':
    case 'rewrite-record': {
      const lines = shellLines(step.guideCommand ?? step.command ?? []);
      return [...begin, ...lines.map((line) => line.replace(/^kubectl/, `kubectl${contextFlag(plan)}`))];
    }
    case 'helm-repo':
      return [
        ...begin,
        ...repositoryLines(step)
          .flatMap(({ lines }) => lines)
          .filter((line) => line !== 'helm repo list'),
      ];
    case 'prove-images':
      return [`# ${comment(step.title)}: ${comment(proveImagesWords)}`];
    case 'registry-login':
      return [`# ${comment(step.title)}: done by you, before this script.`];
    case 'restore-object':
      return [`# ${comment(step.title)}: liftlock restore ${comment(step.run)} does it.`];
    case 'backup':
      return [
        `# ${comment(step.title)}: liftlock keeps these itself; here the history in the cluster is the only copy`,
        '# unless you save it first (the runbook has the commands).',
      ];
    case 'put-aside':
    case 'retain-volumes':
    case 'helm-uninstall':
    case 'put-back':
    case 'compare-kept':
    case 'compare-addresses': {
      const { words, commands } = reinstallWords(step);
      const lines = commands.flatMap((command) => shellLines(command));
      return [
        ...begin.slice(0, 1),
        ...words.map((text) => `# ${comment(text)}`),
        ...begin.slice(1),
        ...lines.map((line) => line.replace(/^kubectl/, `kubectl${contextFlag(plan)}`)),
        ...(step.kind === 'put-back'
          ? ["die 'liftlock does what comes next by itself; by hand, follow the runbook.'"]
          : []),
      ];
    }
    case 'check':
      return checkStep(step.check, step.title, plan);
  }
}

/** Not every guide has helm wait. */
function waits(command: readonly string[]): boolean {
  return command.some((argument) => /^--(wait|atomic|rollback-on-failure)(=|$)/.test(argument));
}

/** The guide's own timeout: what the command says, whatever the site says. */
function waitOf(command: readonly string[]): string {
  return command.includes('--timeout') ? (command[command.indexOf('--timeout') + 1] ?? 'its timeout') : 'its timeout';
}

/** What comes next may need what this step has begun: nothing goes on by itself before it is ready. */
function awaitByHand({ release, namespace }: HelmUpgradeStep, plan: Plan): string[] {
  const look = `kubectl${contextFlag(plan)} get pods --namespace ${quoteArgument(namespace)}`;
  return [
    'if command -v kubectl >/dev/null 2>&1; then',
    `  ${look}`,
    'fi',
    `say ${singleQuoted(`helm did not wait. Look until every pod of ${release} in ${namespace} is ready. Then press Enter.`)}`,
    'read -r _',
  ];
}

function pipeInto(command: readonly string[], last: string): string[] {
  const lines = shellLines(command);
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ''} |`, `  ${last}`];
}

function checkStep(check: string, title: string, plan: Plan): string[] {
  if (check !== 'pods') return [`say ${singleQuoted(`Look yourself: ${title}.`)}`];
  return [
    `say ${singleQuoted(title)}`,
    'if command -v kubectl >/dev/null 2>&1; then',
    `  kubectl${contextFlag(plan)} get pods --namespace ${quoteArgument(plan.site.namespace)}`,
    'fi',
  ];
}
