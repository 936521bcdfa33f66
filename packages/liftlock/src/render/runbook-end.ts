import type { Plan } from '../model/plan.ts';
import type { Platform } from '../model/platform.ts';
import { hopPlans } from './hop-plans.ts';
import { rollbackCommand } from './manual-command.ts';
import { codeBlock, escapeMarkdown } from './markdown.ts';
import { hopTitle } from './route-words.ts';
import { quoteArgument, shellLine } from './shell.ts';
import { sentence } from './words.ts';

type Blocks = readonly (readonly string[])[];

/** What to look at when the steps are typed. */
export function verification(plan: Plan, platform: Platform): Blocks {
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

/** What to do about what the vendor knows to go wrong, and whom to ask. */
export function trouble(platform: Platform): Blocks {
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

/** How to return what was upgraded. */
export function waysBack(plan: Plan): Blocks {
  if (plan.route.length < 2) return wayBack(plan);
  return [
    ['Only within the hop that you are in: what landed before stays.'],
    ...hopPlans(plan).flatMap((hop) => [[`**${hopTitle(hop)}**`], ...wayBack(hop)]),
  ];
}
