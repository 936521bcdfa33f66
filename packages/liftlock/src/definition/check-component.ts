import { conditionFault } from '../facts/condition.ts';
import { namesOf } from '../facts/scope.ts';
import type { Component, Platform } from '../model/platform.ts';
import type { Fault } from './fault.ts';
import type { Path } from './mistake.ts';
import { suggestion } from './nearest.ts';

/** Placeholders that a guide's command may have. */
const placeholders = ['release', 'chart', 'archive', 'version', 'namespace', 'values', 'set', 'timeout'];

/** Where a chart lies is said once, and without a version. */
export function chartFaults({ chart }: Component, path: Path): Fault[] {
  const { oci, repo, name } = chart;
  const at = [...path, 'chart'];
  if (oci === undefined && repo === undefined)
    return [{ path: at, message: 'says neither oci: nor repo:; where does the chart lie?' }];
  if (oci !== undefined && repo !== undefined)
    return [{ path: [...at, 'repo'], message: 'oci and repo exclude each other; keep one', isKey: true }];
  if (oci === undefined)
    return name === undefined ? [{ path: at, message: 'has a repo, but no name of the chart in it' }] : [];
  const reference = oci.slice('oci://'.length);
  const last = reference.slice(reference.lastIndexOf('/') + 1);
  if (!/^[^/\s]+(\/[^/\s]+)+$/.test(reference))
    return [{ path: [...at, 'oci'], message: 'expected oci://HOST/PATH/CHART' }];
  if (!/[:@]/.test(last)) return [];
  return [
    {
      path: [...at, 'oci'],
      message: 'holds a tag or digest; the version is chosen for each upgrade: leave it out',
    },
  ];
}

/** Values come from files or from the live release, and files lie below the site's folder. */
export function valuesFaults({ values }: Component, path: Path): Fault[] {
  const { files, carry, file } = values;
  const at = [...path, 'values'];
  if (files === undefined && carry === undefined)
    return [{ path: at, message: 'says neither files: nor carry:; where do the values come from?' }];
  if (files !== undefined && carry !== undefined)
    return [{ path: [...at, 'carry'], message: 'files and carry exclude each other; keep one', isKey: true }];
  if (carry !== undefined && file === undefined)
    return [{ path: at, message: 'carries values over, but names no file for them' }];
  const outside = (name: string) => name.startsWith('/') || name.split('/').includes('..');
  const message = 'must lie below the folder that the site gives as valuesFrom';
  return [
    ...(files ?? []).flatMap((name, index) => (outside(name) ? [{ path: [...at, 'files', index], message }] : [])),
    ...(file !== undefined && outside(file) ? [{ path: [...at, 'file'], message }] : []),
  ];
}

/** Commands of the guide's own have known placeholders, and the flags that `flags` speaks of. */
export function guideFaults(component: Component, path: Path): Fault[] {
  const { guideCommand, guideCommands = [] } = component;
  return [
    ...(guideCommand === undefined ? [] : commandFaults(guideCommand, component, [...path, 'guideCommand'])),
    ...guideCommands.flatMap(({ command }, index) =>
      commandFaults(command, component, [...path, 'guideCommands', index, 'command']),
    ),
  ];
}

function commandFaults(command: string, { flags, chart }: Component, at: Path): Fault[] {
  const unknown = [...command.matchAll(/\{([^{}]*)\}/g)].flatMap(([whole, name = '']) =>
    placeholders.includes(name)
      ? []
      : [{ path: at, message: `${whole} is not understood${suggestion(name, placeholders)}` }],
  );
  const words = command.split(/\s+/);
  const untold = (['force', 'atomic'] as const).filter(
    (flag) => words.includes(`--${flag}`) !== (flags?.[flag] ?? false),
  );
  return [
    ...unknown,
    ...untold.map((flag) => ({ path: at, message: `--${flag} stands here or under flags, but not in both` })),
    ...(words.includes('{archive}') && chart.archive === undefined
      ? [{ path: at, message: '{archive} stands for chart.archive, which is not given' }]
      : []),
  ];
}

/** What a component names of the rest of the definition. */
export function namedFaults(
  { name, after, values, guideCommands = [] }: Component,
  path: Path,
  platform: Platform,
): Fault[] {
  const faults: Fault[] = [];
  const before = platform.components.slice(0, Number(path[1])).map((component) => component.name);
  if (after !== undefined && !before.includes(after)) {
    const known = platform.components.map((component) => component.name);
    const message = known.includes(after)
      ? `${after} does not come before ${name}: components stand in the order in which they are upgraded`
      : `the platform has no component "${after}"${suggestion(after, known)}`;
    faults.push({ path: [...path, 'after'], message });
  }
  const { command } = values;
  if (
    command !== undefined &&
    (Object.hasOwn(platform.inputs, command) ? platform.inputs[command] : undefined)?.type !== 'file'
  )
    faults.push({
      path: [...path, 'values', 'command'],
      message: `the platform has no input "${command}" of type file${suggestion(command, Object.keys(platform.inputs))}`,
    });
  const names = namesOf(platform, true);
  for (const [index, { when }] of guideCommands.entries()) {
    const fault = conditionFault(when, names);
    if (fault !== undefined) faults.push({ path: [...path, 'guideCommands', index, 'when'], message: fault });
  }
  return faults;
}
