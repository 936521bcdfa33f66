import type { Platform } from '../model/platform.ts';
import type { Site } from '../model/site.ts';
import { graceFaults, zeroDuration } from './check-platform.ts';
import { carryFaults } from './check-migrations.ts';
import type { Fault } from './fault.ts';
import { inputFault, questionsOf } from './inputs.ts';
import type { Path } from './mistake.ts';
import { suggestion } from './nearest.ts';

/** ISO 8601 with a time zone: a window without one would open at another hour on another machine. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const day = /^\d{4}-\d\d-\d\d$/;

function timeFaults(text: string | undefined, path: Path, mayBeDay: boolean): Fault[] {
  if (text === undefined) return [];
  const fits = instant.test(text) || (mayBeDay && day.test(text));
  if (fits && !Number.isNaN(Date.parse(text))) return [];
  const example = mayBeDay ? '2026-12-05 or 2026-12-05T22:00+01:00' : '2026-12-05T22:00+01:00, with its time zone';
  return [{ path, message: `"${text}" is not a time such as ${example}` }];
}

function windowFaults({ window }: Site): Fault[] {
  if (!window) return [];
  const faults = [
    ...timeFaults(window.opens, ['window', 'opens'], false),
    ...timeFaults(window.closes, ['window', 'closes'], false),
  ];
  if (faults.length === 0 && Date.parse(window.closes) <= Date.parse(window.opens)) {
    faults.push({ path: ['window', 'closes'], message: 'the window closes before it opens' });
  }
  return faults;
}

function credentialFaults({ credentials: { registry } }: Site): Fault[] {
  if (!registry) return [];
  const path = ['credentials', 'registry'];
  const ways = (['keyFile', 'tokenCommand', 'passwordFile'] as const).filter((key) => registry[key] !== undefined);
  const second = ways[1];
  return [
    ...timeFaults(registry.keyCreated, [...path, 'keyCreated'], true),
    ...(second === undefined
      ? []
      : [{ path: [...path, second], message: `${ways.join(' and ')} exclude each other; keep one`, isKey: true }]),
  ];
}

/** Names that the site uses and the platform does not have. */
function unknownNames(what: string, keys: readonly string[], known: readonly string[], at: string): Fault[] {
  return keys
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: [at, key],
      message: `the platform has no ${what} "${key}"${suggestion(key, known)}`,
      isKey: true,
    }));
}

function platformNames(site: Site, platform: Platform): Fault[] {
  const values = Object.entries(site.options).flatMap(([name, value]) => {
    const option = Object.hasOwn(platform.options, name) ? platform.options[name] : undefined;
    if (!option || option.enum.includes(value)) return [];
    return [{ path: ['options', name], message: `"${value}" is not allowed${suggestion(value, option.enum)}` }];
  });
  return [
    ...unknownNames('option', Object.keys(site.options), Object.keys(platform.options), 'options'),
    ...values,
    ...unknownNames('input', Object.keys(site.inputs), Object.keys(platform.inputs), 'inputs'),
    ...inputFaults(site, platform),
    ...unknownNames('question', Object.keys(site.answers), questionsOf(platform), 'answers'),
    ...unknownNames(
      'component',
      Object.keys(site.carry),
      platform.components.map(({ name }) => name),
      'carry',
    ),
    ...commandFaults(site, platform),
    ...unknownNames(
      'component',
      Object.keys(site.timeouts),
      platform.components.map(({ name }) => name),
      'timeouts',
    ),
    ...unknownNames(
      'component',
      Object.keys(site.releases),
      platform.components.map(({ name }) => name),
      'releases',
    ),
    ...unknownNames(
      'check',
      Object.keys(site.checks),
      platform.checks.map(({ id }) => id),
      'checks',
    ),
    ...unknownNames(
      'checklist item',
      Object.keys(site.affirmations),
      platform.checklist.map(({ id }) => id),
      'affirmations',
    ),
    ...unknownNames(
      'checklist item',
      Object.keys(site.receipts),
      platform.checklist.map(({ id }) => id),
      'receipts',
    ),
  ];
}

function inputFaults(site: Site, { inputs }: Platform): Fault[] {
  return Object.entries(site.inputs).flatMap(([name, value]) => {
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    const message = input === undefined ? undefined : inputFault(value, input);
    return message === undefined ? [] : [{ path: ['inputs', name], message }];
  });
}

/** Steps that run a command on this machine are named by their ids, as the plan has them. */
function commandFaults({ localCommands }: Site, { migrations, components }: Platform): Fault[] {
  const ids = migrations.flatMap(({ id, component = components[0]?.name ?? '', steps }) =>
    steps.flatMap((step) => (step.kind === 'local-command' ? [`${component}/${id}/${step.id}`] : [])),
  );
  return localCommands.flatMap((id, index) =>
    ids.includes(id)
      ? []
      : [{ path: ['localCommands', index], message: `no migration has the command "${id}"${suggestion(id, ids)}` }],
  );
}

/** What is wrong in a site file that has the right shape. */
export function siteFaults(site: Site, platform?: Platform): readonly Fault[] {
  return [
    ...windowFaults(site),
    ...credentialFaults(site),
    ...Object.entries(site.timeouts).flatMap(([name, duration]) => zeroDuration(duration, ['timeouts', name])),
    ...graceFaults(site.graces),
    ...Object.entries(site.carry).flatMap(([name, rules]) => carryFaults(rules, ['carry', name])),
    ...Object.entries(site.affirmations).flatMap(([id, { at }]) => timeFaults(at, ['affirmations', id, 'at'], true)),
    ...(platform ? platformNames(site, platform) : []),
  ];
}
