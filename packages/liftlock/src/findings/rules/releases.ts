import type { Finding } from '../../model/finding.ts';
import type { Component } from '../../model/platform.ts';
import type { Release, Revision, Snapshot } from '../../model/snapshot.ts';
import { compareVersions } from '../../model/version.ts';
import { isPending, partlyAt } from '../../release/history.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** What the release records say of each component: absent, locked, failed, newer than the target (O12, O20). */
export function releaseFindings(evidence: PreflightEvidence): readonly Finding[] {
  const { snapshot } = evidence;
  return selectedComponents(evidence).flatMap(({ component, read }) => {
    const release = read?.release;
    if (release === undefined) return [absent(component, snapshot)];
    return [...stateFindings(component, release), ...versionFindings(component, release, evidence)];
  });
}

/** No release of the platform at all: another cluster or namespace than is meant (O20). Consent does not help. */
export function allAbsentFindings(evidence: PreflightEvidence): readonly Finding[] {
  const isEmpty = evidence.snapshot.components.every((component) => component.release === undefined);
  return isEmpty ? [allAbsent(evidence)] : [];
}

function allAbsent({ platform, snapshot }: PreflightEvidence): Finding {
  const names = new Set(platform.components.map((component) => component.release));
  const elsewhere = new Set(
    snapshot.otherReleases
      .filter((release) => names.has(release.name) && release.namespace !== snapshot.namespace)
      .map((release) => release.namespace),
  );
  const where =
    elsewhere.size === 0
      ? 'None was found in another namespace either.'
      : `Such releases exist in the namespace${elsewhere.size > 1 ? 's' : ''} ${[...elsewhere].join(', ')}.`;
  return finding({
    code: 'ALL_RELEASES_ABSENT',
    severity: 'blocker',
    message: `The namespace ${snapshot.namespace} of context ${snapshot.cluster.context} has no release of ${platform.metadata.title}: this is not its cluster or namespace. ${where}${keptByGitOps(snapshot)}`,
    remedies: [...elsewhere].map((namespace) => ({
      id: `namespace:${namespace}`,
      title: `Use the namespace ${namespace}`,
      destructive: false,
      commands: [`--namespace ${namespace}`],
    })),
  });
}

/** Argo CD renders charts and leaves no records of helm's: its platform looks as if there were none. */
function keptByGitOps({ gitOps = [] }: Snapshot): string {
  const names = gitOps.flatMap(({ tool, kind, name, release }) =>
    name === undefined ? [] : [`${tool}'s ${kind} ${name} keeps ${release}`],
  );
  return names.length === 0 ? '' : ` ${names.join('; ')}: change the version in git.`;
}

function absent(component: Component, { namespace, otherReleases }: Snapshot): Finding {
  const elsewhere = otherReleases.filter((release) => release.name === component.release);
  const where =
    elsewhere.length === 0
      ? ''
      : ` A release of that name is in ${elsewhere.map((release) => release.namespace).join(', ')}.`;
  return finding({
    code: 'RELEASE_ABSENT',
    severity: 'blocker',
    component: component.name,
    message: `The release ${component.release} does not exist in ${component.namespace ?? namespace}; the upgrade would install it.${where}`,
    remedies: [allowing(`install:${component.release}`, `Install ${component.release}`)],
  });
}

function stateFindings(component: Component, release: Release): readonly Finding[] {
  const { newest, installed } = release;
  const about = { component: component.name };
  if (newest.status === 'unknown') {
    const message = `The record of ${release.name}, revision ${newest.revision}, cannot be read: ${newest.description}.`;
    return [finding({ ...about, code: 'RELEASE_UNREADABLE', severity: 'blocker', message })];
  }
  if (isPending(newest)) return [pending(component, release)];
  if (installed === undefined) {
    return [
      finding({
        ...about,
        code: 'ORIGIN_UNKNOWN',
        severity: 'blocker',
        message: `${release.name} was never deployed: its newest revision, ${newest.revision}, is ${newest.status} at ${newest.version}.`,
        remedies: [allowing(`origin:${release.name}`, `Take ${newest.version} as the version that it comes from`)],
      }),
    ];
  }
  const partly = partlyAt(release);
  if (partly === undefined) return [];
  const message = `${release.name} is at ${installed.version} (revision ${installed.revision}) and partly at ${partly.version}: revision ${partly.revision} is ${partly.status}${described(partly)}.`;
  return [finding({ ...about, code: 'NEWEST_REVISION_FAILED', severity: 'warning', message })];
}

function described(revision: Revision): string {
  return revision.description === '' ? '' : ` (${revision.description})`;
}

function pending(component: Component, release: Release): Finding {
  const { newest, installed } = release;
  const origin = installed === undefined ? 'nothing was ever deployed' : `${installed.version} is installed`;
  return finding({
    code: 'RELEASE_PENDING',
    severity: 'blocker',
    component: component.name,
    message: `${release.name} is ${newest.status} at ${newest.version} since ${newest.updated} (revision ${newest.revision}); ${origin}.`,
    remedies: [allowing(`unlock:${release.name}`, 'The helm that did it is dead: mark that one record failed')],
  });
}

function versionFindings(
  component: Component,
  release: Release,
  { target, finalTarget = target }: PreflightEvidence,
): readonly Finding[] {
  const { installed, newest } = release;
  const about = { component: component.name };
  const partly = partlyAt(release);
  // A failed revision of a newer version may have migrated data before it failed.
  const isBeyond = (revision: Revision | undefined, version: string) =>
    revision !== undefined && revision.version !== '' && compareVersions(revision.version, version) > 0;
  // A component that is further than this hop waits for the others: only beyond the end of the route it would go back.
  const newer = isBeyond(installed, finalTarget) ? installed : isBeyond(partly, target) ? partly : undefined;
  if (newer !== undefined) {
    const wanted = newer === installed ? finalTarget : target;
    const remedies =
      component.migrates === undefined
        ? [allowing(`downgrade:${component.name}`, `Go back to ${wanted}`, { destructive: true })]
        : [];
    const state =
      newer === installed
        ? `is at ${newer.version}`
        : `had begun ${newer.version} (revision ${newer.revision}, ${newer.status})`;
    const message = `${release.name} ${state}, which is newer than the target ${wanted}.`;
    return [finding({ ...about, code: 'DOWNGRADE', severity: 'blocker', message, remedies })];
  }
  if (installed?.version === target && newest.revision === installed.revision) {
    const message = `${release.name} is at ${target} already (revision ${installed.revision}).`;
    return [finding({ ...about, code: 'ALREADY_AT_TARGET', severity: 'info', message })];
  }
  return [];
}
