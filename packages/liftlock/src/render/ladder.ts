import type { Decision, Finding, Remedy } from '../model/finding.ts';

/** One rung of a finding's ladder, or of the ladders of several findings of one code. */
export interface Rung {
  readonly title: string;
  readonly destructive: boolean;
  /** Whose decision it is that this plan takes it; undefined where nobody has taken it. */
  readonly taken?: Decision | undefined;
  /** What to add to the command so that the plan takes it: one `--allow` for each finding. */
  readonly allow: readonly string[];
  /** What else leads there: commands of the operator's own. */
  readonly commands: readonly string[];
}

/** Findings of one code, to be told together. */
export interface FindingGroup {
  readonly code: string;
  readonly findings: readonly Finding[];
}

/** Findings by code, in the order in which the codes first come up. */
export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) groups.set(finding.code, [...(groups.get(finding.code) ?? []), finding]);
  return [...groups].map(([code, members]) => ({ code, findings: members }));
}

/** A finding's remedies, the least destructive first. */
export function ladderOf(finding: Finding, decisions: readonly Decision[]): readonly Rung[] {
  return finding.remedies.map((remedy) => rungOf(remedy, decisions));
}

/**
 * The ladder that findings of one code have in common, each rung for all of them; undefined where their ladders differ in
 * more than the object.
 */
export function commonLadder(
  findings: readonly Finding[],
  decisions: readonly Decision[],
): readonly Rung[] | undefined {
  const [first] = findings;
  if (first === undefined || findings.some((finding) => shapeOf(finding) !== shapeOf(first))) return undefined;
  return first.remedies.map((remedy, index) => {
    const rungs = findings
      .flatMap(({ remedies }) => remedies.slice(index, index + 1))
      .map((each) => rungOf(each, decisions));
    const isSameTitle = rungs.every(({ title }) => title === remedy.title);
    const isTaken = rungs.every(({ taken }) => taken !== undefined);
    return {
      title: isSameTitle ? remedy.title : `${remedy.title} (and the others alike)`,
      destructive: remedy.destructive,
      taken: isTaken ? rungs[0]?.taken : undefined,
      allow: [...new Set(rungs.flatMap(({ allow }) => allow))],
      commands: [...new Set(rungs.flatMap(({ commands }) => commands))],
    };
  });
}

/** Ladders are alike where each rung does the same sort of thing. */
function shapeOf({ remedies }: Finding): string {
  return remedies.map(({ id, destructive }) => `${id.split(':')[0] ?? ''} ${destructive}`).join('\n');
}

function rungOf(remedy: Remedy, decisions: readonly Decision[]): Rung {
  const isAllow = (command: string) => command.startsWith('--allow ');
  return {
    title: remedy.title,
    destructive: remedy.destructive,
    taken: decisions.find((decision) => decision.remedy === remedy.id),
    allow: remedy.commands.filter(isAllow),
    commands: remedy.commands.filter((command) => !isAllow(command)),
  };
}
