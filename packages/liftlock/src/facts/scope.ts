import type { Decision } from '../model/finding.ts';
import type { Platform } from '../model/platform.ts';
import type { Site } from '../model/site.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ConditionScope } from './condition.ts';
import type { ConditionNames } from './names.ts';
import { originsOf } from './origins.ts';

/** How the snapshot calls a fact among what it could not read. */
export function factName(name: string): string {
  return `the fact ${name}`;
}

interface ScopeParts {
  readonly platform: Platform;
  readonly site: Site;
  readonly snapshot: Snapshot;
  /** Someone may have said which version a release comes from that was never deployed. */
  readonly decisions?: readonly Pick<Decision, 'remedy'>[] | undefined;
}

/** What conditions of the definition are asked about at a site, for one hop; without one, the versions are empty. */
export function scopeOf(
  { platform, site, snapshot, decisions = [] }: ScopeParts,
  hop: { readonly from: string; readonly to: string } = { from: '', to: '' },
): ConditionScope {
  return {
    facts: snapshot.facts,
    options: site.options,
    inputs: site.inputs,
    installed: originsOf(snapshot.components, decisions),
    from: hop.from,
    to: hop.to,
    unanswered: unansweredFacts(platform, snapshot),
  };
}

/** The facts of a platform that have no answer, and why. */
export function unansweredFacts(
  platform: Platform,
  { facts, unread }: Pick<Snapshot, 'facts' | 'unread'>,
): Readonly<Record<string, string>> {
  const missing = Object.entries(platform.facts).filter(([name]) => !Object.hasOwn(facts, name));
  return Object.fromEntries(
    missing.map(([name, fact]) => [
      name,
      'ask' in fact
        ? `only a person knows: ${fact.ask}`
        : (unread.find(({ what }) => what === factName(name))?.why ?? 'it was not read'),
    ]),
  );
}

/** What conditions of a platform may name; facts and inputs know nothing of a hop. */
export function namesOf(platform: Platform, isAboutHop: boolean): ConditionNames {
  return {
    facts: Object.keys(platform.facts),
    options: Object.keys(platform.options),
    inputs: Object.keys(platform.inputs),
    installed: platform.components.map(({ name }) => name),
    ...(isAboutHop ? { from: undefined, to: undefined } : {}),
  };
}
