import { Command, Option } from 'commander';
import { exitCodes, Problem } from '../model/problem.ts';
import { purposes, type Purpose } from '../model/permission.ts';
import { helpText } from './help-text.ts';
import { targetOf } from './plan-options.ts';
import { siteFlags, withSiteOptions } from './site-options.ts';

interface Options {
  readonly for?: Purpose;
  readonly to?: string;
  readonly version?: string;
  readonly serviceAccount: string;
  readonly output: 'yaml' | 'json';
  readonly offline?: true;
}

/** `liftlock platform rbac`: the roles that a site needs, for whoever may grant them. Writes nothing. */
export function addRbac(): Command {
  return withSiteOptions(new Command('rbac'))
    .description('the roles and bindings that a site needs, for kubectl apply; nothing is written')
    .addOption(
      new Option(
        '--for <purpose>',
        'read: a plan; forecast: with what the API server says of it; apply: the upgrade',
      ).choices([...purposes]),
    )
    .option('--to <x.y.z>', 'the version whose charts are looked at, as for plan')
    .option('--version <x.y.z>', 'the same')
    .option('--service-account <name>', 'who is given the roles: NAME or NAMESPACE/NAME', 'liftlock')
    .option('--offline', 'from the definition alone: wider, and less complete')
    .addOption(new Option('-o, --output <format>', 'yaml or json').choices(['yaml', 'json']).default('yaml'))
    .addHelpText(
      'after',
      helpText(
        ['Read what is granted before somebody applies it.'],
        [
          'liftlock platform rbac --for apply -f site.yaml --to 2.2.5 --service-account ci/upgrades > roles.yaml',
          'kubectl apply -f roles.yaml',
        ],
      ),
    )
    .action(async (_platform: string | undefined, options: Options, command: Command) => {
      if (options.for === undefined)
        throw new Problem('BAD_OPTION', `For what? --for ${purposes.join(', --for ')}.`, {
          exitCode: exitCodes.usage,
          advice: ['liftlock platform rbac --for apply -f site.yaml --to 2.2.5'],
        });
      const { needed, redactor } = await askedFor(options.for, options, command);
      const { rbacList, renderRbac } = await import('../render/rbac.ts');
      const { answer } = await import('./output.ts');
      const subject = subjectOf(options.serviceAccount, needed.namespace);
      const text =
        options.output === 'json'
          ? `${JSON.stringify(rbacList(needed, subject), null, 2)}\n`
          : renderRbac(needed, subject);
      await answer(text, { redactor });
    });
}

async function askedFor(purpose: Purpose, options: Options, command: Command) {
  const flags = siteFlags(command);
  const { neededPermissions, offlinePermissions } = await import('../main/needed-permissions.ts');
  if (options.offline === true) {
    const { describeSite } = await import('../main/open-site.ts');
    const { theRedactor } = await import('./redactor.ts');
    return { needed: offlinePermissions(await describeSite(flags, process.env), purpose), redactor: theRedactor };
  }
  const { planFromFlags } = await import('./planning.ts');
  const planned = await planFromFlags(flags, {
    target: targetOf(options),
    selection: {},
    allow: [],
    affirm: [],
    withForecast: true,
    isOnlyPlanned: true,
  });
  return { needed: await neededPermissions(planned.site, planned, purpose), redactor: planned.site.redactor };
}

function subjectOf(text: string, home: string) {
  const [first = '', second, ...more] = text.split('/');
  const subject = second === undefined ? { name: first, namespace: home } : { name: second, namespace: first };
  const isName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
  if (more.length === 0 && isName.test(subject.name) && isName.test(subject.namespace)) return subject;
  throw new Problem('BAD_OPTION', `--service-account takes NAME or NAMESPACE/NAME, not "${text}".`, {
    exitCode: exitCodes.usage,
  });
}
