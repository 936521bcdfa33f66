import { holds } from '../../facts/condition.ts';
import { componentOf, crossedMigrations } from '../../facts/crossed-migrations.ts';
import { scopeOf } from '../../facts/scope.ts';
import { inputsIn } from '../../model/fill-in.ts';
import type { Finding } from '../../model/finding.ts';
import type { Migration, MigrationStep } from '../../model/migration.ts';
import type { AcceptedReceipt } from '../../model/receipt.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { compareVersions } from '../../model/version.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';
import { acceptedReceipts } from '../receipts.ts';

interface Crossed {
  readonly migration: Migration;
  readonly component: string;
  /** Those whose conditions hold. */
  readonly steps: readonly MigrationStep[];
}

/** Migrations of this hop that nothing takes back: somebody vouches for a backup before they begin (O18). */
export function noReturnFindings(evidence: PreflightEvidence): readonly Finding[] {
  const receipts = Object.entries(acceptedReceipts({ ...evidence, steps: evidence.steps ?? [] }));
  const [receipt] = receipts.map(([, accepted]) => accepted);
  return crossedIn(evidence).flatMap((crossed) => noReturn(crossed, receipt));
}

/** What the site must say and does not, and questions without an answer that something rests on. */
export function inputFindings(evidence: PreflightEvidence): readonly Finding[] {
  const { platform, site, target } = evidence;
  const scope = scopeOf(evidence, { from: '', to: target });
  const here = { ...scope, from: Object.values(scope.installed).toSorted(compareVersions)[0] ?? '' };
  const used = new Set(
    crossedIn(evidence).flatMap(({ migration, steps }) =>
      inputsIn(JSON.stringify([steps, migration.values?.set ?? {}])),
    ),
  );
  return Object.entries(platform.inputs).flatMap(([name, { requiredWhen, description, example }]) => {
    if (Object.hasOwn(site.inputs, name) || evidence.selected.length === 0) return [];
    try {
      if (!used.has(name) && (requiredWhen === undefined || !holds(requiredWhen, here))) return [];
    } catch (error) {
      if (!isProblem(error) || error.code === 'BAD_CONDITION') throw error;
      return error.code === 'FACT_UNANSWERED' ? [unanswered(error)] : [];
    }
    const such = example === undefined ? '' : `, such as ${example}`;
    return [
      finding({
        code: 'INPUT_MISSING',
        severity: 'blocker',
        field: `inputs.${name}`,
        message: `The site does not say ${name}: ${description}${such}.`,
        remedies: [
          {
            id: `input:${name}`,
            title: 'Say it in the site file or on the command line',
            destructive: false,
            commands: [`--input ${name}=${example ?? 'VALUE'}`],
          },
        ],
      }),
    ];
  });
}

/** Migrations of the components that this plan upgrades. */
function crossedIn(evidence: PreflightEvidence): readonly Crossed[] {
  const { platform, target } = evidence;
  if (platform.migrations.length === 0) return [];
  const hop = { from: '', to: target };
  const scope = scopeOf(evidence, hop);
  return evidence.selected.flatMap((component) => {
    const own = platform.migrations.filter((migration) => componentOf(migration, platform) === component);
    const from = scope.installed[component] ?? '';
    const here = { ...scope, from };
    return crossedMigrations({ ...platform, migrations: own }, { from, to: target }, here).map((migration) => ({
      migration,
      component,
      steps: migration.steps.filter(({ when }) => when === undefined || holds(when, here)),
    }));
  });
}

function unanswered(problem: Problem): Finding {
  const named = problem.details['fact'];
  const fact = typeof named === 'string' ? named : '';
  return finding({
    code: 'FACT_UNANSWERED',
    severity: 'blocker',
    field: `answers.${fact}`,
    message: problem.message,
    remedies: [
      {
        id: `answer:${fact}`,
        title: 'Answer it in the site file or on the command line',
        destructive: false,
        commands: [`--answer ${fact}=VALUE`],
      },
    ],
  });
}

function noReturn(
  { migration: { irreversible, id, title, why, source }, component }: Crossed,
  receipt: AcceptedReceipt | undefined,
): readonly Finding[] {
  if (!irreversible) return [];
  const backup = receipt === undefined ? '' : ` There is a backup of before: ${receipt.by}, of ${receipt.at}.`;
  return [
    finding({
      code: 'POINT_OF_NO_RETURN',
      severity: receipt === undefined ? 'blocker' : 'info',
      component,
      message: `${title}: there is no way back once this was begun.${why === undefined ? '' : ` ${why}`} Source: ${source}.${backup}`,
      remedies: [
        allowing(`no-return:${id}`, 'There is a backup of before, and it can be restored', { destructive: true }),
      ],
    }),
  ];
}
