import { type Check, type Component, durationSeconds, type Platform } from '../model/platform.ts';
import { isVersionRange } from '../model/version.ts';
import { chartFaults, guideFaults, valuesFaults } from './check-component.ts';
import type { Path } from './mistake.ts';
import { suggestion } from './nearest.ts';
import { checkTemplates } from './resolve.ts';

/** Something wrong that the schema alone cannot see. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** True when the key is wrong, not its value. */
  readonly isKey?: boolean | undefined;
}

/** Every value that stands a second time. */
function repeated(what: string, values: readonly string[], path: (index: number) => Path): Fault[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    return first === index
      ? []
      : [{ path: path(index), message: `the ${what} "${value}" stands twice; the first is number ${first + 1}` }];
  });
}

/** A duration of no time at all: a timeout or grace of zero ends before it begins. */
export function zeroDuration(duration: string | undefined, path: Path): Fault[] {
  if (duration === undefined || durationSeconds(duration) > 0) return [];
  return [{ path, message: 'must be longer than zero' }];
}

/** Graces of a platform or a site. */
export function graceFaults(graces: Platform['graces']): Fault[] {
  const { transientPull, unschedulable, missingReference, minReady } = graces ?? {};
  return Object.entries({ transientPull, unschedulable, missingReference, minReady }).flatMap(([key, duration]) =>
    zeroDuration(duration, ['graces', key]),
  );
}

function optionFaults(platform: Platform): Fault[] {
  return Object.entries(platform.options).flatMap(([name, option]) => {
    const path = ['options', name];
    const wrongDefault =
      option.default === undefined || option.enum.includes(option.default)
        ? []
        : [
            {
              path: [...path, 'default'],
              message: `"${option.default}" is none of the option's values${suggestion(option.default, option.enum)}`,
            },
          ];
    return [...repeated('value', option.enum, (index) => [...path, 'enum', index]), ...wrongDefault];
  });
}

function componentFaults(component: Component, index: number): Fault[] {
  const path = ['components', index] as const;
  const faults = zeroDuration(component.timeout, [...path, 'timeout']);
  faults.push(...chartFaults(component, path), ...valuesFaults(component, path), ...guideFaults(component, path));
  return faults;
}

function checkFaults(check: Check, index: number): Fault[] {
  const path = ['checks', index] as const;
  if (check.kind === 'create-delete' && !check.path.startsWith('/')) {
    return [{ path: [...path, 'path'], message: 'must begin with /' }];
  }
  if (check.kind !== 'logs') return [];
  return (['error', 'warning'] as const)
    .filter((level) => !isPattern(check.patterns[level]))
    .map((level) => ({ path: [...path, 'patterns', level], message: 'is not a regular expression' }));
}

function isPattern(text: string): boolean {
  try {
    return RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function registryFaults({ registry }: Platform): Fault[] {
  const key = registry?.key;
  if (!key || key.warnAfter < key.lifetime) return [];
  return [
    { path: ['registry', 'key', 'warnAfter'], message: `must be fewer days than the lifetime of ${key.lifetime}` },
  ];
}

function troubleFaults(platform: Platform, codes: readonly string[] | undefined): Fault[] {
  return platform.troubleshooting.flatMap((trouble, index) =>
    trouble.findings.flatMap((code, at) => {
      const path = ['troubleshooting', index, 'findings', at];
      if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code))
        return [{ path, message: `"${code}" has not the form of a finding code, UPPER_SNAKE` }];
      if (!codes || codes.includes(code)) return [];
      return [{ path, message: `no finding has the code "${code}"${suggestion(code, codes)}` }];
    }),
  );
}

/** What is wrong in a platform that has the right shape. */
export function platformFaults(platform: Platform, codes?: readonly string[]): readonly Fault[] {
  const { components, checklist, checks } = platform;
  const releases = components.map(({ release, namespace }) => `${namespace ?? platform.namespace}/${release}`);
  const range = platform.tools.helm;
  return [
    ...(isVersionRange(range)
      ? []
      : [{ path: ['tools', 'helm'], message: `"${range}" is not a version range such as >=3.16.0` }]),
    ...optionFaults(platform),
    ...registryFaults(platform),
    ...repeated(
      'component name',
      components.map(({ name }) => name),
      (index) => ['components', index, 'name'],
    ),
    ...repeated('release', releases, (index) => ['components', index, 'release']),
    ...components.flatMap(componentFaults),
    ...checkTemplates(platform),
    ...repeated(
      'checklist id',
      checklist.map(({ id }) => id),
      (index) => ['checklist', index, 'id'],
    ),
    ...repeated(
      'check id',
      checks.map(({ id }) => id),
      (index) => ['checks', index, 'id'],
    ),
    ...checks.flatMap(checkFaults),
    ...graceFaults(platform.graces),
    ...troubleFaults(platform, codes),
  ];
}
