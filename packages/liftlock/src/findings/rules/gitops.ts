import type { GitOpsOwner } from '../../model/gitops.ts';
import type { Finding, Remedy } from '../../model/finding.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/**
 * Releases that a GitOps controller writes by itself: it would undo the upgrade, or upgrade at the same time. One that is paused
 * only warns: it acts as soon as somebody lets it go on.
 */
export function gitOpsFindings(
  evidence: Pick<PreflightEvidence, 'platform' | 'selected' | 'snapshot'>,
): readonly Finding[] {
  const { snapshot } = evidence;
  const owners = snapshot.gitOps ?? [];
  if (owners.length === 0) return [];
  return selectedComponents(evidence).flatMap(({ component }) =>
    owners
      .filter((owner) => owner.release === component.release)
      .filter((owner) => owner.releaseNamespace === (component.namespace ?? snapshot.namespace))
      .map((owner) => owned(component.name, owner)),
  );
}

function owned(component: string, owner: GitOpsOwner): Finding {
  const { tool, kind, release, isPaused, name } = owner;
  const who = name === undefined ? tool : `${tool}'s ${kind} ${nameOf(owner)}`;
  const about = {
    component,
    code: 'GITOPS_OWNED' as const,
    ...(name === undefined ? {} : { object: objectOf(owner, name) }),
  };
  if (isPaused === true)
    return finding({
      ...about,
      severity: 'warning',
      message: `${release} is kept by ${who} (${owner.evidence}), which is ${kind === 'Application' ? 'synced by hand alone' : 'suspended'} now. Change the version in git as well, before it goes on: it would undo the upgrade.`,
    });
  const unseen = isPaused === undefined && name !== undefined ? ' Its object cannot be seen from here.' : '';
  const maker = owner.madeBy === undefined ? '' : ` ${owner.madeBy} has made it and may put it back.`;
  return finding({
    ...about,
    severity: 'blocker',
    message: `${release} is kept by ${who} (${owner.evidence}): it would undo the upgrade, or write at the same time.${unseen}${maker}`,
    remedies: [
      pausing(owner),
      {
        id: `git:${release}`,
        title: 'Change the version in git, and let the controller upgrade',
        destructive: false,
        commands: [],
      },
      allowing(`gitops:${release}`, `Upgrade ${release} all the same`),
    ],
  });
}

function nameOf({ namespace, name }: GitOpsOwner): string {
  return namespace === undefined ? `${name}` : `${namespace}/${name}`;
}

const versions = {
  Application: 'argoproj.io/v1alpha1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
};

function objectOf({ kind, namespace }: GitOpsOwner, name: string) {
  return { apiVersion: versions[kind], kind, name, namespace };
}

/**
 * Sources: https://argo-cd.readthedocs.io/en/stable/user-guide/commands/argocd_app_set/,
 * https://fluxcd.io/flux/cmd/flux_suspend_helmrelease/, https://fluxcd.io/flux/cmd/flux_suspend_kustomization/
 */
function pausing(owner: GitOpsOwner): Remedy {
  const { kind, name = 'NAME', namespace = kind === 'Application' ? 'argocd' : 'NAMESPACE' } = owner;
  const isArgo = kind === 'Application';
  const patch = isArgo ? '{"spec":{"syncPolicy":{"automated":null}}}' : '{"spec":{"suspend":true}}';
  const group = versions[kind].split('/')[0] ?? '';
  return {
    id: `pause:${kind.toLowerCase()}/${name}`,
    title: isArgo ? `Turn off automatic sync of Application ${name}` : `Suspend ${kind} ${nameOf({ ...owner, name })}`,
    destructive: false,
    commands: [
      isArgo
        ? `argocd app set ${name} --sync-policy none`
        : `flux suspend ${kind.toLowerCase()} ${name} -n ${namespace}`,
      `kubectl patch ${kind.toLowerCase()}s.${group} ${name} -n ${namespace} --type merge -p '${patch}'`,
    ],
  };
}
