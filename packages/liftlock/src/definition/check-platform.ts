import { durationSeconds } from '../model/duration.ts';
import { type Check, type Component, type Platform } from '../model/platform.ts';
import { patternFault } from '../model/bounded-pattern.ts';
import { isVersionRange } from '../model/version.ts';
import { chartFaults, guideFaults, namedFaults, valuesFaults } from './check-component.ts';
import { repeated, type Fault } from './fault.ts';
import { factFaults, inputFaults } from './check-facts.ts';
import { knownOf, migrationFaults, whenFaults } from './check-migrations.ts';
import { routeFaults } from './check-routes.ts';
import type { Path } from './mistake.ts';
import { suggestion } from './nearest.ts';
import { checkTemplates } from './resolve.ts';

/** A duration of no time at all: a timeout or grace of zero ends before it begins. */
export function zeroDuration(duration: string | undefined, path: Path): Fault[] {
  if (duration === undefined || durationSeconds(duration) > 0) return [];
  return [{ path, message: 'must be longer than zero' }];
}

/** Graces of a platform or a site. */
export function graceFaults(graces: Platform['graces']): Fault[] {
  const { transientPull, unschedulable, missingReference, minReady, apiServer } = graces ?? {};
  const durations = { transientPull, unschedulable, missingReference, minReady, apiServer };
  return Object.entries(durations).flatMap(([key, duration]) => zeroDuration(duration, ['graces', key]));
}

function requirementFaults({ requires = [] }: Platform): Fault[] {
  return requires.flatMap((requirement, index) =>
    (['versions', 'kubernetes', 'helm'] as const).flatMap((key) => {
      const range = requirement[key];
      if (range === undefined || isVersionRange(range)) return [];
      return [{ path: ['requires', index, key], message: `"${range}" is not a version range such as >=1.28.0` }];
    }),
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
    // Values become parts of the paths of values files.
    const outside = option.enum.flatMap((value, index) =>
      value.startsWith('/') || value.split(/[/\\]/).includes('..')
        ? [{ path: [...path, 'enum', index], message: `"${value}" would lead out of the folder of values files` }]
        : [],
    );
    return [...repeated('value', option.enum, (index) => [...path, 'enum', index]), ...wrongDefault, ...outside];
  });
}

function componentFaults(component: Component, index: number, platform: Platform): Fault[] {
  const path = ['components', index] as const;
  const faults = zeroDuration(component.timeout, [...path, 'timeout']);
  faults.push(
    ...chartFaults(component, path),
    ...valuesFaults(component, path),
    ...guideFaults(component, path),
    ...namedFaults(component, path, platform),
  );
  return faults;
}

function checkFaults(check: Check, index: number, components: readonly string[]): Fault[] {
  const path = ['checks', index] as const;
  if (check.kind === 'create-delete') {
    // It stands behind the site's url, which ends with a host: what does not begin so could make another host of it.
    if (!check.path.startsWith('/')) return [{ path: [...path, 'path'], message: 'must begin with /' }];
    const isPlain = /^\/[\w.~%!$&'()*+,;=:@/-]*$/.test(check.path) && !/\/\/|\/\.\.?(\/|$)/.test(check.path);
    return isPlain ? [] : [{ path: [...path, 'path'], message: 'must be a plain path such as /api/v1/things' }];
  }
  if (check.kind === 'condition')
    return [
      ...whenFaults(check.until, [...path, 'until'], { objects: undefined, object: undefined, version: undefined }),
      ...zeroDuration(check.within, [...path, 'within']),
      ...(check.component === undefined || components.includes(check.component)
        ? []
        : [{ path: [...path, 'component'], message: `there is no component "${check.component}"` }]),
    ];
  if (check.kind !== 'logs') return [];
  return (['error', 'warning'] as const).flatMap((level) => {
    const message = patternFault(check.patterns[level]);
    return message === undefined ? [] : [{ path: [...path, 'patterns', level], message }];
  });
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
    ...requirementFaults(platform),
    ...optionFaults(platform),
    ...registryFaults(platform),
    ...repeated(
      'component name',
      components.map(({ name }) => name),
      (index) => ['components', index, 'name'],
    ),
    ...repeated('release', releases, (index) => ['components', index, 'release']),
    ...components.flatMap((component, index) => componentFaults(component, index, platform)),
    ...inputFaults(platform, knownOf(platform).names),
    ...factFaults(platform),
    ...routeFaults(platform, knownOf(platform).names),
    ...migrationFaults(platform),
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
    ...checks.flatMap((check, index) =>
      checkFaults(
        check,
        index,
        components.map(({ name }) => name),
      ),
    ),
    ...graceFaults(platform.graces),
    ...troubleFaults(platform, codes),
  ];
}
