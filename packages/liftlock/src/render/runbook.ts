import type { Plan } from '../model/plan.ts';
import type { Platform } from '../model/platform.ts';
import { isUndo, type HelmRollbackStep, type HelmUpgradeStep, type PullSecretStep, type Step } from '../model/step.ts';
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
import { codeBlock, codeSpan, escapeMarkdown, joinBlocks } from './markdown.ts';
import { hopPlans, typedPlan } from './hop-plans.ts';
import { actedOn, durationsOf, findingsOf } from './plan-facts.ts';
import { proveImagesWords } from './prove-images-words.ts';
import { reinstallWords } from './reinstall-words.ts';
import { trouble, verification, waysBack } from './runbook-end.ts';
import { hopTitle, routeWords } from './route-words.ts';
import { quoteArgument, shellLine, shellLines } from './shell.ts';
import { formatSeconds, listed, sentence } from './words.ts';

type Blocks = readonly (readonly string[])[];

/** The plan as a page for those who type: every command, what to expect of it, and what to do when that does not happen. */
export function renderRunbook(plan: Plan, platform: Platform): string {
  return joinBlocks([
    [`# Runbook: ${escapeMarkdown(plan.platform.title)} ${routeWords(plan)}`],
    introduction(plan),
    ...openFindings(plan),
    ['## 1. Prerequisites'],
    prerequisites(typedPlan(plan), platform),
    ...login(platform),
    ['## 3. Before you start'],
    ...checklist(plan, platform),
    ['## 4. Steps'],
    ['One after another. Never begin a step before the one before it is ready.'],
    ...hopsToType(plan, platform),
    ['## 5. Verify'],
    ...verification(plan, platform),
    ['## 6. If you must go back'],
    ...waysBack(plan),
    ...trouble(platform),
  ]);
}

function introduction(plan: Plan): string[] {
  const { expected, worst } = durationsOf(plan);
  const noticed = actedOn(plan).filter(({ outage }) => outage.expected);
  return [
    `- Site ${codeSpan(plan.site.name)}, cluster ${codeSpan(plan.cluster.context)} (${codeSpan(plan.cluster.server)}), namespace ${codeSpan(plan.site.namespace)}`,
    `- Takes ${expected === undefined ? '' : `usually ${formatSeconds(expected)}, `}at most ${formatSeconds(worst)}`,
    `- ${noticed.length === 0 ? 'Users do not notice.' : `Users notice: ${listed(noticed.map(({ name }) => name))}.`}`,
    `- Made from plan ${codeSpan(plan.digest)}; the same plan runs by itself with ${codeSpan('liftlock apply')}`,
  ];
}

function openFindings(plan: Plan): Blocks {
  const blockers = findingsOf(plan, 'blocker');
  if (blockers.length === 0) return [];
  return [
    ['**Do not start yet.** The forecast found what would fail:'],
    blockers.map(({ code, message }) => `- ${codeSpan(code)} ${escapeMarkdown(message)}`),
  ];
}

function prerequisites(plan: Plan, platform: Platform): string[] {
  const files = plan.steps.flatMap((step) => (step.kind === 'helm-upgrade' ? ownFiles(step) : []));
  const folder =
    files.length === 0
      ? []
      : [
          `- A terminal in the folder that holds ${listed([...new Set(files)].map((file) => codeSpan(`./${file}`)))}, every placeholder filled`,
        ];
  return [
    `- Helm ${codeSpan(platform.tools.helm)}; the plan was made with ${plan.helm.version}`,
    `- kubectl, and the context ${codeSpan(plan.cluster.context)}. This must print ${codeSpan(plan.cluster.uid)}:`,
    '',
    ...codeBlock('sh', [...contextLines(plan), `kubectl get namespace kube-system -o 'jsonpath={.metadata.uid}'`])
      .flatMap((block) => block.split('\n'))
      .map((line) => `  ${line}`),
    ...(folder.length === 0 ? [] : ['', ...folder]),
  ];
}

function contextLines(plan: Plan): string[] {
  return plan.cluster.context === '' ? [] : [`kubectl config use-context ${quoteArgument(plan.cluster.context)}`];
}

function login(platform: Platform): Blocks {
  const { registry } = platform;
  if (registry === undefined) return [];
  const key = registry.key;
  const command = registry.login?.guideCommand;
  return [
    ['## 2. Log in to the registry'],
    [
      `The charts are in ${codeSpan(registry.host)}.${key === undefined ? '' : ` Keys expire ${key.lifetime} days after they were made: look at the age of yours first.`}`,
    ],
    command === undefined ? [] : codeBlock('sh', command.trimEnd().split('\n')),
    [
      command === undefined
        ? `Log in with ${codeSpan(`helm registry login ${registry.host}`)}.`
        : `Expect ${codeSpan('Login Succeeded')}. Otherwise stop here: nothing was changed.`,
    ],
  ];
}

function checklist(plan: Plan, platform: Platform): Blocks {
  const releases = actedOn(plan).map(({ release, namespace }) => ({ release, namespace }));
  return [
    platform.checklist.map(
      ({ title, why }) => `- [ ] ${escapeMarkdown(title)}${why === undefined ? '' : ` (${escapeMarkdown(why)})`}`,
    ),
    ['- [ ] All pods are healthy now: what is broken before the upgrade will look like its fault afterwards'],
    codeBlock('sh', [`kubectl get pods --namespace ${quoteArgument(plan.site.namespace)}`]),
    releases.length === 0 ? [] : ['- [ ] The present values, manifests and history are saved'],
    releases.length === 0
      ? []
      : codeBlock('sh', [
          'umask 077',
          'mkdir -p backup',
          ...releases.flatMap(({ release, namespace }) => [
            `helm get values ${release} --namespace ${namespace} -o yaml > backup/${release}-values.yaml`,
            `helm get manifest ${release} --namespace ${namespace} > backup/${release}-manifest.yaml`,
            `helm history ${release} --namespace ${namespace} > backup/${release}-history.txt`,
          ]),
        ]),
  ];
}

/** The steps of every hop; between two hops the platform is looked at, as liftlock does. */
function hopsToType(plan: Plan, platform: Platform): Blocks {
  const hops = hopPlans(plan);
  let typed = 0;
  return hops.flatMap((hop): Blocks => {
    const blocks = numberedSteps(hop, typed);
    typed += hop.steps.filter(isTyped).length;
    if (plan.route.length < 2) return blocks;
    const isLater = hop.hop > plan.hop;
    return [
      [`**${hopTitle(hop)}${isLater ? ', as it looks now' : ''}**`],
      isLater ? ['Make the runbook again when the hop before has landed: what is known then may differ.'] : [],
      ...blocks,
      ...(hop.hop + 1 < plan.route.length
        ? [['Before the next hop, everything must be well:'], ...verification(plan, platform)]
        : []),
    ];
  });
}

/** True for a step that people type: the others are liftlock's own, or told elsewhere on the page. */
function isTyped(step: Step): boolean {
  return step.kind !== 'backup' && step.kind !== 'check' && !isUndo(step);
}

function numberedSteps(plan: Plan, before: number): Blocks {
  let number = before;
  return plan.steps.flatMap((step): Blocks => {
    if (step.kind === 'backup' || step.kind === 'check' || isUndo(step)) return [];
    number += 1;
    const title = [`### 4.${number} ${escapeMarkdown(step.title)}`];
    switch (step.kind) {
      case 'helm-upgrade':
        return [title, ...upgradeBlocks(step, plan)];
      case 'helm-rollback':
        return [title, ...rollbackBlocks(step)];
      case 'helm-repo':
        return [title, ...repositoryLines(step).flatMap(({ why, lines }) => [[why], codeBlock('sh', lines)])];
      case 'pull-secret':
        return [title, ...pullSecretBlocks(step)];
      case 'patch-object':
      case 'create-secret':
      case 'await-condition':
      case 'run-job':
      case 'apply-crds':
      case 'scale':
      case 'restart':
      case 'local-command':
      case 'compare-claims': {
        const { words, lines } = migrationWords(step, plan);
        const why = isCleaning(step)
          ? ['A failed revision has set it, and helm does not see it: the next step would leave it there.']
          : [];
        const code = lines.length === 0 ? [] : codeBlock('sh', lines);
        return [title, why, ...words.map((text) => [escapeMarkdown(text)]), code];
      }
      case 'rewrite-record':
        return [
          title,
          [
            'The plug-in helm-mapkubeapis does the same: `helm plugin install https://github.com/helm/helm-mapkubeapis`.',
          ],
          codeBlock('sh', shellLines(step.command ?? [])),
        ];
      case 'replace-object':
        return [title, codeBlock('sh', shellLines(step.guideCommand ?? step.command ?? []))];
      case 'put-aside':
      case 'retain-volumes':
      case 'helm-uninstall':
      case 'put-back':
      case 'compare-kept':
      case 'compare-addresses': {
        const { words, commands } = reinstallWords(step);
        const code = commands.map((command) => codeBlock('sh', shellLines(command)));
        return [title, ...words.map((text) => [escapeMarkdown(text)]), ...code];
      }
      case 'prove-images':
        return [
          title,
          [escapeMarkdown(proveImagesWords)],
          step.images.map(({ image }) => `- ${escapeMarkdown(image)}`),
        ];
      case 'registry-login':
        return [title, ['As in section 2, with the new key.']];
      case 'restore-object':
        return [title, [`The file ${escapeMarkdown(step.file)} of that run holds it.`]];
    }
  });
}

/** Only leftovers of a failed revision are taken away without anything being set, and nothing is undone by that. */
function isCleaning(step: Step): boolean {
  return step.kind === 'patch-object' && step.id.split('/')[1] === 'clean';
}

/** Files of the operator's: what is carried over is exported by a command. */
function ownFiles(step: HelmUpgradeStep): readonly string[] {
  if (step.ownFile === true) return [];
  return step.values.flatMap(({ path, isCarried }) => (isCarried === true ? [] : [path]));
}

function upgradeBlocks(step: HelmUpgradeStep, plan: Plan): Blocks {
  const { command, notes } = manualUpgrade(step);
  const component = plan.components.find(({ name }) => name === step.component);
  const namespace = quoteArgument(step.namespace);
  const time = [
    component?.expectedSeconds === undefined ? '' : `usually ${formatSeconds(component.expectedSeconds)}`,
    `at most ${formatSeconds(step.timeoutSeconds)}`,
  ].filter((part) => part !== '');
  return [
    step.install
      ? ['**This installs a release that is not there now.**']
      : [`From ${step.from?.version ?? 'an unknown version'} to ${step.chart.version}.`],
    step.keep.length === 0 || step.ownFile === true ? [] : keptBlock(step),
    exportLines(step).length === 0
      ? []
      : ['First export the live values; whoever can read them can read the secrets in them:'],
    exportLines(step).length === 0 ? [] : codeBlock('sh', ['umask 077', ...exportLines(step)]),
    ...ownFileBlocks(step),
    codeBlock('sh', shellLines(command)),
    notes.length === 0 ? [] : notes.map((note) => `- ${escapeMarkdown(note)}`),
    [
      `- Expect: ${time.join(', ')}; then ${codeSpan('STATUS: deployed')}.${component?.outage.expected === true ? ` Users notice: ${escapeMarkdown(sentence(component.outage.why))}` : ''}`,
      `- Look meanwhile, in a second terminal: ${codeSpan(`kubectl get pods --namespace ${namespace} --watch`)}`,
      '- Verify: the newest revision is deployed at the target, and its pods are ready',
    ],
    codeBlock('sh', [
      `helm history ${step.release} --namespace ${namespace} --max 2`,
      `kubectl get pods --namespace ${namespace}`,
    ]),
    failureLines(step),
  ];
}

function ownFileBlocks(step: HelmUpgradeStep): Blocks {
  const made = ownFileLines(step);
  return made === undefined ? [] : [[escapeMarkdown(made.why)], codeBlock('sh', made.lines)];
}

function keptBlock(step: HelmUpgradeStep): string[] {
  return [
    `First put the kept values into ${codeSpan(keptValuesFile(step))}: only ${listed(step.keep.map(codeSpan))}, as ${codeSpan(`helm get values ${step.release} --namespace ${step.namespace} -o yaml`)} shows them.`,
  ];
}

function failureLines(step: HelmUpgradeStep): string[] {
  const namespace = quoteArgument(step.namespace);
  const back = rollbackCommand(step);
  const look = `- If it fails: do not start the next step. Look for the cause first, before anything rolls it away: ${codeSpan(`kubectl describe pods --namespace ${namespace}`)}, ${codeSpan(`kubectl get events --namespace ${namespace} --sort-by=.lastTimestamp`)}`;
  if (step.follows !== undefined) return [look, '- When the cause is gone, run the command again.'];
  if (back === undefined)
    return [look, '- There is no former revision to return to: repair forward and run the command again.'];
  if (step.migrates !== undefined) {
    return [
      look,
      `- **No rollback once ${listed(step.migrates.containers.map(codeSpan))} has started**: ${escapeMarkdown(sentence(step.migrates.note))} Repair forward and run the command again, or restore the backup of its data.`,
      `- Only if it never started: ${codeSpan(shellLine(back))}`,
    ];
  }
  return [look, `- To return to ${step.from?.version ?? ''}: ${codeSpan(shellLine(back))}`];
}

function rollbackBlocks(step: HelmRollbackStep): Blocks {
  return [
    codeBlock('sh', shellLines(manualRollback(step))),
    [
      `- Expect: ${codeSpan('Rollback was a success!')} within ${formatSeconds(step.timeoutSeconds)}`,
      '- The revision is named on purpose: without one helm goes back by one, even to a revision that failed',
    ],
  ];
}

function pullSecretBlocks(step: PullSecretStep): Blocks {
  const lines = shellLines([...(step.guideCommand ?? []), '--dry-run=client', '-o', 'yaml']);
  return [
    codeBlock('sh', [...lines.slice(0, -1), `${lines.at(-1) ?? ''} |`, '  kubectl apply -f -']),
    [
      `- Expect: ${codeSpan(`secret/${step.name} configured`)}`,
      '- Pods that could not pull try again by themselves within five minutes',
    ],
  ];
}
