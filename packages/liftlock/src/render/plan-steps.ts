import { counted } from '../model/counted.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { becauseOfMigration, onlyIfFails, reasonOf } from './plan-facts.ts';
import { shellLine, wrapCommand } from './shell.ts';
import type { Style } from './style.ts';
import { wrapText } from './wrap.ts';

interface StepsScreen {
  readonly width: number;
  readonly style: Style;
  /** Every step by itself, with its command. */
  readonly verbose: boolean;
}

/** The steps in order, with why those are there that are not the guide's; checks in a row are told in one. */
export function renderSteps(plan: Plan, screen: StepsScreen): string[] {
  if (plan.steps.length === 0) return [];
  const { style, width } = screen;
  const blocks = blocksOf(plan.steps, screen.verbose);
  const digits = Math.max(...blocks.map((block) => numberOf(block).length));
  return [
    style.bold(counted(plan.steps.length, 'step')),
    ...blocks.flatMap((block) => {
      const { steps } = block;
      const hanging = ' '.repeat(digits + 4);
      const first = `  ${style.dim(numberOf(block).padStart(digits))}  `;
      const [only] = steps;
      if (steps.length > 1 || only === undefined) {
        const titles = steps.map(({ title }) => title).join('; ');
        return wrapText(`Checks: ${titles}`, { width, first, hanging });
      }
      return [
        ...wrapText(`${only.title}${remarks(only, plan, style)}`, { width, first, hanging }),
        ...(screen.verbose ? commandsOf(only, screen, `${hanging}  `) : []),
      ];
    }),
  ];
}

interface Block {
  /** Number of its first step, from 1. */
  readonly from: number;
  readonly steps: readonly Step[];
}

/** `4`, `7-12`. */
function numberOf({ from, steps }: Block): string {
  return steps.length === 1 ? String(from) : `${from}-${from + steps.length - 1}`;
}

function blocksOf(steps: readonly Step[], verbose: boolean): readonly Block[] {
  const blocks: { readonly from: number; readonly steps: Step[] }[] = [];
  for (const [index, step] of steps.entries()) {
    const last = blocks.at(-1);
    if (!verbose && step.kind === 'check' && last?.steps[0]?.kind === 'check') last.steps.push(step);
    else blocks.push({ from: index + 1, steps: [step] });
  }
  return blocks;
}

function remarks(step: Step, plan: Plan, style: Style): string {
  const condition = onlyIfFails(step, plan);
  const reason = reasonOf(step, plan);
  const migration = becauseOfMigration(step, plan);
  return [
    ...(condition === undefined ? [] : [style.dim(condition)]),
    ...(reason === undefined ? [] : [style.dim(`because of ${reason}`)]),
    ...(migration === undefined ? [] : [style.dim(migration)]),
    ...(step.risk === 'irreversible' ? [style.bad('no way back from here')] : []),
  ]
    .map((words) => `  ${words}`)
    .join('');
}

function commandsOf(step: Step, { width, style }: StepsScreen, indent: string): string[] {
  const { command, guideCommand } = step;
  const lines = command === undefined ? [] : wrapCommand(shellLine(command), width, indent);
  if (guideCommand === undefined || (command !== undefined && shellLine(command) === shellLine(guideCommand)))
    return lines.map(style.dim);
  return [...lines, `${indent}the guide:`, ...wrapCommand(shellLine(guideCommand), width, `${indent}  `)].map(
    style.dim,
  );
}
