import type { Plan } from '../model/plan.ts';
import type { Platform } from '../model/platform.ts';
import { isUndo, type HelmRollbackStep, type HelmUpgradeStep, type PullSecretStep } from '../model/step.ts';
import {
  keptValuesFile,
  manualRollback,
  manualUpgrade,
  repositoryLines,
  rollbackCommand,
  exportLines,
} from './manual-command.ts';
import { codeBlock, codeSpan, escapeMarkdown, joinBlocks } from './markdown.ts';
import { actedOn, durationsOf, findingsOf } from './plan-facts.ts';
import { proveImagesWords } from './prove-images-words.ts';
import { reinstallWords } from './reinstall-words.ts';
import { quoteArgument, shellLine, shellLines } from './shell.ts';
import { formatSeconds, listed, sentence } from './words.ts';

type Blocks = readonly (readonly string[])[];

/** The plan as a page for those who type: every command, what to expect of it, and what to do when that does not happen. */
export function renderRunbook(plan: Plan, platform: Platform): string {
  return joinBlocks([
    [
      `# Runbook: ${escapeMarkdown(plan.platform.title)} ${plan.route.map(({ from, to }) => `${from} → ${to}`).join(', ')}`,
    ],
    introduction(plan),
    ...openFindings(plan),
    ['## 1. Prerequisites'],
    prerequisites(plan, platform),
    ...login(platform),
    ['## 3. Before you start'],
    ...checklist(plan, platform),
    ['## 4. Steps'],
    ['One after another. Never begin a step before the one before it is ready.'],
    ...numberedSteps(plan),
    ['## 5. Verify'],
    ...verification(plan, platform),
    ['## 6. If you must go back'],
    ...wayBack(plan),
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

function numberedSteps(plan: Plan): Blocks {
  let number = 0;
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
        return [
          title,
          step.remove.length === 0
            ? []
            : ['A failed revision has set it, and helm does not see it: the next step would leave it there.'],
          codeBlock('sh', shellLines(step.command ?? [])),
        ];
      case 'rewrite-record':
        return [
          title,
          [
            'The plug-in helm-mapkubeapis does the same: `helm plugin install https://github.com/helm/helm-mapkubeapis`.',
          ],
          codeBlock('sh', shellLines(step.command ?? [])),
        ];
      case 'replace-object':
        return [title, codeBlock('sh', shellLines(step.command ?? []))];
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

/** Files of the operator's: what is carried over is exported by a command. */
function ownFiles(step: HelmUpgradeStep): readonly string[] {
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
    step.keep.length === 0 ? [] : keptBlock(step),
    exportLines(step).length === 0
      ? []
      : ['First export the live values; whoever can read them can read the secrets in them:'],
    exportLines(step).length === 0 ? [] : codeBlock('sh', ['umask 077', ...exportLines(step)]),
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

function keptBlock(step: HelmUpgradeStep): string[] {
  return [
    `First put the kept values into ${codeSpan(keptValuesFile(step))}: only ${listed(step.keep.map(codeSpan))}, as ${codeSpan(`helm get values ${step.release} --namespace ${step.namespace} -o yaml`)} shows them.`,
  ];
}

function failureLines(step: HelmUpgradeStep): string[] {
  const namespace = quoteArgument(step.namespace);
  const back = rollbackCommand(step);
  const look = `- If it fails: do not start the next step. Look for the cause first, before anything rolls it away: ${codeSpan(`kubectl describe pods --namespace ${namespace}`)}, ${codeSpan(`kubectl get events --namespace ${namespace} --sort-by=.lastTimestamp`)}`;
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

function verification(plan: Plan, platform: Platform): Blocks {
  const namespace = quoteArgument(plan.site.namespace);
  return [
    codeBlock('sh', [`kubectl get pods --namespace ${namespace}`, `helm list --namespace ${namespace}`]),
    [
      '- [ ] Every pod runs and is ready; none crashes or waits',
      ...platform.checks.map(({ title }) => `- [ ] ${escapeMarkdown(title)}`),
    ],
  ];
}

function wayBack(plan: Plan): Blocks {
  const upgrades = plan.steps.filter((step) => step.kind === 'helm-upgrade').toReversed();
  if (upgrades.length === 0) return [['Nothing was upgraded here.']];
  const migrating = upgrades.filter((step) => step.migrates !== undefined);
  const commands = upgrades.flatMap((step) => rollbackCommand(step) ?? []).length;
  return [
    migrating.map(
      (step) =>
        `**Only while ${escapeMarkdown(step.release)} has not started at the new version**: ${escapeMarkdown(sentence(step.migrates?.note ?? ''))}`,
    ),
    commands === 0
      ? []
      : [
          'Only the releases that you upgraded, in this order:',
          '',
          ...codeBlock(
            'sh',
            upgrades.flatMap((step) => {
              const back = rollbackCommand(step);
              return back === undefined ? [`# ${step.release} was not there before`] : [shellLine(back)];
            }),
          ),
        ],
  ];
}

function trouble(platform: Platform): Blocks {
  if (platform.troubleshooting.length === 0 && platform.support === undefined) return [];
  return [
    ['## 7. Trouble'],
    ...platform.troubleshooting.flatMap(({ title, steps, contact }) => [
      [`**${escapeMarkdown(title)}**`],
      [
        ...steps.map((step, index) => `${index + 1}. ${escapeMarkdown(step)}`),
        ...(contact === undefined ? [] : ['', `Help: ${escapeMarkdown(contact)}`]),
      ],
    ]),
    platform.support === undefined
      ? []
      : [`Support: ${escapeMarkdown(sentence(platform.support.contact))} Send the exact messages and the logs.`],
  ];
}
