import { exportLive, exportPlanned, viewValues, type OwnValues } from '../main/read-values.ts';
import type { SiteFlags } from '../main/open-site.ts';
import { exitCodes, Problem, type ExitCode } from '../model/problem.ts';
import { maskByName, Redactor } from '../model/redaction.ts';
import type { Json } from '../model/json.ts';
import { exportedText } from '../release/exported-values.ts';
import { maskViews, renderValuesViews } from '../render/values-view.ts';
import { openParts } from './open-parts.ts';
import { answer, note, screen } from './output.ts';
import { planFromFlags } from './planning.ts';
import { theRedactor } from './redactor.ts';

interface Asked {
  readonly component: string | undefined;
  readonly flags: SiteFlags;
  readonly target: string | undefined;
  readonly allow: readonly string[];
}

interface Exporting {
  readonly output: 'yaml' | 'json';
  readonly outFile?: string | undefined;
  readonly showSecrets?: true | undefined;
}

/** Writes a component's own values: of the live release, or what helm would be given. Exit code 3 where something blocks that. */
export async function exportValues(asked: Asked, { output, outFile, showSecrets }: Exporting): Promise<ExitCode> {
  const { values, blockers } = await ownValues(asked);
  const textOf = (of: Json) => (output === 'json' ? `${JSON.stringify(of, null, 2)}\n` : exportedText(of as never));
  const text = textOf(values);
  for (const { message } of blockers) note(`${message}\n`, theRedactor);
  if (outFile !== undefined || showSecrets === true) {
    // The user's own secrets, to where they asked for them; a file is readable by its owner alone.
    await answer(text, { redactor: new Redactor(), file: outFile, isData: true });
    return blockers.length > 0 ? exitCodes.blocked : exitCodes.done;
  }
  const masked = theRedactor.text(textOf(theRedactor.json(maskByName(values) ?? {})));
  if (masked !== text) refuseOrSay();
  await answer(masked, { redactor: theRedactor, isData: true });
  return blockers.length > 0 ? exitCodes.blocked : exitCodes.done;
}

/** What is masked is for the eye: a file with it would install asterisks as passwords. */
function refuseOrSay(): void {
  if (process.stdout.isTTY) {
    note('Secrets are masked. --out-file FILE writes them whole.', theRedactor);
    return;
  }
  throw new Problem(
    'SECRETS_MASKED',
    'These values hold secrets, and masked ones would be wrong for whoever reads them.',
    {
      exitCode: exitCodes.usage,
      advice: ['--out-file values.yaml writes them whole, readable by you alone', '--show-secrets prints them'],
    },
  );
}

async function ownValues({ component, flags, target, allow }: Asked): Promise<OwnValues> {
  if (target === undefined) return exportLive(flags, component, openParts());
  const planned = await plannedWith(flags, target, allow);
  return exportPlanned(planned, planned.site.platform, component);
}

/** Shows former defaults, the user's values and the new defaults, masked. Exit code 3 where a value is undecided. */
export async function diffValues(
  { component, flags, target, allow }: Asked,
  { output, all }: { readonly output: 'text' | 'json'; readonly all?: true | undefined },
): Promise<ExitCode> {
  const planned = await plannedWith(flags, target, allow);
  const views = maskViews(viewValues(planned, planned.site.platform, { name: component, all: all === true }));
  const text =
    output === 'json' ? `${JSON.stringify(views, null, 2)}\n` : renderValuesViews(views, screen(process.stdout));
  await answer(text, { redactor: theRedactor });
  const isOpen = views.some(({ rows }) => rows.some(({ becomes }) => becomes === 'undecided'));
  return isOpen ? exitCodes.blocked : exitCodes.done;
}

function plannedWith(flags: SiteFlags, target: string | undefined, allow: readonly string[]) {
  return planFromFlags(flags, { target, selection: {}, allow, affirm: [], withForecast: false });
}
