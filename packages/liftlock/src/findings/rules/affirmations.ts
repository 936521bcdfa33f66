import type { Finding } from '../../model/finding.ts';
import type { ChecklistItem } from '../../model/platform.ts';
import type { Affirmation, Site } from '../../model/site.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { finding } from '../make-finding.ts';
import { judgeReceipts } from '../receipts.ts';

/** The guide's checklist, as far as only a person can tick it. */
export function affirmationFindings(evidence: PreflightEvidence): readonly Finding[] {
  const { platform, site, selected, finalTarget: target = evidence.target } = evidence;
  // Nothing to do needs nobody's word.
  if (selected.length === 0) return [];
  return platform.checklist
    .filter((item) => item.affirm === 'person' && affirmationFor(item.id, site, target) === undefined)
    .flatMap((item) => {
      const receipts = judgeReceipts(item.id, { ...evidence, steps: evidence.steps ?? [] });
      if (receipts === undefined) return [missing(item, site, target)];
      return receipts.accepted === undefined ? [noBackup(item, receipts.looked, target)] : [];
    });
}

/** What someone affirmed for this target. One that names another version does not count; one that names none does. */
export function affirmationFor(id: string, site: Site, target: string): Affirmation | undefined {
  const affirmation = Object.hasOwn(site.affirmations, id) ? site.affirmations[id] : undefined;
  if (affirmation === undefined) return undefined;
  return affirmation.version === undefined || affirmation.version === target ? affirmation : undefined;
}

function noBackup({ id, title, why }: ChecklistItem, looked: readonly string[], target: string): Finding {
  return finding({
    code: 'BACKUP_MISSING',
    severity: 'blocker',
    field: `receipts.${id}`,
    message: [
      `${title}: no backup counts as one of before ${target}, and nobody has affirmed it.`,
      ...looked.map((line) => `${line}.`),
      ...(why === undefined ? [] : [why]),
    ].join(' '),
    remedies: [
      {
        id: `receipt:${id}`,
        title: 'Make such a backup, wait until it has ended, then plan again',
        destructive: false,
        commands: [],
      },
      {
        id: `affirm:${id}`,
        title: 'Say that there is one, and that it can be restored',
        destructive: false,
        commands: [`--affirm ${id}=NAME`],
      },
    ],
  });
}

function missing(item: ChecklistItem, site: Site, target: string): Finding {
  const other = Object.hasOwn(site.affirmations, item.id) ? site.affirmations[item.id]?.version : undefined;
  const but = other === undefined ? '' : ` It was affirmed for ${other}, not for ${target}.`;
  return finding({
    code: 'AFFIRMATION_MISSING',
    severity: 'blocker',
    field: `affirmations.${item.id}`,
    message: `Nobody has affirmed for ${target}: ${item.title}.${but}${item.why === undefined ? '' : ` ${item.why}`}`,
    remedies: [
      {
        id: `affirm:${item.id}`,
        title: 'Say that it is so',
        destructive: false,
        commands: [`--affirm ${item.id}=NAME`],
      },
    ],
  });
}
