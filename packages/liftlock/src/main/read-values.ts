import { connectCluster } from '../adapters/cluster/connect.ts';
import { nearestWord } from '../definition/index.ts';
import type { Finding } from '../model/finding.ts';
import type { JsonObject } from '../model/json.ts';
import type { Component, Platform } from '../model/platform.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { readRelease } from '../snapshot/read-release.ts';
import { valuesFor } from '../plan/values-for.ts';
import { allDefaults } from '../values/all-defaults.ts';
import type { ThreeWayRow } from '../model/three-way-row.ts';
import { threeWay } from '../values/three-way.ts';
import { describeSite, type OpenParts, type SiteFlags } from './open-site.ts';
import type { Planned } from './plan-upgrade.ts';

/** A component's values as helm would read them, and what stands in the way of giving them. */
export interface OwnValues {
  readonly component: string;
  readonly values: JsonObject;
  readonly blockers: readonly Finding[];
}

/**
 * The user's own values of a live release: what `helm get values` has, without its heading.
 * @param name of the component; may be left out where the platform has one
 * @throws UNKNOWN_COMPONENT, RELEASE_MISSING
 */
export async function exportLive(flags: SiteFlags, name: string | undefined, parts: OpenParts): Promise<OwnValues> {
  const { site, platform, namespace } = await describeSite(flags, parts.environment);
  const component = oneComponent(platform, name);
  const { reader } = await connectCluster({
    kubeconfig: site.cluster.kubeconfig,
    context: site.cluster.context,
    env: parts.environment,
    redactor: parts.redactor,
  });
  const release = await readRelease(reader, component.namespace ?? namespace, component.release);
  if (release === undefined) throw missingRelease(component, namespace);
  parts.redactor.learnValues(release.values);
  return { component: component.name, values: release.values, blockers: [] };
}

/** The values that helm would be given by a plan: carried over, with what was decided. */
export function exportPlanned({ plan, snapshot }: Planned, platform: Platform, name: string | undefined): OwnValues {
  const component = oneComponent(platform, name);
  const read = snapshot.components.find((item) => item.name === component.name);
  if (read === undefined) throw missingRelease(component, snapshot.namespace);
  const step = plan.steps.find(
    (item): item is HelmUpgradeStep & { kind: 'helm-upgrade' } =>
      item.kind === 'helm-upgrade' && item.component === component.name,
  );
  return {
    component: component.name,
    values: valuesFor(read, step?.keep ?? [], step?.carryOver),
    blockers: plan.forecast.findings.filter(
      ({ code, component: about, severity }) =>
        about === component.name && severity === 'blocker' && code.startsWith('VALUE_'),
    ),
  };
}

/** The three-way view of one component. */
export interface ValuesView {
  readonly component: string;
  readonly title: string;
  /** `web 1.2.3`, the chart that is installed. */
  readonly from?: string | undefined;
  readonly to: string;
  readonly rows: readonly ThreeWayRow[];
}

/** Former defaults, the user's values and the new defaults of the components of a plan, or of one. */
export function viewValues(
  { plan, snapshot }: Planned,
  platform: Platform,
  { name, all }: { readonly name: string | undefined; readonly all: boolean },
): readonly ValuesView[] {
  const components = name === undefined ? platform.components : [oneComponent(platform, name)];
  return components.flatMap(({ name: component, title }): readonly ValuesView[] => {
    const { release, chart } = snapshot.components.find((item) => item.name === component) ?? {};
    if (chart === undefined) return [];
    const { installed } = release ?? {};
    const sides = {
      former: release?.chartValues ?? {},
      yours: release?.values ?? {},
      now: chart.content === undefined ? chart.values : allDefaults(chart.content),
      carried: plan.components.find((item) => item.name === component)?.carried,
    };
    return [
      {
        component,
        title,
        ...(installed === undefined ? {} : { from: `${installed.chart} ${installed.version}` }),
        to: `${chart.name} ${chart.version}`,
        rows: threeWay(sides, { all }),
      },
    ];
  });
}

function oneComponent({ components, metadata }: Platform, name: string | undefined): Component {
  const names = components.map((component) => component.name);
  const [first] = components;
  if (name === undefined && components.length === 1 && first !== undefined) return first;
  const found = components.find((component) => component.name === name);
  if (found !== undefined) return found;
  const near = name === undefined ? undefined : nearestWord(name, names);
  throw new Problem(
    'UNKNOWN_COMPONENT',
    name === undefined ? 'Of which component?' : `${metadata.title} has no component "${name}".`,
    {
      exitCode: exitCodes.usage,
      advice: [...(near === undefined ? [] : [`Did you mean ${near}?`]), `Known: ${names.join(', ')}`],
    },
  );
}

function missingRelease({ name, release }: Component, namespace: string): Problem {
  return new Problem('RELEASE_MISSING', `${name} is not installed: there is no release ${release} in ${namespace}.`, {
    advice: ['helm list --all-namespaces', 'Name the namespace: -n NAMESPACE'],
  });
}
