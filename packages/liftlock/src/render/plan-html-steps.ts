import { counted } from '../model/counted.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { html, htmlCommand, htmlPairs, htmlTable, type Content, type Markup, type Section } from './html.ts';
import {
  actedOn,
  decided,
  durationsOf,
  firstWithoutReturn,
  becauseOfMigration,
  onlyIfFails,
  personalTasks,
  receiptWords,
  reasonOf,
  whoDecided,
} from './plan-facts.ts';
import { shellLines } from './shell.ts';
import { formatSeconds, formatTime, sentence } from './words.ts';

/** What a change board asks first (O30): outage, duration, the way back, what people must do. */
export function boardSection(plan: Plan): Section | undefined {
  const acted = actedOn(plan);
  if (acted.length === 0) return undefined;
  const { expected, worst } = durationsOf(plan);
  const noticed = acted.filter(({ outage }) => outage.expected).length;
  const last = firstWithoutReturn(plan);
  const tasks = personalTasks(plan);
  return {
    id: 'board',
    title: 'For the change board',
    content: [
      htmlPairs([
        [
          'Duration',
          `${expected === undefined ? 'not timed yet' : `usually ${formatSeconds(expected)}`}, at most ${formatSeconds(worst)}`,
        ],
        ['Users notice', noticed === 0 ? 'nothing' : `${counted(noticed, 'component')} of ${acted.length}: see below`],
        ['Rollback', last === undefined ? 'possible after every step' : `possible until step ${last} begins`],
        ...receiptWords(plan).map((words) => ['Backup of before', words] as const),
      ]),
      htmlTable(
        'Outage, duration and the way back, by component',
        ['Component', 'Users notice', 'Usually', 'At most', 'Rollback'],
        acted.map(({ title, outage, expectedSeconds, worstSeconds, rollback }) => [
          title,
          html`${outage.expected ? html`<strong class="warn">Yes.</strong> ` : 'No: '}${sentence(outage.why)}`,
          expectedSeconds === undefined ? 'not timed yet' : formatSeconds(expectedSeconds),
          formatSeconds(worstSeconds),
          sentence(rollback),
        ]),
      ),
      tasks.length === 0
        ? undefined
        : html`<h3>For people to do</h3>
            ${htmlPairs(tasks.map(({ when, what }) => [when, what] as const))}`,
    ],
  };
}

/** Who decided what, and who affirmed what. */
export function decisionSection(plan: Plan): Section | undefined {
  const affirmed = Object.entries(plan.affirmations).map(([item, said]) => affirmation(item, said ?? null));
  if (plan.decisions.length + affirmed.length === 0) return undefined;
  return {
    id: 'decisions',
    title: 'Decided and affirmed',
    content: [
      plan.decisions.length === 0
        ? undefined
        : htmlTable(
            'Decisions',
            ['Remedy', 'What it does', 'Answers', 'Decided'],
            decided(plan).map(({ decision, code, title }) => [
              html`<code>${decision.remedy}</code>`,
              title ?? '',
              code ?? '',
              whoDecided(decision),
            ]),
          ),
      affirmed.length === 0 ? undefined : htmlTable('Affirmed by people, or seen', ['Item', 'By', 'When'], affirmed),
    ],
  };
}

function affirmation(item: string, said: Json): readonly Content[] {
  const words = isJsonObject(said) ? said : {};
  const text = (key: string) => (typeof words[key] === 'string' ? words[key] : '');
  return [item, text('by'), text('at') === '' ? '' : formatTime(text('at'))];
}

/** Every step with what liftlock runs and what the vendor's guide says. */
export function stepSection(plan: Plan): Section | undefined {
  if (plan.steps.length === 0) return undefined;
  return {
    id: 'steps',
    title: `Steps (${plan.steps.length})`,
    content: html`<ol class="steps">
      ${plan.steps.map((step) => stepItem(step, plan))}
    </ol> `,
  };
}

function stepItem(step: Step, plan: Plan): Markup {
  const condition = onlyIfFails(step, plan);
  const reason = reasonOf(step, plan);
  const migration = becauseOfMigration(step, plan);
  const seconds = 'timeoutSeconds' in step ? step.timeoutSeconds : 0;
  const remarks = [
    ...(condition === undefined ? [] : [condition]),
    ...(reason === undefined ? [] : [`because of ${reason}`]),
    ...(migration === undefined ? [] : [migration]),
    ...(seconds > 0 ? [`at most ${formatSeconds(seconds)}`] : []),
  ];
  const ours = step.command === undefined ? undefined : shellLines(step.command);
  const guide = step.guideCommand === undefined ? undefined : shellLines(step.guideCommand);
  const isSame = ours?.join('\n') === guide?.join('\n');
  return html`<li>
    <strong>${step.title}</strong>${
      step.risk === 'irreversible' ? html` <span class="mark bad">no way back from here</span>` : undefined
    }${remarks.length === 0 ? undefined : html` <span class="soft">${remarks.join(', ')}</span>`}${
      ours === undefined && guide === undefined
        ? undefined
        : html`<details>
            <summary>${isSame ? 'Command, as in the guide' : 'Commands'}</summary>
            ${
              ours === undefined
                ? undefined
                : html`${isSame ? undefined : html`<p class="soft">What liftlock runs:</p> `}${htmlCommand(ours)}`
            }${
              guide === undefined || isSame
                ? undefined
                : html`<p class="soft">What the guide says:</p>
                    ${htmlCommand(guide)}`
            }
          </details>`
    }
  </li> `;
}

/** What this plan was made from, so that a reviewer and the one who applies it speak of the same. */
export function pinSection(plan: Plan): Section {
  const charts = actedOn(plan).map(({ title, chart }): readonly Content[] => [
    title,
    `${chart.name} ${chart.version}`,
    html`<code>${chart.digest}</code>`,
    html`<code>${chart.source}</code>`,
  ]);
  const values = plan.steps.flatMap((step) =>
    step.kind === 'helm-upgrade'
      ? step.values.map(({ path, digest }): readonly Content[] => [path, step.component, html`<code>${digest}</code>`])
      : [],
  );
  return {
    id: 'pins',
    title: 'Pinned',
    content: [
      htmlPairs([
        ['Plan', html`<code>${plan.digest}</code>`],
        ['Definition', html`${plan.platform.name} <code>${plan.platform.digest}</code>`],
        ['Site', html`${plan.site.name} <code>${plan.site.digest}</code>`],
        ['Cluster', html`UID <code>${plan.cluster.uid}</code>`],
        ['Helm', plan.helm.version],
      ]),
      charts.length === 0 ? undefined : htmlTable('Charts', ['Component', 'Chart', 'Digest', 'From'], charts),
      values.length === 0 ? undefined : htmlTable('Values files', ['File', 'Component', 'Digest'], values),
    ],
  };
}
